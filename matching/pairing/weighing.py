"""What the pairs of a slot take and cost, and which rules they break, compiled: the arithmetic of
``matching.costing`` and ``matching.eligibility``.

Each loop goes over the people left for one slot and closes up over those it removes. They take plain arrays: a tuple of
arrays handed on for each pair would cost more than the pair itself.
"""

import numpy as np

from matching.costing import ONE_MILLIONTH
from matching.eligibility import TOLERANCE
from matching.expert_columns import Floats, Marks
from matching.national.compiled import compiled
from matching.pairing.people import People, Words
from matching.pairing.rows import Offer
from matching.pairing.seats import Longs, Roads, Seats
from matching.pairs import RULES
from matching.travel import (
    AIR_BASE_YEN,
    AIR_BEYOND_KM,
    AIR_MOST_YEN,
    AIR_YEN_PER_KM,
    ROUTE_PER_STRAIGHT_KM,
    STAY_BEYOND_MINUTES,
)

(
    _,
    _,
    _,
    _,
    AVAILABILITY,
    ENGAGEMENT_LIMIT,
    WORK_MODE,
    ONSITE_DAYS,
    TRAVEL_TIME,
    RATE_CEILING,
    BUDGET,
    CONFLICT,
    BAN,
) = range(len(RULES))
SIXTY_THREE = 63
ONE = np.uint64(1)


@compiled
def is_within(need: float, have: float) -> bool:
    """Tell whether ``need`` is at most ``have``, with the slack of ``matching.eligibility``."""
    return need <= have + TOLERANCE * max(1.0, abs(have))


@compiled
def has_bit(row: Words, expert: int) -> bool:
    """Tell whether ``expert`` is in the bit set ``row``."""
    return bool((row[expert >> 6] >> np.uint64(expert & SIXTY_THREE)) & ONE)


@compiled
def weigh_slot(
    people: People, seats: Seats, roads: Roads, s: int, km: Floats, removed: Longs, offer: Offer, n: int
) -> int:
    """Leave in ``offer.alive`` those of its first ``n`` people whom no rule blocks, with what each costs; say how many.

    ``km``: N, straight to the slot's place, NaN where not known. ``removed``: counted up by rule.
    """
    first, length, days, alive = seats.first[s], seats.length[s], seats.days[s], offer.alive
    for k in range(n):
        alive[k] = k
    _journeys(roads.minutes_at, roads.reached_at, km, days > 0, offer.people, n, offer.km, offer.minutes)
    share = days * 2 if seats.travel_counts else 0.0
    left = _free_enough(people.hours, first, length, seats.hours[s], share, offer, n)
    removed[AVAILABILITY] += n - left
    n = _present(people, seats, s, removed, offer, left)
    left = _cheap_enough(people.hourly_rate, seats.rate_ceiling[s], offer.people, alive, n)
    removed[RATE_CEILING] += n - left
    _costs(people.hourly_rate, people.across, roads.fare, seats, s, offer, left)
    n, left = left, _affordable(offer.net_cost if seats.is_net[s] else offer.cost, seats.budget[s], alive, left)
    removed[BUDGET] += n - left
    n = left
    for k in range(seats.conflict_start[s], seats.conflict_start[s + 1]):
        left = _not_in(people.sets[seats.conflict_set[k]], offer.people, alive, left)
    removed[CONFLICT] += n - left
    n, banned = left, seats.forbidden[seats.forbidden_start[s] : seats.forbidden_start[s + 1]]
    left = _not_among(banned, offer.people, alive, left)
    removed[BAN] += n - left
    return left


@compiled
def _journeys(
    minutes_at: Longs, reached_at: Floats, km: Floats, is_made: bool, people: Longs, n: int, far: Floats, took: Longs
) -> None:
    for k in range(n):
        far[k] = km[people[k]] if is_made else np.nan
        took[k] = 0
        if not np.isnan(far[k]):
            minutes = minutes_at[int(far[k])]
            while minutes + 1 < len(reached_at) and far[k] >= reached_at[minutes + 1]:
                minutes += 1
            took[k] = minutes


@compiled
def _free_enough(have: Floats, first: int, length: int, hours: float, share: float, offer: Offer, n: int) -> int:
    """Keep those with enough hours in the tightest month; ``share``: travel hours for an hour one way."""
    people, alive, minutes, takes, free = offer.people, offer.alive, offer.minutes, offer.hours, offer.free
    left = 0
    for i in range(n):
        k = alive[i]
        e = people[k]
        takes[k] = hours + share * minutes[k] / 60
        least = have[e, first]
        for month in range(first + 1, first + length):
            least = min(least, have[e, month])
        if is_within(takes[k], least):
            free[k] = least
            alive[left] = k
            left += 1
    return left


