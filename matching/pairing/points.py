"""The fit of a slot's eligible pairs, compiled: the arithmetic of ``matching.scoring``."""

import numpy as np

from matching.expert_columns import Floats
from matching.national.compiled import compiled
from matching.pairing.best import Ints
from matching.pairing.people import People
from matching.pairing.rows import Made, Offer
from matching.pairing.seats import Longs, Roads, Seats
from matching.pairing.weighing import has_bit, weigh_slot
from matching.scoring import AMPLE_HOURS, FAR_KM, POINTS, UNKNOWN_PROXIMITY

SKILLS, EXPERIENCE, BRIDGING, AVAILABLE, NEAR, RATED = range(6)
SKILLS_POINTS, EXPERIENCE_POINTS = POINTS["skills"], POINTS["experience"]
AVAILABLE_POINTS, NEAR_POINTS = POINTS["availability"], POINTS["proximity"]
MILLION = 1e6


@compiled
def weigh_group(
    people: People,
    seats: Seats,
    roads: Roads,
    slots: Longs,
    left: Longs,
    ends: Longs,
    km: Floats,
    removed: Longs,
    offer: Offer,
    made: Made,
    made_ends: Longs,
) -> int:
    """Write the eligible pairs among ``left`` into ``made`` and count the others in ``removed``; return how many.

    ``ends``: where the people of each of ``slots`` end in ``left``. ``made_ends``: the same in ``made``.
    """
    row = begin = 0
    for position in range(len(slots)):
        s, n = slots[position], ends[position] - begin
        offer.people[:n] = left[begin : begin + n]
        n = weigh_slot(people, seats, roads, s, km, removed[s], offer, n)
        if n > 0:
            _score_slot(people, seats, s, offer, n, made, row)
        row += n
        begin, made_ends[position] = ends[position], row
    return row


@compiled
def _score_slot(people: People, seats: Seats, s: int, offer: Offer, n: int, made: Made, row: int) -> None:
    """Write the first ``n`` alive of ``offer`` into ``made`` from ``row`` on, with the parts of their fit."""
    end = row + n
    has_parts = len(made.parts) > 0
    fit, seen, experts = made.fit[row:end], offer.seen, made.expert[row:end]
    _copy(offer, n, made, row, s)
    _skills(people, seats, s, experts, seen)
    _add(SKILLS_POINTS, seen, fit, made.parts, row, SKILLS, has_parts)
    _experience(people, seats, s, experts, seen)
    _add(EXPERIENCE_POINTS, seen, fit, made.parts, row, EXPERIENCE, has_parts)
    bridging = people.bridging
    for k in range(n):
        fit[k] += bridging[experts[k]]
    _available(offer, n, seen)
    _add(AVAILABLE_POINTS, seen, fit, made.parts, row, AVAILABLE, has_parts)
    _near(offer, n, seats.days[s] > 0, seen)
    _add(NEAR_POINTS, seen, fit, made.parts, row, NEAR, has_parts)
    worth, of_fit, yen = seats.worth[s], seats.fit_worth[s], seats.yen_per_point
    net_cost, worths, rating, parts = made.net_cost[row:end], made.worth[row:end], people.rating, made.parts
    for k in range(n):
        e = experts[k]
        fit[k] = np.rint((fit[k] + rating[e]) * MILLION) / MILLION
        worths[k] = worth + of_fit * fit[k] - net_cost[k] / yen
        if has_parts:
            parts[row + k, BRIDGING], parts[row + k, RATED] = bridging[e], rating[e]


@compiled
def _copy(offer: Offer, n: int, made: Made, row: int, s: int) -> None:
    end, chosen = row + n, offer.alive[:n]
    made.slot[row:end], made.fit[row:end] = s, 0.0
    made.expert[row:end] = offer.people[chosen]
    made.cost[row:end], made.net_cost[row:end] = offer.cost[chosen], offer.net_cost[chosen]
    made.hours[row:end] = offer.hours[chosen]
    if len(made.travel_yen) > 0:
        made.travel_yen[row:end], made.travel_minutes[row:end] = offer.travel_yen[chosen], offer.minutes[chosen]


@compiled
def _add(most: float, share: Floats, fit: Floats, parts: Floats, row: int, part: int, has_parts: bool) -> None:
    """Add the points of a part, ``most`` times ``share`` and rounded, to ``fit``, and keep them where wanted."""
    for k in range(len(fit)):
        points = np.rint(most * share[k] * MILLION) / MILLION
        fit[k] += points
        if has_parts:
            parts[row + k, part] = points


@compiled
def _skills(people: People, seats: Seats, s: int, experts: Ints, share: Floats) -> None:
    first, end = seats.need_start[s], seats.need_start[s + 1]
    n = len(experts)
    share[:n] = 0.0 if first < end else 1.0
    for need in range(first, end):
        levels, gain = people.levels[seats.need_skill[need]], seats.need_gain[need]
        for k in range(n):
            share[k] += gain[levels[experts[k]]]
    if first < end:
        total = seats.need_total[s]
        for k in range(n):
            share[k] = min(share[k] / total, 1.0)


@compiled
def _experience(people: People, seats: Seats, s: int, experts: Ints, share: Floats) -> None:
    n = len(experts)
    share[:n] = 0.0
    first, end = seats.theme_start[s], seats.theme_start[s + 1]
    for theme in range(first, end):
        row = people.sets[seats.theme_set[theme]]
        for k in range(n):
            share[k] += has_bit(row, experts[k])
    themes = end - first
    stage = seats.stage_set[s]
    row = people.sets[max(stage, 0)]
    named = (stage >= 0) + (themes > 0)
    for k in range(n):
        total = share[k] / themes if themes else 0.0
        if stage >= 0 and has_bit(row, experts[k]):
            total += 1.0
        share[k] = total / named if named else 1.0


@compiled
def _available(offer: Offer, n: int, share: Floats) -> None:
    alive, free, hours = offer.alive, offer.free, offer.hours
    for i in range(n):
        have, ample = free[alive[i]], AMPLE_HOURS * hours[alive[i]]
        share[i] = have / ample if have < ample else 1.0


@compiled
def _near(offer: Offer, n: int, is_on_site: bool, share: Floats) -> None:
    alive, km = offer.alive, offer.km
    for i in range(n):
        share[i] = 1.0
        if is_on_site:
            far = km[alive[i]]
            share[i] = UNKNOWN_PROXIMITY if np.isnan(far) else max(0.0, 1.0 - far / FAR_KM)
