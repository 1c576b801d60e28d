"""Faults of a value's type or range: what pydantic found, said in plain words with its place."""

import difflib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from matching.faults import Fault, quote
from matching.places import FileOrder, Path, pointer

_UNIONS: tuple[Path, ...] = (
    ("experts", "*", "base"),
    ("open_slots", "*", "remedies", "*", "change", "*"),
)
"""Places with a union of types: pydantic puts the branch's name after them and reports each branch."""

_BRANCH_OF_OBJECT = "Location"
_KEY = "[key]"


def type_faults(error: ValidationError, tree: Any, root: type) -> list[Fault]:
    """Return one fault for each value that ``error`` names, in the order of the file ``tree`` of type ``root``."""
    found: dict[tuple[Path, str], Fault] = {}
    for details in error.errors(include_url=False):
        path, branch = _path(details)
        if not _is_beside_the_point(details, path, branch):
            kind = "union" if branch and branch != _BRANCH_OF_OBJECT else details["type"]
            ja, en = _message(details, path, branch, root)
            found.setdefault((path, kind), Fault(pointer(path), ja, en))
    order = FileOrder(tree)
    return [found[key] for key in sorted(found, key=lambda key: order(key[0]))]


def _path(details: ErrorDetails) -> tuple[Path, str | None]:
    """Return the path in the file and the union branch pydantic put into it, if any."""
    path: Path = details["loc"]
    if _is_about_the_key(details):
        path = path[:-1]
    for union in _UNIONS:
        at = len(union)
        if len(path) > at and all(want in ("*", part) for want, part in zip(union, path, strict=False)):
            return path[:at] + path[at + 1 :], str(path[at])
    return path, None


def _is_about_the_key(details: ErrorDetails) -> bool:
    """Tell whether the report is about a key itself: pydantic then puts a part of its own after it."""
    location = details["loc"]
    return len(location) > 1 and location[-1] == _KEY and location[-2] == details["input"]


def _is_beside_the_point(details: ErrorDetails, path: Path, branch: str | None) -> bool:
    """Tell whether this report only follows from another one or from a union branch that was not meant."""
    value, kind = details["input"], details["type"]
    if kind == "too_short" and len(value) >= details["ctx"]["min_length"]:
        return True  # counted after faulty items were left out
    if branch == _BRANCH_OF_OBJECT:
        return kind == "dataclass_type"  # the other branch reports a value that is no object
    return branch is not None and path[-1] == "base" and isinstance(value, dict)


def _message(details: ErrorDetails, path: Path, branch: str | None, root: type) -> tuple[str, str]:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    if branch is not None and branch != _BRANCH_OF_OBJECT:
        kind = "base" if path[-1] == "base" else "scalar"
    if kind in ("missing", "unexpected_keyword_argument"):
        return _field_message(kind, path, root)
    found_ja, found_en = describe(value)
    wanted = _WANTED.get(kind)
    ja, en = wanted(context) if wanted else ("形式に合う値", details["msg"])
    if _is_about_the_key(details):
        ja, en = f"項目名に{ja}", f"as the key {en}"
    return f"{ja}を書いてください(見つかった値: {found_ja})", f"write {en} (found {found_en})"


def _field_message(kind: str, path: Path, root: type) -> tuple[str, str]:
    name = quote(str(path[-1]))
    if kind == "missing":
        return f"必須の項目「{name}」がありません。書き加えてください", f"“{name}” is missing: add it"
    close = difflib.get_close_matches(name, _names_at(path[:-1], root), n=1)
    ja, en = (f"「{close[0]}」の誤りではありませんか", f"did you mean “{close[0]}”?") if close else ("", "")
    return (
        f"項目「{name}」はこの形式にありません。{ja or '取り除いてください'}",
        f"“{name}” is not a field of this format: {en or 'remove it'}",
    )


def _names_at(path: Path, root: type) -> tuple[str, ...]:
    """Return the field names of the object at ``path``."""
    here: Any = root
    for part in path:
        if isinstance(part, str):
            here = _dataclass_in(get_type_hints(here).get(part))
        if here is None:
            return ()
    return tuple(field.name for field in fields(here))


