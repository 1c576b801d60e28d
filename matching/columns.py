"""A problem and its eligible pairs in columns: positions, masks and money, ready for arithmetic on whole arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching.pairs import PairTable
from matching.problem import Link, Problem

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Served:
    """Organizations served by exactly the same slots: ``slots`` are positions, ``organizations`` ids."""

    organizations: tuple[str, ...]
    slots: Ints


@dataclass(frozen=True, slots=True)
class Heads:
    """Persons (an expert at an organization) who compete for heads under the subsidy rule, H of them.

    ``person``: P, the person whose head a pair needs to count net, -1 where it needs none. ``limit``: heads by
    organization position, for organizations that have persons here. ``organization``: H, of each person.
    ``counted``: P, what a pair counts without a head. ``relief``: P, how much less it counts with one.
    """

    person: Ints
    organization: Ints
    limit: dict[int, int]
    counted: Floats
    relief: Floats


@dataclass(frozen=True)
class Columns:
    """A problem with its P pairs; S slots, R requests and E experts are positions in the problem's lists.

    ``organization_ids``: organizations that requests belong to, in the order they first appear; the position of an
    organization is its place there.
    """

    problem: Problem
    pairs: PairTable

    @cached_property
    def expert_ids(self) -> tuple[str, ...]:
        """Ids of experts by position."""
        return tuple(expert.id for expert in self.problem.experts)

    @cached_property
    def slot_ids(self) -> tuple[str, ...]:
        """Ids of slots by position."""
        return tuple(slot.id for _, slot in self.problem.seats())

    @cached_property
    def organization_ids(self) -> tuple[str, ...]:
        """Ids of organizations that requests belong to, by position."""
        return tuple(dict.fromkeys(request.organization for request in self.problem.requests))

    @cached_property
    def slot_request(self) -> Ints:
        """S: the request of each slot."""
        sizes = [len(request.slots) for request in self.problem.requests]
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    @cached_property
    def request_organization(self) -> Ints:
        """R: the organization of each request."""
        position = {name: index for index, name in enumerate(self.organization_ids)}
        return np.array([position[request.organization] for request in self.problem.requests], dtype=np.int32)

    @cached_property
    def slot_start(self) -> Ints:
        """S: the first month of each slot."""
        return np.array([slot.start for _, slot in self.problem.seats()], dtype=np.int32)

    @cached_property
    def slot_end(self) -> Ints:
        """S: the month after the last one of each slot."""
        return np.array([slot.start + slot.length for _, slot in self.problem.seats()], dtype=np.int32)

    @cached_property
    def slot_days(self) -> Floats:
        """S: days on site a month."""
        return np.array([slot.onsite_days for _, slot in self.problem.seats()], dtype=np.float64)

    @cached_property
    def slot_priority(self) -> Floats:
        """S: the priority of the slot's request."""
        return np.array([request.priority for request, _ in self.problem.seats()], dtype=np.float64)

    @cached_property
    def slot_required(self) -> Mask:
        """S: whether a team needs the slot."""
        return np.array([slot.required for _, slot in self.problem.seats()], dtype=np.bool_)

    @cached_property
    def request_whole(self) -> Mask:
        """R: whether the request is filled whole or not at all (``team: all``)."""
        return np.array([request.team == "all" for request in self.problem.requests], dtype=np.bool_)

    @cached_property
    def slots_of_request(self) -> tuple[range, ...]:
        """R: slot positions of each request."""
        ends = np.cumsum([len(request.slots) for request in self.problem.requests], dtype=np.int64).tolist()
        return tuple(
            range(end - len(request.slots), end) for request, end in zip(self.problem.requests, ends, strict=True)
        )

    @cached_property
    def request(self) -> Ints:
        """P: the request of each pair."""
        return self.slot_request[self.pairs.slot]

    @cached_property
    def organization(self) -> Ints:
        """P: the requesting organization of each pair."""
        return self.request_organization[self.request]

    @cached_property
    def priority(self) -> Floats:
        """P: the priority of the pair's request."""
        return self.slot_priority[self.pairs.slot]

    @cached_property
    def first_of_slot(self) -> NDArray[np.int64]:
        """S + 1: where the pairs of each slot begin in the table."""
        return np.searchsorted(self.pairs.slot, np.arange(len(self.slot_ids) + 1))

    @cached_property
    def pinned(self) -> Mask:
        """P: whether the pair is pinned."""
        return self._mask(self.problem.pins)

    @cached_property
    def forbidden(self) -> Mask:
        """P: whether the pair is forbidden."""
        return self._mask(self.problem.forbidden)

    @cached_property
    def previous(self) -> Mask:
        """P: whether the pair is part of the plan in force."""
        return self._mask(self.problem.previous)

    @cached_property
    def served(self) -> tuple[Served, ...]:
        """Organizations served by at least one slot, those with the same slots together, in order of appearance."""
        slots: dict[str, list[int]] = {}
        for request, span in zip(self.problem.requests, self.slots_of_request, strict=True):
            for organization in dict.fromkeys(request.served):
                slots.setdefault(organization, []).extend(span)
        alike: dict[tuple[int, ...], list[str]] = {}
        for organization, positions in slots.items():
            if positions:
                alike.setdefault(tuple(positions), []).append(organization)
        return tuple(Served(tuple(names), np.array(key, dtype=np.int32)) for key, names in alike.items())

    @cached_property
    def heads(self) -> "Heads":
        """Which pairs count net only while their organization has heads left."""
        return _heads(self)

    def position(self, link: Link) -> int | None:
        """Return the row of ``link`` in the pair table, None when it is no eligible pair."""
        slot, expert = self._slot_position.get(link.slot), self._expert_position.get(link.expert)
        if slot is None or expert is None:
            return None
        first, end = int(self.first_of_slot[slot]), int(self.first_of_slot[slot + 1])
        row = first + int(np.searchsorted(self.pairs.expert[first:end], expert))
        return row if row < end and self.pairs.expert[row] == expert else None

    def blocking_rule(self, link: Link) -> str | None:
        """Return the first rule that blocks ``link``, as far as the pair table was asked about it."""
        slot, expert = self._slot_position.get(link.slot), self._expert_position.get(link.expert)
        return None if slot is None or expert is None else self.pairs.blocked_by.get((slot, expert))

    @cached_property
    def _slot_position(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.slot_ids)}

    @cached_property
    def _expert_position(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.expert_ids)}

    def _mask(self, links: Sequence[Link]) -> Mask:
        mask = np.zeros(len(self.pairs), dtype=np.bool_)
        for link in links:
            row = self.position(link)
            if row is not None:
                mask[row] = True
        return mask


