"""Reading a YAML file of the data folder into a checked type; every fault is named by file and key."""

import json
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from skill_standards.faults import Fault, StandardsError

DATA_ROOT = Path(__file__).parent / "data"
LONGEST_QUOTE = 60

T = TypeVar("T")

# The C reader is several times faster; the plain one gives the same data where it is not built.
_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_JAPANESE = {
    "missing": "必須の項目がありません",
    "unexpected_keyword_argument": "知らない項目です",
    "string_type": "文字列にしてください",
    "string_too_short": "空にできません",
    "string_pattern_mismatch": "書式が違います",
    "int_type": "整数にしてください",
    "float_type": "数にしてください",
    "finite_number": "有限の数にしてください",
    "bool_type": "true か false にしてください",
    "tuple_type": "リストにしてください",
    "mapping_type": "キーと値の組にしてください",
    "dataclass_type": "キーと値の組にしてください",
    "literal_error": "選べる値ではありません",
    "too_short": "1つ以上必要です",
    "greater_than_equal": "小さすぎます",
    "less_than_equal": "大きすぎます",
}


class _StrictLoader(_BaseLoader):  # type: ignore[misc]
    """Safe YAML in which a key given twice is a fault."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Hashable, Any]:
    mapping: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable) or key in mapping:
            problem = "key given twice" if isinstance(key, Hashable) else "a list or mapping cannot be a key"
            raise yaml.constructor.ConstructorError(None, None, f"{problem}: {key!r}", key_node.start_mark)
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def shown(root: Path, relative: str) -> str:
    """Return the file's name as messages show it: ``data/dss/1.2/skills.yaml``."""
    return f"{root.name}/{relative}"


def quote(value: object) -> str:
    """Return ``value`` for a message, on one line and never longer than ``LONGEST_QUOTE`` characters."""
    text = repr(value)
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def read(root: Path, relative: str, kind: type[T], known_sources: Collection[str] | None) -> T:
    """Return ``root/relative`` as a ``kind``; raise StandardsError with all that is wrong in it.

    Every citation in it must be one of ``known_sources``; None for the register of sources itself.
    """
    file = shown(root, relative)
    data = _parse(root / relative, file)
    try:
        # Through JSON, because strict types take a list for a tuple only there.
        value: T = TypeAdapter(kind).validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        raise StandardsError([_as_fault(file, detail) for detail in error.errors()]) from None
    if known_sources is not None:
        _refuse_unknown_sources(file, data, known_sources)
    return value


def source_id(citation: str) -> str:
    """Return the id of the source a citation names: ``S-REP`` of ``"S-REP l. 952-956"``."""
    return citation.split(" ", 1)[0]


def _refuse_unknown_sources(file: str, data: object, known: Collection[str]) -> None:
    unknown = [(key, source_id(one)) for key, one in citations(data) if source_id(one) not in known]
    if unknown:
        raise StandardsError(
            Fault(file, key, f"{quote(id_)} は sources.yaml にありません", f"{quote(id_)} is not in sources.yaml")
            for key, id_ in unknown
        )


def citations(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield (key, citation) for each ``source`` and ``sources`` in parsed data, however deep."""
    if isinstance(value, Mapping):
        for name, child in value.items():
            place = f"{key}.{name}" if key else str(name)
            if str(name).endswith(("source", "sources")):
                yield from ((place, child),) if isinstance(child, str) else _each(child, place)
            else:
                yield from citations(child, place)
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from citations(child, f"{key}[{i}]")


def _each(child: object, place: str) -> Iterable[tuple[str, str]]:
    return ((f"{place}[{i}]", one) for i, one in enumerate(child)) if isinstance(child, list) else ()


def _parse(path: Path, file: str) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise StandardsError(
            [Fault(file, "-", f"読めません: {error.strerror}", f"cannot be read: {error.strerror}")]
        ) from None
    except UnicodeDecodeError as error:
        raise StandardsError([Fault(file, f"byte {error.start}", "UTF-8 ではありません", "not UTF-8")]) from None
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - derived from the safe loader
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}" if error.problem_mark else "-"
        raise StandardsError([Fault(file, place, "YAML として読めません", f"not YAML: {error.problem}")]) from None
    except yaml.YAMLError as error:
        raise StandardsError([Fault(file, "-", "YAML として読めません", f"not YAML: {error}")]) from None


def _as_fault(file: str, detail: ErrorDetails) -> Fault:
    key = key_of(detail["loc"])
    given = "" if detail["type"] == "missing" else quote(detail["input"])
    ja = _JAPANESE.get(detail["type"], "値が正しくありません")
    return Fault(
        file, key, f"{ja}（{given}）" if given else ja, f"{detail['msg']} ({given})" if given else detail["msg"]
    )


def key_of(place: Iterable[int | str]) -> str:
    """Return ``("skills", 3, "subcategory")`` as ``skills[3].subcategory``; ``-`` for the whole file."""
    key = ""
    for part in place:
        if part == "[key]":
            continue
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else part
    return key or "-"
