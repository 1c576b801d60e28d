"""Slots as the compiled loops read them: numbers of bit sets, gains by level, and what travel costs by distance."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.costing import Seat
from matching.expert_columns import Floats
from matching.pairing.people import NOBODY, Register, ragged
from matching.policy import Goal
from matching.problem import Slot
from matching.scoring import HIGHEST_LEVEL
from matching.travel import (
    EARTH_RADIUS_KM,
    ROUTE_PER_STRAIGHT_KM,
    one_way_minutes,
    rail_fare_with_express,
)

NO_SET = -1
"""Where a slot names no stage."""

Longs = NDArray[np.int64]


class Seats(NamedTuple):
    """S slots. What belongs to a slot in varying number stands between ``x_start[s]`` and ``x_start[s + 1]``.

    ``step_set``, ``step_rule``: bit sets an expert has to be in, and the rule each belongs to, in order.
    ``need_skill``, ``need_gain``: rows of ``People.levels``, and the weight met at each level from 0 to 4.
    ``conflict_set``: bit sets an expert must not be in. ``forbidden``: positions of experts, ascending.
    ``rate_ceiling``, ``budget``: infinite without one. ``engaging_set``: who may take
    an engagement in its months. ``mode_set``: who works the way the slot asks for.
    ``worth``, ``fit_worth``: points of a filled slot, and of a fit of 1; ``yen_per_point``: of all.
    """

    step_start: Longs
    step_set: Longs
    step_rule: Longs
    need_start: Longs
    need_skill: Longs
    need_gain: Floats
    need_total: Floats
    stage_set: Longs
    theme_start: Longs
    theme_set: Longs
    conflict_start: Longs
    conflict_set: Longs
    forbidden_start: Longs
    forbidden: Longs
    subsidy_start: Longs
    subsidy_months: Longs
    subsidy_rate: Floats
    first: Longs
    length: Longs
    hours: Floats
    days: Floats
    rate_ceiling: Floats
    budget: Floats
    is_net: NDArray[np.bool_]
    engaging_set: Longs
    mode_set: Longs
    across: NDArray[np.bool_]
    lodging: Longs
    worth: Floats
    fit_worth: Floats
    travel_eligible: bool
    travel_counts: bool
    yen_per_point: float


class Roads(NamedTuple):
    """Time and fare by distance, so that a loop only looks them up. Made from the functions of ``matching.travel``.

    ``minutes_at``: minutes at each whole straight km. ``reached_at``: straight km from which a journey takes each
    number of minutes. ``fare``: one way by rail, express included, by route km rounded up.
    """

    minutes_at: Longs
    reached_at: Floats
    fare: Longs


def seats_of(
    seats: Sequence[Seat],
    register: Register,
    forbidden: Mapping[str, Sequence[int]],
    across: Sequence[bool],
    goal: Goal,
) -> Seats:
    """Return ``seats`` in numbers; ``across``: whether each one's place is across the sea."""
    slots = [seat.slot for seat in seats]
    steps = [_steps(seat, register) for seat in seats]
    step_start, step_set = ragged([number for number, _ in one] for one in steps)
    need_start, need_skill = ragged([register.skill(need.skill) for need in slot.needs] for slot in slots)
    theme_start, theme_set = ragged(
        [register.having("themes", theme) for theme in sorted(set(seat.request.themes))] for seat in seats
    )
    conflict_start, conflict_set = ragged(_conflicts(seat, register) for seat in seats)
    forbidden_start, banned = ragged(sorted(set(forbidden.get(slot.id, ()))) for slot in slots)
    subsidy_start, months = ragged([count for count, _ in seat.rates] for seat in seats)
    stages = [NO_SET if slot.stage is None else register.having("stages", slot.stage) for slot in slots]
    priority = np.array([seat.request.priority for seat in seats], dtype=np.float64)
    return Seats(
        step_start=step_start,
        step_set=step_set,
        step_rule=np.array([rule for one in steps for _, rule in one], dtype=np.int64),
        need_start=need_start,
        need_skill=need_skill,
        need_gain=_gains(slots),
        need_total=np.array([sum(need.weight for need in slot.needs) for slot in slots], dtype=np.float64),
        stage_set=np.array(stages, dtype=np.int64),
        theme_start=theme_start,
        theme_set=theme_set,
        conflict_start=conflict_start,
        conflict_set=conflict_set,
        forbidden_start=forbidden_start,
        forbidden=banned,
        subsidy_start=subsidy_start,
        subsidy_months=months,
        subsidy_rate=np.array([rate for seat in seats for _, rate in seat.rates], dtype=np.float64),
        first=np.array([slot.start for slot in slots], dtype=np.int64),
        length=np.array([slot.length for slot in slots], dtype=np.int64),
        hours=np.array([slot.hours for slot in slots], dtype=np.float64),
        days=np.array([slot.onsite_days for slot in slots], dtype=np.float64),
        rate_ceiling=_or_infinite(slot.rate_ceiling for slot in slots),
        budget=_or_infinite(seat.request.budget for seat in seats),
        is_net=np.array([seat.request.budget_basis == "net" for seat in seats], dtype=np.bool_),
        engaging_set=np.array([register.engaging(slot.start, slot.length) for slot in slots], dtype=np.int64),
        mode_set=np.array([register.having("work_modes", _mode(slot)) for slot in slots], dtype=np.int64),
        across=np.array(across, dtype=np.bool_),
        lodging=np.array([seat.lodging for seat in seats], dtype=np.int64),
        worth=priority * goal.weights.coverage,
        fit_worth=priority * goal.weights.fit,
        travel_eligible=bool(seats) and seats[0].travel_eligible,
        travel_counts=bool(seats) and seats[0].travel_counts,
        yen_per_point=goal.yen_per_point,
    )


