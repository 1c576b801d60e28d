"""Whether a plan is right: recomputed from the problem and the plan's assignments alone, without any solver."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isfinite

from matching.chosen import chosen_of
from matching.columns import Columns
from matching.feasibility import Filled, Violation, broken_limits, known, missing_pins
from matching.figures import right_terms, wrong_net_costs, wrong_pairs, wrong_totals
from matching.pairs import PairTable
from matching.plan import OpenReason, Plan
from matching.policy import resolve
from matching.problem import Problem
from matching.reasons import cost_room, open_reasons
from matching.scoring import eligible_pairs, is_large
from matching.statements import as_solved, wrong_statements
from matching.usable import usable_pairs

__all__ = ["Violation", "check"]


def check(problem: Problem, plan: Plan, *, pairs: PairTable | None = None) -> tuple[Violation, ...]:
    """Return everything wrong with ``plan`` as a plan for ``problem``; nothing when it is right.

    ``pairs``: the eligible pairs, when the caller has them; otherwise they are worked out here.
    """
    solved, found = as_solved(problem, plan)
    columns = Columns(solved, eligible_pairs(solved, lean=is_large(solved)) if pairs is None else pairs)
    filled = known(solved, plan.assignments)
    terms = right_terms(solved, filled)
    found += _unknown(solved, plan)
    found += broken_limits(solved, filled)
    found += missing_pins(solved, filled) if plan.objective is not None else ()
    found += wrong_pairs(columns, filled)
    found += wrong_net_costs(columns, filled)
    found += wrong_totals(plan, resolve(solved.policy), terms)
    found += wrong_statements(solved, plan, terms, _shares(solved, filled))
    found += _wrong_open_slots(columns, plan, filled, is_sound=not found)
    found += _wrong_remedies(columns, plan)
    return tuple(dict.fromkeys(found))


def _unknown(problem: Problem, plan: Plan) -> Iterator[Violation]:
    for position, one in enumerate(plan.assignments):
        for name, value, there in (
            ("slot", one.slot, problem.seat_by_slot),
            ("expert", one.expert, problem.expert_by_id),
        ):
            if value not in there:
                place = f"/assignments/{position}/{name}"
                yield Violation("unknown", place, f"「{value}」は問題にありません", f"{value} is not in the problem")


def _shares(problem: Problem, filled: Sequence[Filled]) -> list[tuple[float, int]]:
    """Return every filled share an organization can have, ascending, and how many have it or more."""
    taken = {one.slot.id for one in filled}
    slots: dict[str, list[str]] = defaultdict(list)
    for request, slot in problem.seats():
        for organization in dict.fromkeys(request.served):
            slots[organization].append(slot.id)
    reached = [Fraction(sum(slot in taken for slot in mine), len(mine)) for mine in slots.values()]
    possible = sorted({Fraction(k, len(mine)) for mine in slots.values() for k in range(1, len(mine) + 1)})
    reached.sort()
    return [(float(share), len(reached) - bisect_left(reached, share)) for share in possible]


def _wrong_open_slots(columns: Columns, plan: Plan, filled: Sequence[Filled], *, is_sound: bool) -> Iterator[Violation]:
    taken = {one.slot.id for one in filled}
    listed = Counter(one.slot for one in plan.open_slots)
    for slot in columns.slot_ids:
        if listed[slot] != (slot not in taken):
            yield Violation(
                "open_slots",
                "/open_slots",
                f"枠「{slot}」は割当か空き枠のどちらかに一度だけ要ります",
                f"slot {slot} has to be either assigned or listed as open, once",
            )
    reasons = _reasons(columns, plan) if is_sound else {}
    position_of = {slot: position for position, slot in enumerate(columns.slot_ids)}
    for position, one in enumerate(plan.open_slots):
        place = f"/open_slots/{position}"
        if one.slot not in position_of:
            yield Violation("unknown", f"{place}/slot", f"「{one.slot}」は問題にありません", f"{one.slot} is unknown")
            continue
        if one.funnel != columns.pairs.funnel[position_of[one.slot]]:
            yield Violation("funnel", f"{place}/funnel", "規則ごとの人数が正しくありません", "the funnel is not right")
        reason = reasons.get(position_of[one.slot])
        if reason is not None and reason != one.reason:
            yield Violation(
                "reason", f"{place}/reason", f"理由は {reason} のはずです", f"the reason should be {reason}"
            )


REMEDIES: Mapping[str, frozenset[str]] = {
    "skill_level": frozenset({"skill", "level"}),
    "remote": frozenset({"onsite_days"}),
    "hours": frozenset({"hours"}),
    "budget": frozenset({"yen", "request", "organization"}),
    "rate_ceiling": frozenset({"yen"}),
    "later": frozenset({"months"}),
    "move": frozenset({"slot"}),
}
"""The kinds of remedies and what their change may say."""


def _wrong_remedies(columns: Columns, plan: Plan) -> Iterator[Violation]:
    problem = columns.problem
    known_slots = ((i, one) for i, one in enumerate(plan.open_slots) if one.slot in problem.seat_by_slot)
    for position, one in known_slots:
        for number, remedy in enumerate(one.remedies):
            place = f"/open_slots/{position}/remedies/{number}"
            change = remedy.change
            names = {
                "expert": remedy.expert is None or remedy.expert in problem.expert_by_id,
                "kind": remedy.kind in REMEDIES and set(change) <= REMEDIES.get(remedy.kind, frozenset()),
                "change": _is_change(problem, one.slot, change),
                "objective": isfinite(remedy.objective),
            }
            for name, is_right in names.items():
                if not is_right:
                    yield Violation(
                        "remedy",
                        f"{place}/{name}",
                        "改善案がこの問題に合いません",
                        "the remedy does not fit this problem",
                    )


def _is_change(problem: Problem, slot: str, change: Mapping[str, str | float | int]) -> bool:
    request, mine = problem.seat_by_slot[slot]
    if "skill" in change:
        below = {need.skill: need.level - 1 for need in mine.needs if need.mandatory}
        return below.get(str(change["skill"])) == change.get("level")
    numbers = [value for value in change.values() if not isinstance(value, str)]
    return (
        all(isfinite(number) and number >= 0 for number in numbers)
        and change.get("request", request.id) == request.id
        and change.get("organization", request.organization) == request.organization
        and change.get("slot", slot) in problem.seat_by_slot
    )


def _reasons(columns: Columns, plan: Plan) -> dict[int, OpenReason]:
    if plan.objective is None:
        return dict.fromkeys(range(len(columns.slot_ids)), "no_plan")
    room = cost_room(plan.policy["levels"], plan.terms.net_cost)
    goal = resolve(columns.problem.policy)
    return open_reasons(columns, usable_pairs(columns), goal, chosen_of(columns, plan), cost_room=room)
