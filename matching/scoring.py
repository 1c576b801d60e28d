"""How well an expert suits a slot, from 0 to 1, as a sum of six parts; and the table of all eligible pairs.

``docs/fit.md`` states each part. More skill, more free hours or a nearer base never lower a fit.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matching.costing import Offers, Seat, offers, seat_of
from matching.eligibility import NOT_A_PAIR, first_rule_against, screen
from matching.expert_columns import ExpertColumns, Floats, Marks
from matching.pairs import PARTS, FunnelStep, PairTable, rows_of, without_details
from matching.policy import resolve
from matching.problem import Link, Problem, ReadyPair

POINTS = {
    "skills": 0.60,
    "experience": 0.15,
    "bridging": 0.05,
    "availability": 0.08,
    "proximity": 0.07,
    "rating": 0.05,
}
"""The most each part can give; together 1."""

AMPLE_HOURS = 2.0
"""Free hours, as a multiple of the pair's own, from which availability gives all its points."""
FAR_KM = 1_000.0
UNKNOWN_PROXIMITY = 0.5
HIGHEST_LEVEL = 4
HIGHEST_RATING = 5.0
DECIMALS = 6


COMPILED_FROM = 4_000_000
"""Combinations of expert and slot from which compiled loops are quicker, loading them included."""


def eligible_pairs(problem: Problem, *, lean: bool = False) -> PairTable:
    """Return every eligible pair of ``problem`` with fit, parts, hours and cost, and each slot's funnel.

    Ready-made pairs are returned as they are; forbidden ones too, which the model then excludes. ``lean``: leave out
    parts and travel (``detailed`` puts them in), which take more than half of a large table's memory.
    """
    if problem.pairs is not None:
        return _ready_made(problem, problem.pairs)
    columns = ExpertColumns(problem.experts, problem)
    forbidden = _by_slot(problem.forbidden, columns)
    if is_large(problem):
        # Not at the top, because loading numba takes longer than scoring a small problem.
        from matching.pairing.tables import every_pair

        table = every_pair(problem, columns, forbidden, lean=lean)
    else:
        table = _slot_by_slot(problem, columns, forbidden)
        table = without_details(table) if lean else table
    return replace(table, blocked_by=_blocked(problem, columns, table, forbidden))


def is_large(problem: Problem) -> bool:
    """Tell whether compiled loops make the pairs of ``problem``."""
    return len(problem.experts) * sum(len(request.slots) for request in problem.requests) >= COMPILED_FROM


def _slot_by_slot(problem: Problem, columns: ExpertColumns, forbidden: Mapping[str, Sequence[int]]) -> PairTable:
    found: list[Offers] = []
    parts: list[Floats] = []
    funnel: list[tuple[FunnelStep, ...]] = []
    for request, slot in problem.seats():
        seat = seat_of(problem, request, slot)
        left, steps = screen(columns, seat, forbidden.get(slot.id, ()))
        found.append(left)
        parts.append(fit_parts(columns, seat, left))
        funnel.append(steps)
    return _table(found, parts, tuple(funnel))


def _blocked(
    problem: Problem, columns: ExpertColumns, table: PairTable, forbidden: Mapping[str, Sequence[int]]
) -> dict[tuple[int, int], str]:
    """Return the first rule against each pin and pair in force that is not in ``table``, by slot and expert."""
    asked = _asked(problem, columns)
    begin = np.searchsorted(table.slot, np.arange(sum(len(request.slots) for request in problem.requests) + 1))
    blocked: dict[tuple[int, int], str] = {}
    for position, (request, slot) in enumerate(problem.seats()):
        if position not in asked:
            continue
        seat = seat_of(problem, request, slot)
        eligible = table.expert[begin[position] : begin[position + 1]]
        for expert in sorted(set(asked[position]).difference(eligible.tolist())):
            is_forbidden = expert in forbidden.get(slot.id, ())
            blocked[position, expert] = str(first_rule_against(problem, seat, problem.experts[expert], is_forbidden))
    return blocked


