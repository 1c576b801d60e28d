"""Tables of pairs made by a sweep: all of them, or those worth keeping of each slot and each expert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.expert_columns import ExpertColumns, Floats
from matching.pairing.best import best_of_experts, best_of_slots
from matching.pairing.sweep import Group, Sweep, Worker
from matching.pairs import PARTS, Funnels, PairTable
from matching.problem import Problem

FIGURES = ("expert", "slot", "fit", "cost", "net_cost", "hours")
DETAILS = ("parts", "travel_minutes", "travel_yen")

Forbidden = Mapping[str, Sequence[int]]
Positions = Sequence[NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class Kept:
    """The pairs kept; ``eligible``: S, how many each slot has. ``left_out``: S, points of its best pair not kept."""

    pairs: PairTable
    eligible: NDArray[np.int64]
    left_out: Floats


def every_pair(problem: Problem, columns: ExpertColumns, forbidden: Forbidden, *, lean: bool) -> PairTable:
    """Return all eligible pairs."""
    sweep = Sweep(problem, columns, forbidden)
    parts: dict[int, dict[str, NDArray[Any]]] = {}

    def take(worker: Worker, group: Group) -> None:
        begin = 0
        for slot, end in zip(group.slots.tolist(), worker.made_ends.tolist(), strict=False):
            parts[slot] = {name: getattr(worker.made, name)[begin:end].copy() for name in _names(lean)}
            begin = end

    sweep.over_all(take, lean=lean)
    joined: dict[str, NDArray[Any]] = {}
    for name in _names(lean):
        # Column by column, each let go where it is copied from, so that the whole never stands there twice.
        joined[name] = np.concatenate([_nothing(name), *(parts[slot].pop(name) for slot in range(sweep.slots))])
    return _table(joined, sweep)


def given_pairs(problem: Problem, columns: ExpertColumns, experts: Positions) -> PairTable:
    """Return the pairs of each slot with the ``experts`` given for it, all of them eligible and ascending."""
    return _given(Sweep(problem, columns, {}), experts, lean=False)


def kept_pairs(
    problem: Problem,
    columns: ExpertColumns,
    forbidden: Forbidden,
    asked: Mapping[int, Sequence[int]],
    per_slot: int,
    per_expert: int,
) -> Kept:
    """Return the ``per_slot`` pairs of each slot worth most, the ``per_expert`` of each expert, and those ``asked``.

    ``asked``: positions of experts by slot, of whom only the eligible are kept.
    """
    sweep = Sweep(problem, columns, forbidden)
    counts, eligible = np.zeros(sweep.slots, dtype=np.int64), np.zeros(sweep.slots, dtype=np.int64)
    kept = np.zeros((sweep.slots, per_slot), dtype=np.int32)
    left_out = np.full(sweep.slots, -np.inf)
    wanted: list[list[int]] = [[] for _ in range(sweep.slots)]
    heaps: dict[int, tuple[Floats, NDArray[np.int32]]] = {}

    def take(worker: Worker, group: Group) -> None:
        best_of_slots(worker.made, group.slots, worker.made_ends, kept, counts, eligible, left_out)
        if worker.number not in heaps:
            shape = (columns.count, max(1, per_expert))
            heaps[worker.number] = (np.full(shape, -np.inf), np.full(shape, -1, dtype=np.int32))
        best_of_experts(worker.made, int(worker.made_ends[len(group.slots) - 1]), *heaps[worker.number])
        begin = 0
        for slot, end in zip(group.slots.tolist(), worker.made_ends.tolist(), strict=False):
            if slot in asked:
                wanted[slot] += np.intersect1d(worker.made.expert[begin:end], asked[slot]).tolist()
            begin = end

    sweep.over_all(take, lean=True)
    if per_expert > 0 and heaps:
        _add_best_of_experts(list(heaps.values()), per_expert, wanted)
    experts = [
        np.unique(np.concatenate([kept[slot, : counts[slot]], np.array(more, dtype=np.int32)]))
        for slot, more in enumerate(wanted)
    ]
    left_out[eligible == [len(one) for one in experts]] = -np.inf
    return Kept(_given(sweep, experts, lean=False), eligible, left_out)


def _add_best_of_experts(
    heaps: Sequence[tuple[Floats, NDArray[np.int32]]], most: int, wanted: Sequence[list[int]]
) -> None:
    """Add to ``wanted`` each expert's ``most`` pairs worth most over the heaps of all threads."""
    worths = np.concatenate([worth for worth, _ in heaps], axis=1)
    slots = np.concatenate([slot for _, slot in heaps], axis=1)
    order = np.lexsort((slots, -worths), axis=1)[:, :most]
    for expert, mine in enumerate(np.take_along_axis(slots, order, axis=1).tolist()):
        for slot in mine:
            if slot >= 0:
                wanted[slot].append(expert)


def _given(sweep: Sweep, experts: Positions, *, lean: bool) -> PairTable:
    starts = np.concatenate([[0], np.cumsum([len(one) for one in experts])]).astype(np.int64)
    columns: dict[str, NDArray[Any]] = {name: _nothing(name, int(starts[-1])) for name in _names(lean)}

    def put(worker: Worker, group: Group) -> None:
        begin = 0
        for slot, end in zip(group.slots.tolist(), worker.made_ends.tolist(), strict=False):
            if end - begin != starts[slot + 1] - starts[slot]:
                raise RuntimeError(f"slot {slot}: a pair that was eligible is so no more")
            for name, column in columns.items():
                column[starts[slot] : starts[slot + 1]] = getattr(worker.made, name)[begin:end]
            begin = end

    sweep.over(experts, put, lean=lean)
    return _table(columns, sweep)


def _table(columns: dict[str, NDArray[Any]], sweep: Sweep) -> PairTable:
    count = len(columns["expert"])
    if "parts" not in columns:
        nothing = np.broadcast_to(0.0, count)
        columns |= {"parts": np.empty((count, 0)), "travel_minutes": nothing, "travel_yen": nothing}
    made: dict[str, Any] = {**columns, "funnel": Funnels(sweep.removed, sweep.people)}
    return PairTable(**made)


def _names(lean: bool) -> tuple[str, ...]:
    return FIGURES if lean else (*FIGURES, *DETAILS)


def _nothing(name: str, rows: int = 0) -> NDArray[Any]:
    if name == "parts":
        return np.empty((rows, len(PARTS)))
    return np.empty(rows, dtype=np.int32 if name in ("expert", "slot") else np.float64)
