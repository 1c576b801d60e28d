"""Who may fill a slot: named rules in a fixed order, each counted, for all experts at once.

``docs/fit.md`` states each rule.
"""

from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np

from matching.costing import Offers, Seat, offers, seat_of
from matching.expert_columns import ExpertColumns, Floats, Marks
from matching.pairs import RULES, FunnelStep
from matching.problem import Expert, Problem

TOLERANCE = 1e-9
"""Relative slack where a need is compared with what there is, because hours and yen are sums of binary fractions."""

NOT_A_PAIR = "pairs"
"""The rule named when pairs came ready-made and a pair is not among them."""


def screen(columns: ExpertColumns, seat: Seat, forbidden: Sequence[int]) -> tuple[Offers, tuple[FunnelStep, ...]]:
    """Return the offers that pass every rule, in order of expert, and what each rule removed."""
    steps = []
    experts = np.arange(columns.count)
    for name, person_rule in _PERSON_RULES.items():
        left = experts[person_rule(columns, seat)[experts]]
        steps.append(FunnelStep(name, len(experts) - len(left), len(left)))
        experts = left
    found = offers(columns, seat, experts)
    for name, offer_rule in _OFFER_RULES.items():
        keep = offer_rule(columns, seat, found)
        left_over = found.where(keep) if not keep.all() else found
        steps.append(FunnelStep(name, len(found.experts) - len(left_over.experts), len(left_over.experts)))
        found = left_over
    keep = ~np.isin(found.experts, forbidden)
    steps.append(FunnelStep("forbidden", int((~keep).sum()), int(keep.sum())))
    return found.where(keep), tuple(steps)


def first_block(problem: Problem, slot_id: str, expert_id: str) -> str | None:
    """Return the first rule that keeps the expert from the slot, or None when the pair is eligible.

    With ready-made pairs the only rule is ``"pairs"``: the pair is not among them.

    Raises:
        KeyError: the problem has no such slot or expert.
    """
    expert = problem.expert_by_id[expert_id]
    request, slot = problem.seat_by_slot[slot_id]
    if problem.pairs is not None:
        listed = any(pair.slot == slot_id and pair.expert == expert_id for pair in problem.pairs)
        return None if listed else NOT_A_PAIR
    is_forbidden = any(link.slot == slot_id and link.expert == expert_id for link in problem.forbidden)
    return first_rule_against(problem, seat_of(problem, request, slot), expert, is_forbidden)


def first_rule_against(problem: Problem, seat: Seat, expert: Expert, is_forbidden: bool) -> str | None:
    """Return the first rule that keeps ``expert`` from ``seat``, or None when the pair is eligible."""
    _, steps = screen(ExpertColumns([expert], problem), seat, [0] if is_forbidden else [])
    return next((step.rule for step in steps if step.removed), None)


def _is_within(need: Floats | float, have: Floats | float) -> Marks:
    return np.asarray(need <= have + TOLERANCE * np.maximum(1.0, np.abs(have)))


def _talent_type(columns: ExpertColumns, seat: Seat) -> Marks:
    return columns.has("talent_types", seat.slot.talent_type)


def _role(columns: ExpertColumns, seat: Seat) -> Marks:
    role = seat.slot.role
    return np.ones(columns.count, dtype=np.bool_) if role is None else columns.has("roles", role)


def _mandatory_skills(columns: ExpertColumns, seat: Seat) -> Marks:
    met = [columns.level(need.skill) >= need.level for need in seat.slot.needs if need.mandatory]
    return reduce(np.logical_and, met, np.ones(columns.count, dtype=np.bool_))


def _security_floor(columns: ExpertColumns, seat: Seat) -> Marks:
    return columns.security >= seat.security_floor


def _availability(columns: ExpertColumns, seat: Seat, found: Offers) -> Marks:
    return _is_within(found.hours, columns.least(columns.hours, seat.slot, found.experts))


def _engagement_limit(columns: ExpertColumns, seat: Seat, found: Offers) -> Marks:
    return columns.least(columns.max_engagements, seat.slot, found.experts) >= 1


def _work_mode(columns: ExpertColumns, seat: Seat, found: Offers) -> Marks:
    is_remote = seat.slot.remote_ok and seat.slot.onsite_days == 0
    return columns.has("work_modes", "remote" if is_remote else "onsite")[found.experts]


def _onsite_days(columns: ExpertColumns, seat: Seat, found: Offers) -> Marks:
    return _is_within(seat.slot.onsite_days, columns.least(columns.onsite_days, seat.slot, found.experts))


def _travel_time(columns: ExpertColumns, seat: Seat, found: Offers) -> Marks:
    limit = columns.longest_travel[found.experts]
    if seat.slot.onsite_days == 0:
        return np.ones(len(limit), dtype=np.bool_)
    # A limit cannot be shown to hold for a journey nobody knows.
    unknown = np.isnan(found.journeys.straight_km)
    return np.where(unknown, np.isinf(limit), found.journeys.minutes <= limit)


def _rate_ceiling(columns: ExpertColumns, seat: Seat, found: Offers) -> Marks:
    ceiling = np.inf if seat.slot.rate_ceiling is None else seat.slot.rate_ceiling
    return np.asarray(columns.hourly_rate[found.experts] <= ceiling)


def _request_budget(_: ExpertColumns, seat: Seat, found: Offers) -> Marks:
    request = seat.request
    if request.budget is None:
        return np.ones(len(found.experts), dtype=np.bool_)
    return _is_within(found.net_cost if request.budget_basis == "net" else found.cost, request.budget)


def _conflict_of_interest(columns: ExpertColumns, seat: Seat, found: Offers) -> Marks:
    organizations = {seat.request.organization, *seat.request.served}
    against = [columns.has("conflicts", organization) for organization in organizations]
    return ~reduce(np.logical_or, against)[found.experts]


_PERSON_RULES: dict[str, Callable[[ExpertColumns, Seat], Marks]] = {
    "talent_type": _talent_type,
    "role": _role,
    "mandatory_skills": _mandatory_skills,
    "security_floor": _security_floor,
}

_OFFER_RULES: dict[str, Callable[[ExpertColumns, Seat, Offers], Marks]] = {
    "availability": _availability,
    "engagement_limit": _engagement_limit,
    "work_mode": _work_mode,
    "onsite_days": _onsite_days,
    "travel_time": _travel_time,
    "rate_ceiling": _rate_ceiling,
    "request_budget": _request_budget,
    "conflict_of_interest": _conflict_of_interest,
}

if (*_PERSON_RULES, *_OFFER_RULES, "forbidden") != RULES:
    raise RuntimeError("the rules of eligibility are not those of matching.pairs.RULES, in order")