def _dataclass_in(annotation: Any) -> Any:
    if is_dataclass(annotation):
        return annotation
    return next((found for part in get_args(annotation) if (found := _dataclass_in(part))), None)


def describe(value: Any) -> tuple[str, str]:
    """Return in Japanese and English what ``value`` is, short even when the value is long."""
    if isinstance(value, str):
        return f"文字列「{quote(value)}」", f"the string “{quote(value)}”"
    if isinstance(value, Mapping):
        return "オブジェクト", "an object"
    if isinstance(value, list | tuple):
        return f"要素 {len(value)} 個の配列", f"an array of {len(value)}"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "大きすぎる数", "a number too large"
    shown = quote(json.dumps(value))
    return shown, shown


def _choices(context: Mapping[str, Any]) -> tuple[str, str]:
    values = re.findall(r"'([^']*)'", context["expected"])
    quoted = [f'"{value}"' for value in values]
    if len(quoted) == 1:
        return quoted[0], quoted[0]
    return "、".join(quoted) + " のいずれか", "one of " + ", ".join(quoted)


def _always(ja: str, en: str) -> Callable[[Mapping[str, Any]], tuple[str, str]]:
    return lambda _: (ja, en)


def _bound(key: str, ja: str, en: str) -> Callable[[Mapping[str, Any]], tuple[str, str]]:
    def wanted(context: Mapping[str, Any]) -> tuple[str, str]:
        limit = context[key]
        shown = f"{int(limit):,}" if float(limit).is_integer() else str(limit)
        return ja.format(shown), en.format(shown)

    return wanted


def _pattern(context: Mapping[str, Any]) -> tuple[str, str]:
    if context["pattern"].startswith("^[0-9]{4}-"):
        return "年月(YYYY-MM、例 2026-04)", "a month as YYYY-MM, like 2026-04"
    return "4 桁の年度(例 2026)", "a fiscal year of four digits, like 2026"


_WANTED: dict[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "dataclass_type": _always("オブジェクト {…}", "an object {…}"),
    "dict_type": _always("オブジェクト {…}", "an object {…}"),
    "mapping_type": _always("オブジェクト {…}", "an object {…}"),
    "tuple_type": _always("配列 […]", "an array […]"),
    "string_type": _always("文字列", "a string"),
    "int_type": _always("小数点のない整数", "an integer without a decimal point"),
    "float_type": _always("数", "a number"),
    "bool_type": _always("true か false の値", "true or false"),
    "finite_number": _always("有限の数", "a finite number"),
    "greater_than": _bound("gt", "{} より大きい数", "a number greater than {}"),
    "greater_than_equal": _bound("ge", "{} 以上の数", "a number of at least {}"),
    "less_than": _bound("lt", "{} より小さい数", "a number less than {}"),
    "less_than_equal": _bound("le", "{} 以下の数", "a number of at most {}"),
    "string_too_short": _bound("min_length", "{} 文字以上の文字列", "a string of at least {} character"),
    "string_too_long": _bound("max_length", "{} 文字以内の文字列", "a string of at most {} characters"),
    "too_short": _bound("min_length", "{} 個以上の要素", "at least {} item"),
    "too_long": _bound("max_length", "{} 個以内の要素", "at most {} items"),
    "literal_error": _choices,
    "nul_character": _always("NUL文字のない文字列", "a string without the NUL character"),
    "timezone_aware": _always("時間帯つきの日時(例 2026-11-21T09:00:00+09:00)", "a moment with its time zone"),
    "date_type": _always("日付(YYYY-MM-DD、例 2026-10-01)", "a day as YYYY-MM-DD, like 2026-10-01"),
    "date_parsing": _always("日付(YYYY-MM-DD、例 2026-10-01)", "a day as YYYY-MM-DD, like 2026-10-01"),
    "string_pattern_mismatch": _pattern,
    "base": _always(
        '拠点(団体コードの文字列、{"lat": 緯度, "lon": 経度}、または null)',
        'a base: a 団体コード as a string, {"lat": …, "lon": …} or null',
    ),
    "scalar": _always("文字列または数", "a string or a number"),
}