def _asked(problem: Problem, columns: ExpertColumns) -> dict[int, list[int]]:
    """Return the experts of pins and pairs in force by position of the slot."""
    named = _by_slot((*problem.pins, *problem.previous), columns)
    return {position: named[slot.id] for position, (_, slot) in enumerate(problem.seats()) if slot.id in named}


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The pairs kept of a problem; ``pairs.funnel`` counts all of them. S slots.

    ``eligible``: S, how many eligible pairs each slot has. ``left_out``: S, no pair of the slot that is not kept is
    worth more points than this, taken alone without equity; minus infinity where all are kept.
    """

    pairs: PairTable
    eligible: NDArray[np.int64]
    left_out: Floats


def shortlist(problem: Problem, per_slot: int = 50, per_expert: int = 8) -> Shortlist:
    """Return the ``per_slot`` pairs of each slot worth most and the ``per_expert`` of each expert, ties in file order.

    Worth is priority · (coverage + fit) less the net cost in points. Pins and pairs in force are always kept.
    """
    columns = ExpertColumns(problem.experts, problem)
    forbidden, asked = _by_slot(problem.forbidden, columns), _asked(problem, columns)
    if problem.pairs is None and is_large(problem):
        from matching.pairing.tables import kept_pairs

        kept = kept_pairs(problem, columns, forbidden, asked, per_slot, per_expert)
        pairs = replace(kept.pairs, blocked_by=_blocked(problem, columns, kept.pairs, forbidden))
        return Shortlist(pairs, kept.eligible, kept.left_out)
    table = eligible_pairs(problem)
    worth, slots = _worth(problem, table), sum(len(request.slots) for request in problem.requests)
    keep = _best(table.slot, worth, table.expert, per_slot) | _best(table.expert, worth, table.slot, per_expert)
    for slot, experts in asked.items():
        keep |= (table.slot == slot) & np.isin(table.expert, experts)
    left_out = np.full(slots, -np.inf)
    np.maximum.at(left_out, table.slot[~keep], worth[~keep])
    return Shortlist(rows_of(table, np.flatnonzero(keep)), np.bincount(table.slot, minlength=slots), left_out)


def _worth(problem: Problem, table: PairTable) -> Floats:
    goal = resolve(problem.policy)
    priority = np.array([request.priority for request, _ in problem.seats()], dtype=np.float64)[table.slot]
    gain: Floats = priority * goal.weights.coverage + priority * goal.weights.fit * table.fit
    return gain - table.net_cost / goal.yen_per_point


def _best(group: NDArray[np.int32], worth: Floats, position: NDArray[np.int32], most: int) -> Marks:
    """Mark the ``most`` pairs worth most in each group, ties by position."""
    order = np.lexsort((position, -worth, group))
    ranked = group[order]
    marks = np.zeros(len(group), dtype=np.bool_)
    marks[order[np.arange(len(order)) - np.searchsorted(ranked, ranked) < most]] = True
    return marks


def detailed(problem: Problem, table: PairTable, rows: NDArray[np.int64]) -> PairTable:
    """Return the ``rows`` (ascending) of a table, parts and travel worked out if the table is lean."""
    chosen = rows_of(table, rows)
    if problem.pairs is not None or table.parts.shape[1] or not len(rows):
        return chosen
    columns = ExpertColumns(problem.experts, problem)
    slots = sum(len(request.slots) for request in problem.requests)
    begin = np.searchsorted(chosen.slot, np.arange(slots + 1))
    experts = [chosen.expert[first:end] for first, end in pairwise(begin.tolist())]
    if is_large(problem):  # whose pairs came from compiled loops, so that these are loaded
        from matching.pairing.tables import given_pairs

        found = given_pairs(problem, columns, experts)
    else:
        found = _given(problem, columns, experts)
    details = {name: getattr(found, name) for name in ("parts", "travel_minutes", "travel_yen")}
    return replace(chosen, **details)


def _given(problem: Problem, columns: ExpertColumns, experts: Sequence[NDArray[np.int32]]) -> PairTable:
    """Return the pairs of each slot with the ``experts`` given for it."""
    found, parts = [], []
    for (request, slot), mine in zip(problem.seats(), experts, strict=True):
        seat = seat_of(problem, request, slot)
        found.append(offers(columns, seat, mine.astype(np.int64)))
        parts.append(fit_parts(columns, seat, found[-1]) if len(mine) else np.empty((0, len(PARTS))))
    return _table(found, parts, ())


def fit_parts(columns: ExpertColumns, seat: Seat, found: Offers) -> Floats:
    """Return M × 6 points in the order of ``PARTS``, each rounded to 6 decimals so that files are stable."""
    shares = {
        "skills": _skills(columns, seat)[found.experts],
        "experience": _experience(columns, seat)[found.experts],
        "bridging": np.minimum(columns.business, columns.technical)[found.experts] / HIGHEST_LEVEL,
        "availability": _availability(columns, seat, found),
        "proximity": _proximity(seat, found),
        "rating": columns.rating[found.experts] / HIGHEST_RATING,
    }
    points: Floats = np.column_stack([POINTS[part] * shares[part] for part in PARTS])
    return points.round(DECIMALS)


def _skills(columns: ExpertColumns, seat: Seat) -> Floats:
    needs = seat.slot.needs
    if not needs:
        return np.ones(columns.count)
    met = np.zeros(columns.count)
    for need in needs:
        met += need.weight * np.minimum(columns.level(need.skill) / need.level, 1.0)
    return np.minimum(met / sum(need.weight for need in needs), 1.0)


def _experience(columns: ExpertColumns, seat: Seat) -> Floats:
    shares: list[Floats] = []
    if seat.slot.stage is not None:
        shares.append(columns.has("stages", seat.slot.stage).astype(np.float64))
    themes = set(seat.request.themes)
    if themes:
        known = np.zeros(columns.count, dtype=np.int64)
        for theme in themes:
            known += columns.has("themes", theme)
        shares.append(known / len(themes))
    return sum(shares, np.zeros(columns.count)) / len(shares) if shares else np.ones(columns.count)


def _availability(columns: ExpertColumns, seat: Seat, found: Offers) -> Floats:
    free = columns.least(columns.hours, seat.slot, found.experts)
    ample = AMPLE_HOURS * found.hours
    return np.divide(free, ample, out=np.ones(len(free)), where=free < ample)


def _proximity(seat: Seat, found: Offers) -> Floats:
    if seat.slot.onsite_days == 0:
        return np.ones(len(found.experts))
    near = np.maximum(0.0, 1.0 - found.journeys.straight_km / FAR_KM)
    return np.where(np.isnan(near), UNKNOWN_PROXIMITY, near)


def _by_slot(links: Iterable[Link], columns: ExpertColumns) -> dict[str, list[int]]:
    """Return the experts' positions named with each slot."""
    named: dict[str, list[int]] = defaultdict(list)
    for link in links:
        named[link.slot].append(columns.position[link.expert])
    return dict(named)


