"""How well an expert suits a slot, from 0 to 1, as a sum of six parts; and the table of all eligible pairs.

``docs/fit.md`` states each part. More skill, more free hours or a nearer base never lower a fit.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matching.costing import Offers, Seat, seat_of
from matching.eligibility import NOT_A_PAIR, first_rule_against, screen
from matching.expert_columns import ExpertColumns, Floats
from matching.pairs import PARTS, FunnelStep, PairTable
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


def eligible_pairs(problem: Problem) -> PairTable:
    """Return every eligible pair of ``problem`` with fit, parts, hours and cost, and each slot's funnel.

    Ready-made pairs are returned as they are; forbidden ones too, which the model then excludes.
    """
    if problem.pairs is not None:
        return _ready_made(problem, problem.pairs)
    columns = ExpertColumns(problem.experts, problem)
    forbidden = _by_slot(problem.forbidden, columns)
    asked = _by_slot((*problem.pins, *problem.previous), columns)
    found: list[Offers] = []
    parts: list[Floats] = []
    funnel: list[tuple[FunnelStep, ...]] = []
    blocked: dict[tuple[int, int], str] = {}
    for position, (request, slot) in enumerate(problem.seats()):
        seat = seat_of(problem, request, slot)
        banned = forbidden[slot.id]
        left, steps = screen(columns, seat, banned)
        for expert in sorted(set(asked[slot.id]).difference(left.experts.tolist())):
            rule = first_rule_against(problem, seat, problem.experts[expert], expert in banned)
            blocked[position, expert] = str(rule)
        found.append(left)
        parts.append(fit_parts(columns, seat, left))
        funnel.append(steps)
    return _table(found, parts, tuple(funnel), blocked)


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
    return named


def _table(
    found: list[Offers],
    parts: list[Floats],
    funnel: tuple[tuple[FunnelStep, ...], ...],
    blocked: dict[tuple[int, int], str],
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
        blocked_by=blocked,
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
