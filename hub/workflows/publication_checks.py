"""Whether an assignment of a plan still holds on the day it is published; each one that does not is named with why."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor
from typing import Any

from hub.models.experts import ROUNDING
from matching import problem as m
from matching.problem import Link
from seed_data.months import months_from

REFUSALS = {
    "request_not_open": ("人材ニーズの受付が終わっています", "the request is no longer open"),
    "slot_withdrawn": ("枠が取り下げられています", "the slot has been withdrawn"),
    "request_changed": ("計画のあとで枠の内容が変わりました", "the slot has changed since the plan was made"),
    "slot_taken": ("別の人への提案が出ています", "another person has a live proposal for it"),
    "person_taken": ("この人は同じ人材ニーズの別の枠にいます", "the person has another slot of the request"),
    "declined": ("この組み合わせは辞退されています", "this pair has been declined"),
    "conflict_of_interest": (
        "避けなければならない組み合わせです（利益相反）",
        "the pair must not be (conflict of interest)",
    ),
    "expert_paused": ("専門人材が休止しています", "the expert is paused"),
    "capacity": ("専門人材の空きが足りません", "the expert has not enough time left"),
    "request_budget": ("人材ニーズの予算を超えます", "the request's budget does not cover it"),
    "organization_budget": ("団体の予算を超えます", "the organization's budget does not cover it"),
    "team_incomplete": ("チームの必須の枠がそろいません", "a required slot of the team is missing"),
}
"""Why an assignment cannot be published, by code: Japanese and English."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An assignment that no longer holds. ``code``: one of ``REFUSALS``."""

    slot_id: str
    title: str
    expert_id: str
    code: str

    @property
    def ja(self) -> str:
        """Why, in Japanese."""
        return REFUSALS[self.code][0]

    @property
    def en(self) -> str:
        """Why, in English."""
        return REFUSALS[self.code][1]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An assignment to be published: yen over the slot, ``hours`` (with travel) and ``days`` in each of ``months``."""

    slot_id: str
    request_id: str
    organization: str
    title: str
    expert_id: str
    months: tuple[str, ...]
    hours: float
    days: float
    fit: float
    cost: int
    net_cost: int
    withdrawn: bool


def _nothing() -> list[float]:
    return [0.0, 0, 0.0]


@dataclass(frozen=True, slots=True)
class Today:
    """How things stand: rows of requests, experts and organizations by id, ``months`` by (expert, month).

    ``planned``: slots as the plan's problem had them, ``team`` of each request then; ``slots``: as they are;
    ``required``: the slots a request needs. ``by_slot``: who has a live proposal for a slot; ``by_person``: the slot
    each (request, expert) has; ``in_conflict``: such pairs that must not be. ``spent``: of (``request`` or
    ``organization``, id). ``awaited``: what live proposals
    that hold nothing yet would take of (expert, month): hours, engagements, days.
    """

    requests: Mapping[str, Any]
    experts: Mapping[str, Any]
    organizations: Mapping[str, Any]
    months: Mapping[tuple[str, str], Any]
    planned: Mapping[str, m.Slot]
    team: Mapping[str, str]
    slots: Mapping[str, m.Slot]
    required: Mapping[str, frozenset[str]]
    by_slot: Mapping[str, str]
    by_person: Mapping[tuple[str, str], str]
    refused: frozenset[Link]
    in_conflict: frozenset[tuple[str, str]] = frozenset()
    spent: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    awaited: defaultdict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(_nothing))


def candidate_of(row: Any) -> Candidate:
    """Return an assignment's row, with its slot, as what may be published."""
    return Candidate(
        slot_id=row.slot_id,
        request_id=row.request_id,
        organization=row.organization_code,
        title=row.title,
        expert_id=row.expert_id,
        months=months_from(row.start, row.length),
        hours=row.hours,
        days=row.onsite_days,
        fit=row.fit,
        cost=whole_yen(row.cost),
        net_cost=whole_yen(row.net_cost),
        withdrawn=row.withdrawn,
    )


def whole_yen(amount: float) -> int:
    """Return whole yen; rounded down, so that what fits a budget together still does."""
    return floor(amount + ROUNDING)