def _table(
    found: list[Offers],
    parts: list[Floats],
    funnel: tuple[tuple[FunnelStep, ...], ...],
) -> PairTable:
    counts = [len(left.experts) for left in found]
    points = np.concatenate([np.empty((0, len(PARTS))), *parts])
    return PairTable(
        expert=_joined(left.experts for left in found).astype(np.int32),
        slot=np.repeat(np.arange(len(found), dtype=np.int32), counts),
        fit=np.round(points.sum(axis=1), DECIMALS),
        cost=_joined(left.cost for left in found),
        net_cost=_joined(left.net_cost for left in found),
        hours=_joined(left.hours for left in found),
        parts=points,
        travel_minutes=_joined(left.journeys.minutes for left in found),
        travel_yen=_joined(left.travel_yen for left in found),
        funnel=funnel,
    )


def _joined(columns: Iterable[NDArray[np.float64] | NDArray[np.int64]]) -> Floats:
    return np.concatenate([np.empty(0), *columns]).astype(np.float64)


def _ready_made(problem: Problem, pairs: tuple[ReadyPair, ...]) -> PairTable:
    experts = {expert.id: index for index, expert in enumerate(problem.experts)}
    slots = {slot.id: index for index, (_, slot) in enumerate(problem.seats())}
    rows = sorted(((slots[pair.slot], experts[pair.expert], pair) for pair in pairs), key=lambda row: (row[0], row[1]))
    listed = {(slot, expert) for slot, expert, _ in rows}
    asked = {(slots[link.slot], experts[link.expert]) for link in (*problem.pins, *problem.previous)}
    left = Counter(slot for slot, _, _ in rows)
    return PairTable(
        expert=np.array([expert for _, expert, _ in rows], dtype=np.int32),
        slot=np.array([slot for slot, _, _ in rows], dtype=np.int32),
        fit=np.array([pair.fit for *_, pair in rows], dtype=np.float64),
        cost=np.array([pair.cost for *_, pair in rows], dtype=np.float64),
        net_cost=np.array([pair.net_cost for *_, pair in rows], dtype=np.float64),
        hours=np.array([pair.hours for *_, pair in rows], dtype=np.float64),
        parts=np.empty((len(rows), 0)),
        travel_minutes=np.zeros(len(rows)),
        travel_yen=np.zeros(len(rows)),
        funnel=tuple((FunnelStep(NOT_A_PAIR, len(experts) - left[slot], left[slot]),) for slot in range(len(slots))),
        blocked_by=dict.fromkeys(sorted(asked - listed), NOT_A_PAIR),
    )
