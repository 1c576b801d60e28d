"""Pins that cannot hold together: the smallest set of pins and limits found that clashes, or a choice that keeps all.

Without pins nothing can clash, because the empty plan keeps every limit. So only pinned pairs matter here, and the
pairs of pinned requests that are filled whole.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, TypeVar

import numpy as np
import pulp

from matching.columns import Columns, Floats
from matching.handoff import Highs, Watch
from matching.plan import Conflict
from matching.problem import Limits, Link
from matching.rows import TOLERANCE, Kind, Rows, all_rows

T = TypeVar("T")

REDUCING = 30.0
"""Seconds after which a clash is reported as it is, though a part of it might suffice."""


@dataclass(frozen=True, slots=True)
class PinnedCore:
    """What the pins come to: ``pairs`` that keep them and every limit, or ``conflicts``, or neither in the time."""

    pairs: tuple[int, ...] | None
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class _Member:
    """A pin (pair), row, team (request) or heads (organization) that may be part of a clash."""

    what: str
    number: int


def pinned_core(columns: Columns, limits: Limits, watch: Watch | None = None) -> PinnedCore:
    """Return pairs that keep all pins of the problem and every limit, or why there are none."""
    for link in dict.fromkeys(columns.problem.pins):
        if columns.position(link) is None or link in columns.problem.forbidden:
            return PinnedCore(None, _blocked(columns, link))
    pins = np.flatnonzero(columns.pinned)
    rows = all_rows(columns, columns.pinned)
    for row in range(len(rows)):
        entries = rows.entries(row)
        part = _smallest_breaking(rows.amount[entries] - rows.relief[entries], float(rows.limit[row]))
        if part is not None:
            conflicts = [_pin(columns, int(pair)) for pair in np.sort(rows.pair[entries][part])]
            return PinnedCore(None, (*conflicts, _limit(columns, rows, row)))
    with_team = bool(columns.request_whole[columns.request[pins]].any())
    if not with_team and not (columns.heads.person[pins] >= 0).any():
        return PinnedCore(tuple(pins.tolist()))
    return _Search(columns, limits, watch or Watch()).run()


def _blocked(columns: Columns, link: Link) -> tuple[Conflict, ...]:
    rule = columns.blocking_rule(link)
    pin = Conflict("pin", slot=link.slot, expert=link.expert)
    if link in columns.problem.forbidden and rule in (None, "forbidden"):
        return pin, Conflict("forbidden", slot=link.slot, expert=link.expert)
    return pin, Conflict("not_eligible", slot=link.slot, expert=link.expert, rule=rule)


def _smallest_breaking(amounts: Floats, limit: float) -> list[int] | None:
    """Return the positions of amounts that together exceed ``limit`` and without any one of them do not."""
    most = limit * (1 + TOLERANCE)
    if fsum(amounts) <= most:
        return None
    part = list(range(len(amounts)))
    for position in sorted(part, key=lambda i: float(amounts[i])):
        rest = [other for other in part if other != position]
        if fsum(amounts[rest]) > most:
            part = rest
    return part


def _pin(columns: Columns, pair: int) -> Conflict:
    table = columns.pairs
    return Conflict("pin", slot=columns.slot_ids[table.slot[pair]], expert=columns.expert_ids[table.expert[pair]])


def _limit(columns: Columns, rows: Rows, row: int) -> Conflict:
    kind, place, detail = Kind(int(rows.kind[row])), int(rows.place[row]), int(rows.detail[row])
    requests = columns.problem.requests
    if kind is Kind.SLOT_TAKEN_TWICE:
        return Conflict("slot_taken_twice", slot=columns.slot_ids[place])
    if kind is Kind.REQUEST_BUDGET:
        return Conflict("request_budget", request=requests[place].id)
    if kind is Kind.ORGANIZATION_BUDGET:
        return Conflict("organization_budget", organization=columns.organization_ids[place])
    if kind is Kind.ONE_SLOT_PER_REQUEST:
        return Conflict("one_slot_per_request", expert=columns.expert_ids[place], request=requests[detail].id)
    return Conflict(kind.name.lower(), expert=columns.expert_ids[place], month=columns.problem.months[detail])


class _Search:
    """Looks for pairs that keep the pins, among those of pinned requests that are filled whole."""

    def __init__(self, columns: Columns, limits: Limits, watch: Watch) -> None:
        self._columns, self._limits, self._watch = columns, limits, watch
        pins = np.flatnonzero(columns.pinned).tolist()
        pinned_requests = np.unique(columns.request[columns.pinned])
        self._teams = pinned_requests[columns.request_whole[pinned_requests]].tolist()
        among = columns.pinned | (np.isin(columns.request, self._teams) & ~columns.forbidden)
        self._among = np.flatnonzero(among).tolist()
        self._rows = all_rows(columns, among)
        organizations = np.unique(columns.organization[(columns.heads.person >= 0) & among]).tolist()
        self._members = [
            *(_Member("pin", pair) for pair in pins),
            *(_Member("team", request) for request in self._teams),
            *(_Member("row", row) for row in range(len(self._rows))),
            *(_Member("heads", organization) for organization in organizations),
        ]
        self._leave_at = time.monotonic() + limits.seconds
        self._stopped = False

    def run(self) -> PinnedCore:
        pairs = self._satisfy(self._members)
        if pairs is not None:
            return PinnedCore(tuple(pairs))
        if self._is_late():
            return PinnedCore(None)
        self._leave_at = time.monotonic() + REDUCING
        clash = smallest_clash(self._members, lambda part: self._satisfy(part) is not None, self._is_late)
        return PinnedCore(None, tuple(self._conflict(member) for member in clash))

    def _is_late(self) -> bool:
        self._stopped = self._stopped or self._watch.stop()
        return self._stopped or time.monotonic() >= self._leave_at

    def _conflict(self, member: _Member) -> Conflict:
        if member.what == "pin":
            return _pin(self._columns, member.number)
        if member.what == "team":
            return Conflict("team", request=self._columns.problem.requests[member.number].id)
        if member.what == "heads":
            return Conflict("heads", organization=self._columns.organization_ids[member.number])
        return _limit(self._columns, self._rows, member.number)

    def _satisfy(self, members: Sequence[_Member]) -> list[int] | None:
        """Return pairs that keep ``members``, as few as can be, or None when there are none (or no time is left)."""
        part = _Part(self._columns, self._rows, self._among, members)
        while not self._is_late():
            solver = Highs(
                seconds=self._leave_at - time.monotonic(),
                seed=self._limits.seed,
                threads=self._limits.threads,
                watch=Watch(self._watch.stop),
            )
            part.lp.solve(solver)
            if solver.standing.values is None or solver.end == "infeasible":
                return None
            pairs = part.chosen()
            if not part.cut_off_broken(pairs):
                return pairs
        return None


class _Part:
    """The pins and limits of some members as a PuLP problem, filled with as few pairs as can be."""

    def __init__(self, columns: Columns, rows: Rows, among: list[int], members: Sequence[_Member]) -> None:
        self._columns, self._rows = columns, rows
        of: dict[str, list[int]] = {"pin": [], "team": [], "row": [], "heads": []}
        for member in members:
            of[member.what].append(member.number)
        self._limits = of["row"]
        self.lp = pulp.LpProblem("pins", pulp.LpMaximize)
        pinned = set(of["pin"])
        self._x = {row: self.lp.add_variable(f"x_{row}", int(row in pinned), 1, pulp.LpInteger) for row in among}
        self.lp.setObjective(pulp.LpAffineExpression([(x, -1) for x in self._x.values()]))
        self._u = self._heads(set(of["heads"]))
        for request in of["team"]:
            self._team(request)
        for row in self._limits:
            entries = rows.entries(row)
            terms = [(self._x[p], a) for p, a in zip(rows.pair[entries].tolist(), rows.amount[entries], strict=True)]
            reliefs = zip(rows.pair[entries].tolist(), rows.relief[entries].tolist(), strict=True)
            terms += [(self._u[pair], -relief) for pair, relief in reliefs if relief > 0]
            self._at_most(terms, float(rows.limit[row]))

    def _at_most(self, terms: list[tuple[Any, float]], limit: float, sense: int = pulp.LpConstraintLE) -> None:
        self.lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, rhs=limit))

    def _heads(self, limited: set[int]) -> dict[int, Any]:
        heads, u, persons = self._columns.heads, {}, {}
        of_organization: dict[int, list[Any]] = {}
        for row, x in self._x.items():
            person = int(heads.person[row])
            if person < 0:
                continue
            u[row] = self.lp.add_variable(f"u_{row}", 0, 1, pulp.LpInteger)
            self._at_most([(u[row], 1), (x, -1)], 0)
            organization = int(heads.organization[person])
            if organization not in limited:
                continue
            if person not in persons:
                persons[person] = self.lp.add_variable(f"h_{person}", 0, 1, pulp.LpInteger)
                of_organization.setdefault(organization, []).append(persons[person])
            self._at_most([(u[row], 1), (persons[person], -1)], 0)
        for organization, variables in of_organization.items():
            self._at_most([(h, 1) for h in variables], heads.limit[organization])
        return u

    def _team(self, request: int) -> None:
        y = self.lp.add_variable(f"y_{request}", 0, 1, pulp.LpInteger)
        slots = self._columns.pairs.slot
        for slot in self._columns.slots_of_request[request]:
            x = [variable for row, variable in self._x.items() if slots[row] == slot]
            for variable in x:
                self._at_most([(variable, 1), (y, -1)], 0)
            if self._columns.slot_required[slot]:
                self._at_most([*((variable, 1) for variable in x), (y, -1)], 0, pulp.LpConstraintGE)

    def chosen(self) -> list[int]:
        return [row for row, x in self._x.items() if x.varValue > 0.5]

    def cut_off_broken(self, pairs: list[int]) -> bool:
        """Cut off what breaks a row when summed exactly; return whether there was anything."""
        taken, found = set(pairs), False
        for row in self._limits:
            entries = self._rows.entries(row)
            used = [
                (pair, relief > 0 and self._u[pair].varValue < 0.5, amount, amount - relief)
                for pair, amount, relief in zip(
                    self._rows.pair[entries].tolist(),
                    self._rows.amount[entries],
                    self._rows.relief[entries],
                    strict=True,
                )
                if pair in taken
            ]
            if fsum(gross if without else net for _, without, gross, net in used) > self._rows.limit[row] * (
                1 + TOLERANCE
            ):
                found = True
                terms = [(self._x[pair], 1.0) for pair, *_ in used]
                terms += [(self._u[pair], -1.0) for pair, without, *_ in used if without]
                self._at_most(terms, len(used) - 1)
        return found


def smallest_clash(members: Sequence[T], holds: Callable[[Sequence[T]], bool], is_late: Callable[[], bool]) -> list[T]:
    """Return members that cannot hold together, none of which can be left out (QuickXplain, Junker 2004).

    ``members`` cannot hold together; those that come first are kept rather. When ``is_late``, what has not been
    looked at yet is returned whole.
    """

    def needed(given: list[T], is_new: bool, candidates: list[T]) -> list[T]:
        if is_new and not holds(given):
            return []
        if len(candidates) == 1 or is_late():
            return candidates
        half = len(candidates) // 2
        first, second = candidates[:half], candidates[half:]
        from_second = needed([*given, *first], True, second)
        from_first = needed([*given, *from_second], bool(from_second), first)
        return [*from_first, *from_second]

    return needed([], False, list(members))