def sift(candidates: Sequence[Candidate], today: Today) -> tuple[list[Candidate], list[Refusal]]:
    """Return the candidates that hold, taking time and money as they come, and those that do not.

    Of a ``team: all`` request either every required slot is out or to be published, or none of its candidates holds.
    """
    held: list[Candidate] = []
    refused: list[Refusal] = []
    for candidate in candidates:
        code = next((code for code, fails in CHECKS if fails(candidate, today)), None)
        if code is None:
            _take(candidate, today)
            held.append(candidate)
        else:
            refused.append(_refusal(candidate, code))
    out = {candidate.slot_id for candidate in held}.union(today.by_slot)
    whole = {
        request_id
        for request_id in {candidate.request_id for candidate in held}
        if today.team.get(request_id) != "all" or today.required[request_id] <= out
    }
    refused += [_refusal(candidate, "team_incomplete") for candidate in held if candidate.request_id not in whole]
    return [candidate for candidate in held if candidate.request_id in whole], refused


def _refusal(candidate: Candidate, code: str) -> Refusal:
    return Refusal(candidate.slot_id, candidate.title, candidate.expert_id, code)


def _take(candidate: Candidate, today: Today) -> None:
    basis = today.requests[candidate.request_id].budget_basis
    today.spent["request", candidate.request_id] += candidate.net_cost if basis == "net" else candidate.cost
    today.spent["organization", candidate.organization] += candidate.cost
    for month in candidate.months:
        taken = today.awaited[candidate.expert_id, month]
        taken[0] += candidate.hours
        taken[1] += 1
        taken[2] += candidate.days


def _is_not_open(candidate: Candidate, today: Today) -> bool:
    return today.requests[candidate.request_id].status not in {"open", "in_plan"}


def _is_withdrawn(candidate: Candidate, _: Today) -> bool:
    return candidate.withdrawn


def _has_changed(candidate: Candidate, today: Today) -> bool:
    then = today.planned.get(candidate.slot_id)
    team = today.team.get(candidate.request_id) == today.requests[candidate.request_id].team
    return not team or then is None or today.slots.get(candidate.slot_id) != then


def _is_taken(candidate: Candidate, today: Today) -> bool:
    return candidate.slot_id in today.by_slot


def _is_elsewhere(candidate: Candidate, today: Today) -> bool:
    return (candidate.request_id, candidate.expert_id) in today.by_person


def _is_refused(candidate: Candidate, today: Today) -> bool:
    return Link(candidate.slot_id, candidate.expert_id) in today.refused


def _is_in_conflict(candidate: Candidate, today: Today) -> bool:
    return (candidate.request_id, candidate.expert_id) in today.in_conflict


def _is_paused(candidate: Candidate, today: Today) -> bool:
    return bool(today.experts[candidate.expert_id].paused)


def _has_no_time(candidate: Candidate, today: Today) -> bool:
    return any(not _fits(candidate, month, today) for month in candidate.months)


def _fits(candidate: Candidate, month: str, today: Today) -> bool:
    row = today.months.get((candidate.expert_id, month))
    if row is None:
        return False
    hours, engagements, days = today.awaited[candidate.expert_id, month]
    return bool(
        row.hours_committed + hours + candidate.hours <= row.hours + ROUNDING
        and row.engagements_committed + engagements + 1 <= row.engagements
        and row.onsite_days_committed + days + candidate.days <= row.onsite_days + ROUNDING
    )


def _exceeds_request(candidate: Candidate, today: Today) -> bool:
    row = today.requests[candidate.request_id]
    cost = candidate.net_cost if row.budget_basis == "net" else candidate.cost
    return row.budget is not None and today.spent["request", row.id] + cost > row.budget


def _exceeds_organization(candidate: Candidate, today: Today) -> bool:
    budget = today.organizations[candidate.organization].budget
    return budget is not None and today.spent["organization", candidate.organization] + candidate.cost > budget


CHECKS: tuple[tuple[str, Callable[[Candidate, Today], bool]], ...] = (
    ("request_not_open", _is_not_open),
    ("slot_withdrawn", _is_withdrawn),
    ("request_changed", _has_changed),
    ("slot_taken", _is_taken),
    ("person_taken", _is_elsewhere),
    ("declined", _is_refused),
    ("conflict_of_interest", _is_in_conflict),
    ("expert_paused", _is_paused),
    ("capacity", _has_no_time),
    ("request_budget", _exceeds_request),
    ("organization_budget", _exceeds_organization),
)
"""In this order; the first that fails is told."""
