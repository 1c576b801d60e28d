"""Whether what a plan says of its own run holds together: status, policy, limits, levels, solver, seconds."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import product
from math import isfinite
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from matching.faults import quote
from matching.feasibility import Violation
from matching.figures import differs, wrong_figure
from matching.interchange import digest
from matching.plan import FORMAT, Conflict, Plan, Terms
from matching.policy import SMALLEST_ROOM, TOLERANCE, resolve
from matching.problem import Limits, Link, Policy, Problem, Weights
from matching.progress import ACCURACY, TIMED, relative_gap

LIMIT_KINDS = (
    "slot_taken_twice",
    "hours",
    "max_engagements",
    "onsite_days",
    "one_slot_per_request",
    "request_budget",
    "organization_budget",
    "team",
    "heads",
    "forbidden",
    "not_eligible",
)
"""What a pin can run against."""

T = TypeVar("T")
_POLICY, _WEIGHTS, _LIMITS = TypeAdapter(Policy), TypeAdapter(Weights), TypeAdapter(Limits)


def as_solved(problem: Problem, plan: Plan) -> tuple[Problem, list[Violation]]:
    """Return ``problem`` with the policy and limits the plan says it was made with, and what is wrong with them.

    A plan may have been made with another policy or other limits than the file's, given on the command line; its
    digest is that of the problem as it was solved.
    """
    stated = {key: value for key, value in plan.policy.items() if key != "levels"}
    policy = _read(_POLICY, stated, (field.name for field in fields(Policy)))
    weights = _read(_WEIGHTS, stated.get("weights") or {}, (field.name for field in fields(Weights)))
    policy = None if weights is None else policy
    limits = _read(_LIMITS, plan.limits, (field.name for field in fields(Limits)))
    found = [
        _unreadable(place, ja)
        for place, ja, value in (("/policy", "方針", policy), ("/limits", "打切り条件", limits))
        if value is None
    ]
    if policy is None or limits is None:
        return problem, found
    solved = replace(problem, policy=policy, limits=limits)
    for candidate in _candidates(problem.policy, policy):
        if digest(replace(solved, policy=candidate)) == plan.input_digest:
            return solved, found
    return solved, [
        *found,
        Violation(
            "input_digest",
            "/input_digest",
            "この問題ファイルから作られた計画ではありません(データ・方針・打切り条件のどれかが違います)",
            "not made from this problem: its data, policy or limits differ",
        ),
    ]


def _read(adapter: TypeAdapter[T], value: Mapping[str, Any], keys: Iterable[str]) -> T | None:
    """Return what ``value`` says, None when it cannot be read or leaves a key out."""
    try:
        return adapter.validate_json(json.dumps(dict(value))) if set(value) == set(keys) else None
    except (ValidationError, TypeError, ValueError):
        return None


def _unreadable(place: str, ja: str) -> Violation:
    return Violation(
        place[1:],
        place,
        f"{ja}として読めません。計画ファイルを作り直してください",
        "cannot be read: make the plan again",
    )


def _candidates(given: Policy, stated: Policy) -> Iterator[Policy]:
    """Yield the policies a file may have had that come to ``stated``, what was left open in ``given`` first."""

    def options(name: str) -> list[Any]:
        values = [getattr(given, name), None, getattr(stated, name)]
        return [value for index, value in enumerate(values) if value not in values[:index]]

    names = ("weights", "yen_per_point", "order")
    wanted = resolve(stated)
    for values in product(*(options(name) for name in names)):
        policy = replace(stated, **dict(zip(names, values, strict=True)))
        if resolve(policy) == wanted:
            yield policy


def wrong_statements(
    problem: Problem, plan: Plan, terms: Terms, shares: Sequence[tuple[float, int]]
) -> Iterator[Violation]:
    """Yield what does not hold together in status, levels, conflicts and the rest; ``shares``: see ``wrong_levels``."""
    yield from _wrong_run(problem, plan)
    if plan.objective is None or plan.bound is None or plan.gap is None:
        yield from _wrong_without_plan(plan)
    else:
        yield from _wrong_status(problem, plan)
        yield from wrong_levels(problem, plan, terms, shares)
    yield from _wrong_conflicts(problem, plan)


def _wrong_run(problem: Problem, plan: Plan) -> Iterator[Violation]:
    if plan.format != FORMAT:
        yield _wrong("format", "/format", FORMAT)
    if plan.seed != problem.limits.seed:
        yield wrong_figure("/seed", plan.seed, problem.limits.seed)
    if plan.solver.name != "HiGHS":
        yield _wrong("solver", "/solver/name", "HiGHS")
    if not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", plan.solver.version):
        yield _wrong("solver", "/solver/version", "1.2.3")
    for name, seconds in plan.seconds.items():
        if name not in TIMED or not isfinite(seconds) or seconds < 0:
            yield _wrong("seconds", f"/seconds/{quote(name)}", ", ".join(TIMED))


def _wrong(kind: str, place: str, right: str) -> Violation:
    return Violation(kind, place, f"「{right}」の形ではありません", f"is not of the form {right}")


def _wrong_without_plan(plan: Plan) -> Iterator[Violation]:
    """A run without a plan has a status that says so, and nothing else."""
    for name in ("objective", "bound", "gap"):
        if getattr(plan, name) is not None:
            yield _status(f"/{name}", "計画がないのに値があります", "there is no plan, so there is no such value")
    if plan.status not in ("infeasible", "time_limit_no_plan"):
        yield _status(
            "/status", "目的関数値・上界・ギャップがそろっていません", "objective, bound and gap are not all there"
        )
    if plan.assignments:
        yield _status("/assignments", "計画がないのに割当があります", "there is no plan, so nobody is assigned")
    for name in ("coverage", "fit", "equity", "stability", "net_cost", "cost"):
        if getattr(plan.terms, name) != 0:
            yield wrong_figure(f"/terms/{name}", getattr(plan.terms, name), 0.0)
    if plan.policy.get("levels"):
        yield _status(
            "/policy/levels", "計画がないのに段階の結果があります", "there is no plan, so no level was reached"
        )


def _wrong_status(problem: Problem, plan: Plan) -> Iterator[Violation]:
    if plan.status not in ("optimal", "feasible", "interrupted"):
        yield _status(
            "/status", "計画があるのに、ないと言っています", "there is a plan, and the status says there is none"
        )
        return
    levels = plan.policy.get("levels")
    proven = all(isinstance(level, Mapping) and level.get("proven") is True for level in levels or ())
    is_optimal = proven and (plan.gap or 0.0) <= problem.limits.gap + ACCURACY
    if is_optimal != (plan.status == "optimal"):
        yield _status(
            "/status",
            f"ギャップ {plan.gap:g} と許容値 {problem.limits.gap:g} に合いません",
            f"does not follow from the gap {plan.gap:g} and the gap allowed, {problem.limits.gap:g}",
        )


def _status(place: str, ja: str, en: str) -> Violation:
    return Violation("status", place, ja, en)


def wrong_levels(
    problem: Problem, plan: Plan, terms: Terms, shares: Sequence[tuple[float, int]]
) -> Iterator[Violation]:
    """Yield levels that are not those of the policy, or that the plan does not keep.

    ``shares``: every filled share an organization can have, ascending, and how many organizations have it or more.
    """
    goal = resolve(problem.policy)
    wanted: list[tuple[str, Any, float]] = [("share", share, float(count)) for share, count in shares if goal.maxmin]
    wanted += [("term", term, getattr(terms, "net_cost" if term == "cost" else term)) for term in goal.order]
    levels = plan.policy.get("levels")
    if not isinstance(levels, list | tuple) or len(levels) != len(wanted):
        yield _status("/policy/levels", f"段階は {len(wanted)} 個のはずです", f"there should be {len(wanted)} levels")
        return
    for position, (level, (key, label, reached)) in enumerate(zip(levels, wanted, strict=True)):
        place = f"/policy/levels/{position}"
        if not _is_level(level, key, label):
            yield _status(place, f"{key} が {label} の段階のはずです", f"should be the level of {key} {label}")
            continue
        yield from _wrong_level(place, level, reached, problem.limits.gap)


def _is_level(level: Any, key: str, label: Any) -> bool:
    if not isinstance(level, Mapping) or set(level) != {key, "value", "bound", "proven"}:
        return False
    figures = (level["value"], level["bound"])
    if not all(isinstance(figure, int | float) and isfinite(figure) for figure in figures):
        return False
    same = (
        level[key] == label if key == "term" else isinstance(level[key], int | float) and not differs(level[key], label)
    )
    return same and isinstance(level["proven"], bool)


def _wrong_level(place: str, level: Mapping[str, Any], reached: float, wanted: float) -> Iterator[Violation]:
    sign = -1 if level.get("term") == "cost" else 1
    is_count = "share" in level
    value, bound = sign * level["value"], sign * level["bound"]
    room = 0.0 if is_count else max(TOLERANCE * abs(value), SMALLEST_ROOM)
    slack = ACCURACY * max(1.0, abs(value))
    if sign * reached < value - room - slack or sign * reached > max(bound, value) + slack:
        yield wrong_figure(f"{place}/value", level["value"], reached)
    if bound < value - slack:
        yield wrong_figure(f"{place}/bound", level["bound"], level["value"])
    if level["proven"] != (relative_gap(value, bound) <= (0.0 if is_count else wanted) + ACCURACY):
        yield _status(f"{place}/proven", "値と上界に合いません", "does not follow from value and bound")


def _wrong_conflicts(problem: Problem, plan: Plan) -> Iterator[Violation]:
    if (plan.status == "infeasible") != bool(plan.conflicts):
        yield Violation(
            "conflicts",
            "/conflicts",
            "固定が両立しないとき、またそのときだけ、両立しない組が要ります",
            "there are conflicts exactly when the pins cannot hold",
        )
    for position, conflict in enumerate(plan.conflicts):
        if not _names_something(problem, conflict):
            yield Violation(
                "conflicts",
                f"/conflicts/{position}",
                "この問題にない固定や制約を挙げています",
                "names a pin or limit that the problem does not have",
            )


def _names_something(problem: Problem, conflict: Conflict) -> bool:
    if conflict.kind == "pin":
        return Link(conflict.slot or "", conflict.expert or "") in problem.pins
    known = (
        conflict.slot is None or conflict.slot in problem.seat_by_slot,
        conflict.expert is None or conflict.expert in problem.expert_by_id,
        conflict.request is None or any(request.id == conflict.request for request in problem.requests),
        conflict.organization is None or any(r.organization == conflict.organization for r in problem.requests),
        conflict.month is None or conflict.month in problem.months,
    )
    return conflict.kind in LIMIT_KINDS and all(known)