def _heads(columns: Columns) -> Heads:
    pairs = columns.pairs
    person = np.full(len(pairs), -1, dtype=np.int32)
    counted = pairs.net_cost.copy()
    owners: list[int] = []
    limit: dict[int, int] = {}
    named = {} if columns.problem.subsidy is None else columns.problem.subsidy.heads
    subsidised = np.flatnonzero(pairs.net_cost < pairs.cost)
    subsidised = subsidised[np.argsort(columns.organization[subsidised], kind="stable")]
    ends = np.searchsorted(columns.organization[subsidised], np.arange(len(columns.organization_ids) + 1))
    for position, name in enumerate(columns.organization_ids):
        rows = subsidised[ends[position] : ends[position + 1]]
        if name not in named or not len(rows):
            continue
        experts, which = np.unique(pairs.expert[rows], return_inverse=True)
        if named[name] >= min(len(experts), len(np.unique(pairs.slot[rows]))):
            continue
        counted[rows] = pairs.cost[rows]
        if named[name] > 0:
            person[rows] = len(owners) + which
            owners += [position] * len(experts)
            limit[position] = named[name]
    relief = np.where(person >= 0, pairs.cost - pairs.net_cost, 0.0)
    return Heads(person, np.array(owners, dtype=np.int32), limit, counted, relief)
