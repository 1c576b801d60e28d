"""The smallest changes that would fill an open slot, each verified by solving the changed problem.

Smallest means with the rest of the plan left in place; the verification then solves for the whole plan again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from matching.pairs import PairTable
from matching.plan import Plan, Remedy
from matching.problem import Expert, Link, Organization, Problem, Slot
from matching.progress import Stop
from matching.room import Room
from matching.splice import pairs_of_request, with_expert, with_request
from matching.whatif import Answer, Deadline, WhatIf

ENOUGH = 1e6
"""More hours a month than any slot asks for."""
MOST_OF_A_KIND = 2
"""People or amounts that are tried, least first, before a kind of remedy is given up."""
HUNDREDTHS = 100
SHORTEST = 0.02
"""Seconds below which no further attempt is begun."""


def remedies_for(
    problem: Problem,
    plan: Plan,
    slot_id: str,
    seconds: float,
    *,
    pairs: PairTable | None = None,
    stop: Stop = lambda: False,
) -> tuple[Remedy, ...]:
    """Return the smallest changes that fill the open slot, as many as were verified within ``seconds``.

    In this order: one level lower in one mandatory skill (level 0: no longer mandatory), remote allowed, more hours of
    a person, more budget, a higher rate ceiling, one month later, and moving a person from elsewhere.

    Raises:
        KeyError: the problem has no such slot.
        ValueError: the slot is not open in the plan.
    """
    whatif = WhatIf(problem, plan, pairs)
    if slot_id not in whatif.problem.seat_by_slot:
        raise KeyError(slot_id)
    if slot_id in whatif.experts:
        raise ValueError(f"slot {slot_id} is filled")
    return _verified(whatif, slot_id, Deadline(seconds), stop) if plan.objective is not None else ()


def with_remedies(
    problem: Problem, plan: Plan, seconds: float, *, pairs: PairTable | None = None, stop: Stop = lambda: False
) -> Plan:
    """Return ``plan`` with remedies for its open slots, as many as ``seconds`` allow: high priority first."""
    if plan.objective is None or not plan.open_slots:
        return plan
    whatif = WhatIf(problem, plan, pairs)
    deadline = Deadline(seconds)
    found: dict[str, tuple[Remedy, ...]] = {}
    order = sorted(plan.open_slots, key=lambda one: -whatif.problem.seat_by_slot[one.slot][0].priority)
    for position, one in enumerate(order):
        left = deadline.left(len(order) - position)
        if left < SHORTEST or stop():
            break
        found[one.slot] = _verified(whatif, one.slot, Deadline(left), stop)
    filled_in = tuple(replace(one, remedies=found.get(one.slot, one.remedies)) for one in plan.open_slots)
    return replace(plan, open_slots=filled_in)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A change to try: what it is called, and the problem and pairs with it."""

    kind: str
    change: dict[str, str | float | int]
    expert: str | None
    problem: Problem
    pairs: PairTable


def _verified(whatif: WhatIf, slot: str, deadline: Deadline, stop: Stop) -> tuple[Remedy, ...]:
    found: list[Remedy] = []
    for attempts in _Attempts(whatif, slot).by_kind():
        for attempt in attempts:
            left = deadline.left()
            if left < SHORTEST or stop():
                return tuple(found)
            answer = whatif.changed(attempt.problem, attempt.pairs, slot, left)
            if answer.objective is not None and slot in answer.experts:
                found.append(_remedy(whatif, attempt, answer, slot))
                break
    return tuple(found)


def _remedy(whatif: WhatIf, attempt: _Attempt, answer: Answer, slot: str) -> Remedy:
    change = dict(attempt.change)
    if attempt.kind == "move":
        lost = [taken for taken in whatif.used[str(attempt.expert)] if answer.experts.get(taken) != attempt.expert]
        if lost:
            change["slot"] = lost[0]
    return Remedy(attempt.kind, change, attempt.expert or answer.experts[slot], float(answer.objective or 0.0))