@compiled
def _present(people: People, seats: Seats, s: int, removed: Longs, offer: Offer, n: int) -> int:
    """Keep those who may take one more engagement, work the way asked for, and can come to the place as often."""
    engaging, mode = people.sets[seats.engaging_set[s]], people.sets[seats.mode_set[s]]
    first, end, days = seats.first[s], seats.first[s] + seats.length[s], seats.days[s]
    on_site, longest = people.days, people.longest_travel
    who, alive, km, minutes = offer.people, offer.alive, offer.km, offer.minutes
    left = 0
    for i in range(n):
        k = alive[i]
        e = who[k]
        if not has_bit(engaging, e):
            removed[ENGAGEMENT_LIMIT] += 1
            continue
        if not has_bit(mode, e):
            removed[WORK_MODE] += 1
            continue
        if days > 0:
            least = np.inf
            for month in range(first, end):
                least = min(least, on_site[e, month])
            if not is_within(days, least):
                removed[ONSITE_DAYS] += 1
                continue
            if not (np.isinf(longest[e]) if np.isnan(km[k]) else minutes[k] <= longest[e]):
                removed[TRAVEL_TIME] += 1
                continue
        alive[left] = k
        left += 1
    return left


@compiled
def _cheap_enough(rate: Floats, ceiling: float, people: Longs, alive: Longs, n: int) -> int:
    left = 0
    for i in range(n):
        if rate[people[alive[i]]] <= ceiling:
            alive[left] = alive[i]
            left += 1
    return left


@compiled
def _costs(rate: Floats, across: Marks, fare: Longs, seats: Seats, s: int, offer: Offer, n: int) -> None:
    """Work out what a visit, the whole slot, and the slot after subsidies cost."""
    hours, length, days, lodging, is_across = (
        seats.hours[s],
        seats.length[s],
        seats.days[s],
        seats.lodging[s],
        seats.across[s],
    )
    years, shares = seats.subsidy_months, seats.subsidy_rate
    first, end = seats.subsidy_start[s], seats.subsidy_start[s + 1]
    people, alive, km, minutes = offer.people, offer.alive, offer.km, offer.minutes
    travel_yen, costs, net_costs, with_travel = offer.travel_yen, offer.cost, offer.net_cost, seats.travel_eligible
    for i in range(n):
        k = alive[i]
        e = people[k]
        visit = 0
        if not np.isnan(km[k]):
            if (is_across or across[e]) and km[k] > AIR_BEYOND_KM:
                one_way = int(np.floor(min(AIR_BASE_YEN + AIR_YEN_PER_KM * km[k], AIR_MOST_YEN) + 0.5))
            else:
                one_way = fare[int(np.ceil(km[k] * ROUTE_PER_STRAIGHT_KM))]
            visit = 2 * one_way + (lodging if minutes[k] > STAY_BEYOND_MINUTES else 0)
        labour = np.floor(rate[e] * hours * length + 0.5)
        travel = np.floor(days * length * visit + 0.5)
        cost = labour + travel
        eligible = cost if with_travel else labour
        back = 0.0
        for y in range(first, end):
            back += np.floor(shares[y] * eligible * years[y] / length + ONE_MILLIONTH)
        travel_yen[k], costs[k], net_costs[k] = travel, cost, cost - back


@compiled
def _affordable(yen: Floats, budget: float, alive: Longs, n: int) -> int:
    left = 0
    for i in range(n):
        if is_within(yen[alive[i]], budget):
            alive[left] = alive[i]
            left += 1
    return left


@compiled
def _not_in(row: Words, people: Longs, alive: Longs, n: int) -> int:
    left = 0
    for i in range(n):
        if not has_bit(row, people[alive[i]]):
            alive[left] = alive[i]
            left += 1
    return left


@compiled
def _not_among(banned: Longs, people: Longs, alive: Longs, n: int) -> int:
    """Keep those not in ``banned``; both ascend."""
    left = at = 0
    for i in range(n):
        while at < len(banned) and banned[at] < people[alive[i]]:
            at += 1
        if at == len(banned) or banned[at] != people[alive[i]]:
            alive[left] = alive[i]
            left += 1
    return left
