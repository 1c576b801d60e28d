"""Problem and plan files: read with every fault named, written the same byte for byte, described by JSON Schemas.

``docs/interchange.md`` states the format.
"""

import hashlib
import json
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from matching.faults import Fault, ProblemError
from matching.parsing import parse_json, refused_text
from matching.places import FileOrder, pointer
from matching.plan import FORMAT as PLAN_FORMAT
from matching.plan import Plan
from matching.problem import FORMAT as PROBLEM_FORMAT
from matching.problem import Expert, Problem
from matching.references import findings
from matching.type_faults import type_faults
from matching.vocabulary import Vocabulary

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EXACT_INTEGERS = 2**53

T = TypeVar("T")

_PROBLEM = TypeAdapter(Problem)
_PLAN = TypeAdapter(Plan)


def read_problem(text: bytes | str, vocabulary: Vocabulary | None = None) -> Problem:
    """Return the problem in ``text``; with a ``vocabulary``, codes are looked up and bases found in its places.

    Raises:
        ProblemError: with one fault for each thing wrong, in the order of the file.
    """
    problem, tree = _read(text, _PROBLEM, Problem)
    found = findings(problem, vocabulary)
    if found:
        order = FileOrder(tree)
        found.sort(key=lambda finding: order(finding[0]))
        raise ProblemError([Fault(pointer(path), ja, en) for path, ja, en in found])
    return _with_places(problem, vocabulary) if vocabulary is not None else problem


def read_plan(text: bytes | str) -> Plan:
    """Return the plan in ``text``. Whether it fits a problem is for ``matching.check`` to say.

    Raises:
        ProblemError: with one fault for each thing wrong, in the order of the file.
    """
    return _read(text, _PLAN, Plan)[0]


def write_problem(problem: Problem) -> bytes:
    """Return ``problem`` as a file: UTF-8, a line for each expert, organization, request and pair."""
    return _lines({"format": PROBLEM_FORMAT, **_plain_problem(problem)})


def write_plan(plan: Plan) -> bytes:
    """Return ``plan`` as a file: UTF-8, a line for each assignment and open slot."""
    return _lines({"format": PLAN_FORMAT, **_plain(_PLAN, plan)})


def digest(problem: Problem) -> str:
    """Return the ``sha256:…`` that names ``problem`` however its file is laid out, limits and policy included.

    It is taken over compact JSON with sorted keys, every default written out, and integral numbers without a point;
    ``supposed`` is there only where something is.
    """
    text = json.dumps(_plain_problem(problem), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def problem_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of problem files; ids that lead nowhere are for ``read_problem`` to find."""
    return {"$schema": _DIALECT, "$id": f"urn:{PROBLEM_FORMAT.replace('/', ':')}", **_PROBLEM.json_schema()}


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of plan files."""
    return {"$schema": _DIALECT, "$id": f"urn:{PLAN_FORMAT.replace('/', ':')}", **_PLAN.json_schema()}


def _read(text: bytes | str, adapter: TypeAdapter[T], kind: type[T]) -> tuple[T, Any]:
    content, tree = parse_json(text)
    try:
        return adapter.validate_json(content), tree
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise ProblemError([refused_text(tree, first["ctx"]["error"])]) from None
        raise ProblemError(type_faults(error, tree, kind)) from None


def _with_places(problem: Problem, vocabulary: Vocabulary) -> Problem:
    """Return ``problem`` with each base that only the register knows as a point, so that the problem stands alone."""

    def located(expert: Expert) -> Expert:
        organization = problem.organization_by_id.get(str(expert.base))
        if not isinstance(expert.base, str) or (organization is not None and organization.location is not None):
            return expert
        place = vocabulary.places.get(expert.base)
        return replace(expert, base=place) if place is not None else expert

    experts = tuple(located(expert) for expert in problem.experts)
    return problem if experts == problem.experts else replace(problem, experts=experts)


def _plain_problem(problem: Problem) -> dict[str, Any]:
    """Return the problem's fields; ``supposed``, younger than the format, only where something is supposed."""
    plain = _plain(_PROBLEM, problem)
    if not plain["supposed"]:
        del plain["supposed"]
    return plain


def _plain(adapter: TypeAdapter[Any], value: Any) -> dict[str, Any]:
    # Through text, because pydantic's writer and json's reader are both compiled and a walk in Python is not.
    text = adapter.dump_json(value, fallback=dict, warnings=False)
    plain: dict[str, Any] = json.loads(text, parse_float=_number)
    return plain


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _EXACT_INTEGERS else number


def _lines(document: dict[str, Any]) -> bytes:
    """Return the document with one line for each item of its lists of objects."""
    parts = []
    for key, value in document.items():
        items = isinstance(value, list) and value and isinstance(value[0], dict)
        shown = "[\n  " + ",\n  ".join(_text(item) for item in value) + "]" if items else _text(value)
        parts.append(f"{_text(key)}: {shown}")
    return ("{" + ",\n ".join(parts) + "}\n").encode()


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