def roads() -> Roads:
    """Return times and fares for every distance on earth."""
    furthest = np.pi * EARTH_RADIUS_KM + 1
    minutes = one_way_minutes(np.arange(np.floor(furthest) + 1))
    route = np.arange(np.ceil(furthest * ROUTE_PER_STRAIGHT_KM) + 1)
    return Roads(minutes, _reached_at(int(minutes[0]), int(minutes[-1]) + 1, furthest), rail_fare_with_express(route))


def _reached_at(least: int, most: int, furthest: float) -> Floats:
    """Return for 0 … ``most`` minutes the shortest straight km that takes as long, found by halving; 0 up to ``least``.

    Minutes never fall with distance, so that halving ends at the very number from which they are reached.
    """
    wanted = np.arange(most + 1)
    low, high = np.zeros(most + 1), np.full(most + 1, 2 * furthest)
    while True:
        middle = low + (high - low) / 2
        between = (middle > low) & (middle < high)
        if not between.any():
            return np.where(wanted <= least, 0.0, high)
        reached = one_way_minutes(middle) >= wanted
        high = np.where(between & reached, middle, high)
        low = np.where(between & ~reached, middle, low)


def _steps(seat: Seat, register: Register) -> list[tuple[int, int]]:
    """Return the bit sets of the rules about the person, with the position of the rule."""
    slot = seat.slot
    steps = [(register.having("talent_types", slot.talent_type), 0)]
    if slot.role is not None:
        steps.append((register.having("roles", slot.role), 1))
    steps += [(register.skilled(need.skill, need.level), 2) for need in slot.needs if need.mandatory]
    if seat.security_floor > 0:
        steps.append((register.secure(seat.security_floor), 3))
    return steps


def _conflicts(seat: Seat, register: Register) -> list[int]:
    organizations = sorted({seat.request.organization, *seat.request.served})
    numbers = [register.against(organization) for organization in organizations]
    return [number for number in numbers if number != NOBODY]


def _gains(slots: Sequence[Slot]) -> Floats:
    gains = [
        [need.weight * min(level / need.level, 1.0) for level in range(HIGHEST_LEVEL + 1)]
        for slot in slots
        for need in slot.needs
    ]
    return np.array(gains, dtype=np.float64).reshape(len(gains), HIGHEST_LEVEL + 1)


def _mode(slot: Slot) -> str:
    return "remote" if slot.remote_ok and slot.onsite_days == 0 else "onsite"


def _or_infinite(numbers: Iterable[float | None]) -> Floats:
    return np.array([np.inf if number is None else number for number in numbers], dtype=np.float64)
