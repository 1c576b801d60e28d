"""Going over all pairs of a large problem: organization by organization, two threads side by side."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matching.costing import seat_of
from matching.expert_columns import ExpertColumns
from matching.pairing.people import Register
from matching.pairing.points import weigh_group
from matching.pairing.rows import room_for, room_for_offers
from matching.pairing.screening import screen_group
from matching.pairing.seats import Longs, roads, seats_of
from matching.pairs import RULES
from matching.policy import resolve
from matching.problem import Location, Problem
from matching.travel import across_the_sea, angular_km

MOST_TOGETHER = 16
"""Slots of one organization that are worked on together: room for all their pairs is held at once."""
MOST_THREADS = 2


@dataclass(frozen=True, slots=True)
class Group:
    """Slots of the same organization: their positions, and where it is."""

    slots: Longs
    place: Location | None


class Worker:
    """What thread ``number`` writes into: those left by the rules about the person, their km, and pairs made."""

    def __init__(self, number: int, people: int, *, lean: bool) -> None:
        self.number = number
        self.left = np.empty(people * MOST_TOGETHER, dtype=np.int64)
        self.ends = np.empty(MOST_TOGETHER, dtype=np.int64)
        self.made_ends = np.empty(MOST_TOGETHER, dtype=np.int64)
        self.km = np.full(people, np.nan)
        self.on_site = np.zeros(people, dtype=np.bool_)
        self.offer = room_for_offers(people)
        self.made = room_for(people * MOST_TOGETHER, lean=lean)


Visit = Callable[[Worker, Group], None]
"""Is given a worker and the group it has just worked on."""


class Sweep:
    """All pairs of ``problem``. ``removed``: S × 13, how many each rule removed, once a sweep has been made.

    ``forbidden``: positions of experts by slot id.
    """

    def __init__(self, problem: Problem, columns: ExpertColumns, forbidden: Mapping[str, Sequence[int]]) -> None:
        lat, lon = np.radians(columns.bases[:, 0]), np.radians(columns.bases[:, 1])
        self._bases = (lat, lon, np.cos(lat))
        seats = [seat_of(problem, request, slot) for request, slot in problem.seats()]
        register = Register(columns)
        across = _across([seat.place for seat in seats])
        self._seats = seats_of(seats, register, forbidden, across, resolve(problem.policy))
        self._everyone, self._roads = register.people(), roads()
        self._groups = list(_groups(problem))
        self.slots, self.people = len(seats), columns.count
        self.removed = np.zeros((self.slots, len(RULES)), dtype=np.int64)

    def over_all(self, visit: Visit, *, lean: bool) -> None:
        """Work on every pair and count the rules; ``visit`` runs in the thread that worked on a group."""

        def work(worker: Worker, group: Group) -> None:
            worker.on_site[:] = False
            screen_group(
                self._everyone, self._seats, group.slots, self.removed, worker.left, worker.ends, worker.on_site
            )
            self._measure(worker, group, np.flatnonzero(worker.on_site))
            self._weigh(worker, group, self.removed)
            visit(worker, group)

        self._in_threads(work, lean=lean)

    def over(self, experts: Sequence[NDArray[np.int32]], visit: Visit, *, lean: bool) -> None:
        """Work on the given ``experts`` of each slot only; they are known to pass the rules about the person."""
        nobody = np.zeros_like(self.removed)

        def work(worker: Worker, group: Group) -> None:
            chosen = [experts[slot] for slot in group.slots.tolist()]
            ends = np.cumsum([len(one) for one in chosen])
            worker.ends[: len(ends)] = ends
            worker.left[: ends[-1]] = np.concatenate(chosen)
            self._measure(worker, group, np.unique(worker.left[: ends[-1]]))
            self._weigh(worker, group, nobody)
            visit(worker, group)

        self._in_threads(work, lean=lean)

    def _measure(self, worker: Worker, group: Group, experts: NDArray[np.int64]) -> None:
        """Write how far ``experts`` live from the group's place."""
        if group.place is None:
            worker.km[experts] = np.nan
        else:
            lat, lon, cosine = (column[experts] for column in self._bases)
            worker.km[experts] = angular_km(lat, lon, cosine, group.place)

    def _weigh(self, worker: Worker, group: Group, removed: Longs) -> None:
        weigh_group(
            self._everyone,
            self._seats,
            self._roads,
            group.slots,
            worker.left,
            worker.ends,
            worker.km,
            removed,
            worker.offer,
            worker.made,
            worker.made_ends,
        )

    def _in_threads(self, work: Callable[[Worker, Group], None], *, lean: bool) -> None:
        threads = max(1, min(MOST_THREADS, os.cpu_count() or 1, len(self._groups)))
        left = iter(self._groups)

        def through(number: int) -> None:
            worker = Worker(number, self.people, lean=lean)
            for group in left:  # a list's iterator hands each group to one thread only
                work(worker, group)

        if threads == 1:
            through(0)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(through, range(threads)))


def _groups(problem: Problem) -> Iterator[Group]:
    """Yield the slots by organization, at most ``MOST_TOGETHER`` at a time."""
    by_organization: dict[str, list[int]] = {}
    for position, (request, _) in enumerate(problem.seats()):
        by_organization.setdefault(request.organization, []).append(position)
    for name, slots in by_organization.items():
        place = problem.organization_by_id[name].location
        for begin, end in pairwise([*range(0, len(slots), MOST_TOGETHER), len(slots)]):
            yield Group(np.array(slots[begin:end], dtype=np.int64), place)


def _across(places: Sequence[Location | None]) -> list[bool]:
    degrees = np.array([(np.nan, np.nan) if one is None else (one.lat, one.lon) for one in places], dtype=np.float64)
    marks: list[bool] = across_the_sea(degrees.reshape(len(places), 2)).tolist()
    return marks
