"""What the moves work on: units (a slot on its own, or the required slots of a team), candidates, the plan so far."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.columns import Floats, Ints, Mask
from matching.national.instance import Instance, starts

TIGHT = 5e-10
"""Share of a limit the moves may exceed it by: half of what a plan may, so that drifting sums stay within."""


class Board(NamedTuple):
    """What does not change, for the compiled loops; pairs are in order of slot.

    ``candidate``: the best pairs of each slot, best first; ``offer``: of each expert. ``parent``: the unit of the team
    of an optional slot, or -1; ``child``: the other way. ``unit_worth``: what the unit may add, to sort by.
    """

    expert: Ints
    slot: Ints
    value: Floats
    hours: Floats
    cost: Floats
    charge: Floats
    relief: Floats
    refund: Floats
    person: Ints
    start: Ints
    length: Ints
    days: Floats
    request: Ints
    organization: Ints
    candidate_start: Ints
    candidate: Ints
    offer_start: Ints
    offer: Ints
    unit: Ints
    unit_start: Ints
    unit_slots: Ints
    parent: Ints
    child_start: Ints
    child: Ints
    served_start: Ints
    served: Ints
    request_start: Ints
    equity: Floats
    unit_worth: Floats


class State(NamedTuple):
    """What the moves change. ``at``: S, the pair of each slot or -1; what is left of each limit, and of heads.

    ``held`` and ``has_head``: by person, pairs in the plan, and whether they count net. ``head``, ``after``,
    ``before``: the slots of each expert as a linked list. ``journal``: slot, pair and head (3 × J) of
    what was changed, to undo it; ``marks``: its length. ``objective`` and ``random``: one number each.
    """

    at: Ints
    hours: Floats
    engagements: NDArray[np.int64]
    days: Floats
    request_money: Floats
    organization_money: Floats
    heads: Floats
    held: Ints
    has_head: NDArray[np.int8]
    filled: NDArray[np.int64]
    head: Ints
    after: Ints
    before: Ints
    journal: Ints
    marks: NDArray[np.int64]
    objective: Floats
    random: NDArray[np.uint64]


def forced_bonus(instance: Instance) -> float:
    """Return points for a slot that every plan fills, so large that no move gives it up for others."""
    most = max(0.0, float((instance.value + instance.relief).max(initial=0.0)))
    most += float(np.abs(instance.value[instance.forced[instance.slot]]).max(initial=0.0))
    return 1e3 * (1.0 + most) + 10.0 * float(instance.equity.sum())


def board_of(instance: Instance, scores: Floats, most: int) -> Board:
    """Return the board with the ``most`` pairs of each slot that have the highest ``scores`` (in order of slot)."""
    candidate, candidate_start, offer, offer_start = _candidates(instance, scores, most)
    unit, units, parent = _units(instance)
    optional = np.flatnonzero(parent >= 0)
    child: Ints = optional[np.argsort(parent[optional], kind="stable")].astype(np.int32)
    by_unit = np.lexsort((np.diff(candidate_start), unit)).astype(np.int32)
    best = np.full(instance.slots, -9.0)
    np.maximum.at(best, instance.slot, scores)
    return Board(
        instance.expert,
        instance.slot,
        instance.value + forced_bonus(instance) * instance.forced[instance.slot],
        instance.hours,
        instance.cost,
        instance.charge,
        instance.relief,
        instance.refund,
        instance.person,
        instance.slot_start,
        instance.slot_length,
        instance.slot_days,
        instance.slot_request,
        instance.request_organization,
        candidate_start,
        candidate,
        offer_start,
        offer,
        unit,
        starts(unit, units),
        by_unit.astype(np.int32),
        parent,
        starts(parent[child], units),
        child,
        instance.served_start,
        instance.served,
        instance.by_request,
        instance.equity,
        np.bincount(unit, weights=best, minlength=units).astype(np.float64),
    )


def _candidates(instance: Instance, scores: Floats, most: int) -> tuple[Ints, Ints, Ints, Ints]:
    order = np.lexsort((-scores, instance.slot)).astype(np.int32)
    rank = np.arange(len(order)) - instance.by_slot[:-1][instance.slot[order]]
    candidate = order[rank < most]
    offer = candidate[np.lexsort((-scores[candidate], instance.expert[candidate]))]
    return (
        candidate,
        starts(instance.slot[candidate], instance.slots),
        offer,
        starts(instance.expert[offer], instance.experts),
    )


def _units(instance: Instance) -> tuple[Ints, int, Ints]:
    """Return the unit of each slot, the number of units, and the parent of each unit."""
    whole: Mask = instance.request_whole[instance.slot_request]
    core = whole & instance.slot_required
    requests, which = np.unique(instance.slot_request[core], return_inverse=True)
    unit = np.full(instance.slots, -1, dtype=np.int32)
    unit[core] = which
    unit[~core] = len(requests) + np.arange(int((~core).sum()))
    units = len(requests) + int((~core).sum())
    team = np.full(instance.requests, -1, dtype=np.int32)
    team[requests] = np.arange(len(requests))
    parent = np.full(units, -1, dtype=np.int32)
    optional = np.flatnonzero(whole & ~instance.slot_required)
    parent[unit[optional]] = team[instance.slot_request[optional]]
    return unit, units, parent


def empty_state(instance: Instance, random: NDArray[np.uint64]) -> State:
    """Return the state of an empty plan; ``random``: the one number that draws go on from."""
    slots, room = instance.slots, 1 + TIGHT
    return State(
        at=np.full(slots, -1, dtype=np.int32),
        hours=instance.capacity * room,
        engagements=instance.engagements.astype(np.int64),
        days=instance.days * room,
        request_money=instance.request_budget * room,
        organization_money=instance.organization_budget * room,
        heads=instance.head_limit.copy(),
        held=np.zeros(len(instance.person_organization) + 1, dtype=np.int32),
        has_head=np.zeros(len(instance.person_organization) + 1, dtype=np.int8),
        filled=np.zeros(len(instance.equity), dtype=np.int64),
        head=np.full(instance.experts, -1, dtype=np.int32),
        after=np.full(slots, -1, dtype=np.int32),
        before=np.full(slots, -1, dtype=np.int32),
        # Each slot is changed a few times at most in one move: emptied, filled, and both again with its team.
        journal=np.zeros((3, 16 * slots + 1024), dtype=np.int32),
        marks=np.zeros(1, dtype=np.int64),
        objective=np.zeros(1),
        random=random,
    )


def seed_of(seed: int) -> NDArray[np.uint64]:
    """Return the number that draws begin from; never 0, which would stay 0."""
    start = (seed * 2_654_435_761 + 88_172_645_463_325_252) % 2**64
    return np.array([start or 1], dtype=np.uint64)
