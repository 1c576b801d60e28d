"""Whether assignments keep every limit of a problem, summed one by one; shares no code with the model or its rows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from matching.plan import Assignment
from matching.problem import Problem, Request, Slot

TOLERANCE = 1e-9
"""Share of a limit by which a sum may exceed it."""


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing wrong with a plan: ``kind`` as a code, ``place`` as a JSON pointer into the plan file."""

    kind: str
    place: str
    ja: str
    en: str

    def __str__(self) -> str:
        return f"{self.place or '/'}: {self.ja} / {self.en}"


@dataclass(frozen=True, slots=True)
class Filled:
    """An assignment whose slot and expert exist, with its position in the plan."""

    position: int
    assignment: Assignment
    request: Request
    slot: Slot


def known(problem: Problem, assignments: Sequence[Assignment]) -> list[Filled]:
    """Return the assignments whose slot and expert exist."""
    return [
        Filled(position, one, *problem.seat_by_slot[one.slot])
        for position, one in enumerate(assignments)
        if one.slot in problem.seat_by_slot and one.expert in problem.expert_by_id
    ]


def broken_limits(problem: Problem, filled: Sequence[Filled]) -> Iterator[Violation]:
    """Yield every limit that ``filled`` breaks: persons, slots, teams, forbidden pairs, budgets, heads."""
    yield from _persons(problem, filled)
    yield from _slots(filled)
    yield from _requests(filled)
    yield from _teams(problem, filled)
    yield from _forbidden(problem, filled)
    yield from _budgets(problem, filled)
    yield from _heads(problem, filled)


def _exceeds(amounts: Sequence[float], limit: float) -> bool:
    return fsum(amounts) > limit + TOLERANCE * abs(limit)


def _at(one: Filled, field: str = "") -> str:
    return f"/assignments/{one.position}" + (f"/{field}" if field else "")


def _persons(problem: Problem, filled: Sequence[Filled]) -> Iterator[Violation]:
    of_person: dict[str, list[Filled]] = defaultdict(list)
    for one in filled:
        of_person[one.assignment.expert].append(one)
    for name, mine in of_person.items():
        expert = problem.expert_by_id[name]
        for month, label in enumerate(problem.months):
            active = [one for one in mine if month in one.slot.months]
            uses = (
                ("hours", "稼働時間", [one.assignment.hours for one in active], expert.hours[month]),
                ("max_engagements", "同時に持てる枠の数", [1.0] * len(active), expert.max_engagements[month]),
                ("onsite_days", "現地日数", [one.slot.onsite_days for one in active], expert.onsite_days[month]),
            )
            for kind, ja, amounts, limit in uses:
                if _exceeds(amounts, limit):
                    yield Violation(
                        kind,
                        _at(active[-1]),
                        f"「{name}」の {label} の{ja}が {fsum(amounts):g} で、上限 {limit:g} を超えています",
                        f"{name} has {kind} {fsum(amounts):g} in {label}, above the limit of {limit:g}",
                    )


def _slots(filled: Sequence[Filled]) -> Iterator[Violation]:
    seen: set[str] = set()
    for one in filled:
        if one.slot.id in seen:
            yield Violation(
                "slot_taken_twice",
                _at(one, "slot"),
                f"枠「{one.slot.id}」に二人が割り当てられています",
                f"slot {one.slot.id} is filled twice",
            )
        seen.add(one.slot.id)


def _requests(filled: Sequence[Filled]) -> Iterator[Violation]:
    seen: dict[tuple[str, str], str] = {}
    for one in filled:
        key = (one.assignment.expert, one.request.id)
        if seen.setdefault(key, one.slot.id) != one.slot.id:
            yield Violation(
                "one_slot_per_request",
                _at(one, "expert"),
                f"「{key[0]}」がニーズ「{key[1]}」の枠を二つ持っています",
                f"{key[0]} has two slots of request {key[1]}",
            )


def _teams(problem: Problem, filled: Sequence[Filled]) -> Iterator[Violation]:
    taken: dict[str, Filled] = {one.slot.id: one for one in filled}
    for request in problem.requests:
        mine = [taken[slot.id] for slot in request.slots if slot.id in taken]
        missing = [slot.id for slot in request.slots if slot.required and slot.id not in taken]
        if request.team == "all" and mine and missing:
            yield Violation(
                "team",
                _at(mine[0]),
                f"ニーズ「{request.id}」はチーム全員が必要ですが、枠「{'」「'.join(missing)}」が空いています",
                f"request {request.id} needs its whole team, but {', '.join(missing)} is open",
            )


def _forbidden(problem: Problem, filled: Sequence[Filled]) -> Iterator[Violation]:
    chosen = {(one.assignment.slot, one.assignment.expert): one for one in filled}
    for link in dict.fromkeys(problem.forbidden):
        if (link.slot, link.expert) in chosen:
            yield Violation(
                "forbidden",
                _at(chosen[link.slot, link.expert]),
                f"枠「{link.slot}」と「{link.expert}」の組は禁止されています",
                f"{link.expert} is forbidden in slot {link.slot}",
            )


def missing_pins(problem: Problem, filled: Sequence[Filled]) -> Iterator[Violation]:
    """Yield every pin that is not in the plan."""
    chosen = {(one.assignment.slot, one.assignment.expert) for one in filled}
    for link in dict.fromkeys(problem.pins):
        if (link.slot, link.expert) not in chosen:
            yield Violation(
                "pin",
                "/assignments",
                f"枠「{link.slot}」に固定された「{link.expert}」が計画にありません",
                f"{link.expert} is pinned to slot {link.slot} but not in the plan",
            )


def _budgets(problem: Problem, filled: Sequence[Filled]) -> Iterator[Violation]:
    spent: dict[tuple[str, str], list[tuple[Filled, float]]] = defaultdict(list)
    limits: dict[tuple[str, str], float | None] = {}
    for one in filled:
        request, organization = one.request, problem.organization_by_id.get(one.request.organization)
        counted = one.assignment.net_cost if request.budget_basis == "net" else one.assignment.cost
        spent["request_budget", request.id].append((one, counted))
        limits["request_budget", request.id] = request.budget
        spent["organization_budget", request.organization].append((one, one.assignment.cost))
        limits["organization_budget", request.organization] = None if organization is None else organization.budget
    for (kind, name), uses in spent.items():
        limit = limits[kind, name]
        amounts = [yen for _, yen in uses]
        if limit is not None and _exceeds(amounts, limit):
            yield Violation(
                kind,
                _at(uses[-1][0]),
                f"「{name}」の費用 {fsum(amounts):,.0f} 円が予算 {limit:,.0f} 円を超えています",
                f"{name} spends {fsum(amounts):,.0f} yen, above its budget of {limit:,.0f}",
            )


def _heads(problem: Problem, filled: Sequence[Filled]) -> Iterator[Violation]:
    named: Mapping[str, int] = {} if problem.subsidy is None else problem.subsidy.heads
    persons: dict[str, dict[str, list[Filled]]] = defaultdict(lambda: defaultdict(list))
    for one in filled:
        if one.request.organization in named and one.assignment.net_cost < one.assignment.cost:
            persons[one.request.organization][one.assignment.expert].append(one)
    for organization, holders in persons.items():
        if len(holders) > named[organization]:
            yield Violation(
                "heads",
                _at(list(holders.values())[-1][0], "net_cost"),
                f"「{organization}」で補助の対象が {len(holders)} 人で、上限 {named[organization]} 人を超えています",
                f"{organization} counts {len(holders)} persons net, above its {named[organization]} heads",
            )