class _Attempts:
    """What could be changed to fill one open slot; of each kind, least first."""

    def __init__(self, whatif: WhatIf, slot: str) -> None:
        self._problem, self._pairs = whatif.problem, whatif.pairs
        self._request, self._slot = self._problem.seat_by_slot[slot]
        self._number = [request.id for request in self._problem.requests].index(self._request.id)
        self._place = [one.id for one in self._request.slots].index(slot)
        self._position = whatif.columns.slots_of_request[self._number][self._place]
        self._room = Room(self._problem, whatif.plan)

    def by_kind(self) -> list[Iterator[_Attempt]]:
        """Return the attempts of each kind; the first that works is the remedy of that kind."""
        if self._problem.pairs is not None:
            return [self._hours(), self._budget(), self._later(), self._move()]
        skills = [self._one_skill(index) for index, need in enumerate(self._slot.needs) if need.mandatory]
        rest = (self._remote(), self._hours(), self._budget(), self._rate_ceiling(), self._later(), self._move())
        return [*skills, *rest]

    def _one_skill(self, index: int) -> Iterator[_Attempt]:
        need = self._slot.needs[index]
        lower = replace(need, level=need.level - 1) if need.level > 1 else replace(need, mandatory=False)
        needs = (*self._slot.needs[:index], lower, *self._slot.needs[index + 1 :])
        change: dict[str, str | float | int] = {"skill": need.skill, "level": need.level - 1}
        yield self._with_slot("skill_level", change, replace(self._slot, needs=needs))

    def _remote(self) -> Iterator[_Attempt]:
        if not self._slot.remote_ok or self._slot.onsite_days > 0:
            yield self._with_slot("remote", {"onsite_days": 0.0}, replace(self._slot, remote_ok=True, onsite_days=0.0))

    def _later(self) -> Iterator[_Attempt]:
        if self._slot.start + self._slot.length < len(self._problem.months):
            yield self._with_slot("later", {"months": 1}, replace(self._slot, start=self._slot.start + 1))

    def _hours(self) -> Iterator[_Attempt]:
        """Yield the people who lack nothing but hours, those who lack least first."""
        experts = self._problem.experts
        generous = replace(self._problem, experts=tuple(_with_hours(one, self._slot, ENOUGH) for one in experts))
        lacks = []
        for number, hours, _, _ in self._candidates(generous, self._slot):
            short = _rounded_up(self._room.hours_short(experts[number], self._slot, hours))
            if short > 0 and self._room.has_place(experts[number], self._request, self._slot):
                lacks.append((short, number))
        for short, number in sorted(lacks)[:MOST_OF_A_KIND]:
            more = _with_hours(experts[number], self._slot, short)
            changed = with_expert(self._problem, self._pairs, number, more)
            yield _Attempt("hours", {"hours": short}, experts[number].id, *changed)

    def _budget(self) -> Iterator[_Attempt]:
        """Yield the amounts by which one budget falls short of someone who has room, least first."""
        free = replace(self._request, budget=None)
        requests = tuple(free if one.id == free.id else one for one in self._problem.requests)
        lacks: set[tuple[float, str]] = set()
        for number, hours, cost, net_cost in self._candidates(replace(self._problem, requests=requests), self._slot):
            if not self._fits(number, hours):
                continue
            of_request = self._room.request_short(
                self._request, net_cost if self._request.budget_basis == "net" else cost
            )
            of_organization = self._room.organization_short(self._request, cost)
            if of_request > 0 and of_organization <= 0:
                lacks.add((float(ceil(of_request)), "request"))
            elif of_organization > 0 and of_request <= 0:
                lacks.add((float(ceil(of_organization)), "organization"))
        for yen, whose in sorted(lacks)[:MOST_OF_A_KIND]:
            yield self._more_money(yen, whose)

    def _more_money(self, yen: float, whose: str) -> _Attempt:
        if whose == "request":
            more = replace(self._request, budget=(self._request.budget or 0.0) + yen)
            changed = with_request(self._problem, self._pairs, self._number, more)
            return _Attempt("budget", {"yen": yen, "request": more.id}, None, *changed)
        name = self._request.organization
        organizations = tuple(_richer(one, yen) if one.id == name else one for one in self._problem.organizations)
        problem = replace(self._problem, organizations=organizations)
        return _Attempt("budget", {"yen": yen, "organization": name}, None, problem, self._pairs)

    def _rate_ceiling(self) -> Iterator[_Attempt]:
        """Yield the amounts by which the ceiling is below the rate of someone who has room, least first."""
        ceiling = self._slot.rate_ceiling
        if ceiling is None:
            return
        experts = self._problem.experts
        open_slot = replace(self._slot, rate_ceiling=None)
        rates = {
            experts[number].hourly_rate
            for number, hours, _, _ in self._candidates(self._problem, open_slot)
            if experts[number].hourly_rate > ceiling and self._fits(number, hours)
        }
        for rate in sorted(rates)[:MOST_OF_A_KIND]:
            yield self._with_slot("rate_ceiling", {"yen": rate - ceiling}, replace(self._slot, rate_ceiling=rate))

    def _move(self) -> Iterator[_Attempt]:
        """Yield the eligible people, best fit first, each put into the slot whatever it costs elsewhere."""
        rows = np.flatnonzero(self._pairs.slot == self._position)
        for row in rows[np.argsort(-self._pairs.fit[rows], kind="stable")][:MOST_OF_A_KIND].tolist():
            expert = self._problem.experts[int(self._pairs.expert[row])].id
            link = Link(self._slot.id, expert)
            if link not in self._problem.forbidden:
                problem = replace(self._problem, pins=(*self._problem.pins, link))
                yield _Attempt("move", {}, expert, problem, self._pairs)

    def _with_slot(self, kind: str, change: dict[str, str | float | int], slot: Slot) -> _Attempt:
        slots = tuple(slot if one.id == slot.id else one for one in self._request.slots)
        request = replace(self._request, slots=slots)
        return _Attempt(kind, change, None, *with_request(self._problem, self._pairs, self._number, request))

    def _candidates(self, problem: Problem, slot: Slot) -> list[tuple[int, float, float, float]]:
        """Return position, hours, cost and net cost of everyone eligible for ``slot`` in ``problem``."""
        if problem.pairs is not None:
            table, place = self._pairs, self._position
        else:
            request = next(one for one in problem.requests if one.id == self._request.id)
            slots = tuple(slot if one.id == slot.id else one for one in request.slots)
            table, place = pairs_of_request(problem, replace(request, slots=slots)), self._place
        rows = np.flatnonzero(table.slot == place)
        columns = (table.expert, table.hours, table.cost, table.net_cost)
        return list(zip(*(column[rows].tolist() for column in columns), strict=True))

    def _fits(self, number: int, hours: float) -> bool:
        expert = self._problem.experts[number]
        has_hours = self._room.hours_short(expert, self._slot, hours) <= 0
        return has_hours and self._room.has_place(expert, self._request, self._slot)


def _with_hours(expert: Expert, slot: Slot, more: float) -> Expert:
    hours = tuple(free + more if month in slot.months else free for month, free in enumerate(expert.hours))
    return replace(expert, hours=hours)


def _richer(organization: Organization, yen: float) -> Organization:
    return replace(organization, budget=(organization.budget or 0.0) + yen)


def _rounded_up(hours: float) -> float:
    return ceil(hours * HUNDREDTHS - 1e-6) / HUNDREDTHS
