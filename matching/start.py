"""A plan to begin with: the pinned pairs, then the pairs worth most, one by one, while they fit."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matching.chosen import Chosen, broken_rows, broken_teams, filled_by_served, persons_with_heads
from matching.columns import Columns, Floats
from matching.ledger import Ledger, ledger_of
from matching.rows import Rows
from matching.worth import Worth

SMALLEST_GAIN = 1e-9
"""Points below which one more filled slot is not worth it, being within rounding."""


def greedy(columns: Columns, rows: Rows, among: NDArray[np.int64], worth: Floats, core: Iterable[int]) -> Chosen | None:
    """Return a feasible choice that has ``core``, or None when ``core`` itself is not feasible.

    ``worth``: points of each pair of ``among`` taken alone. Ties go to the pair that comes first in the table.
    """
    ledger = Ledger(columns, rows)
    for pair in core:
        ledger.add(pair)
    begun = ledger.chosen()
    fill(columns, ledger, among, worth)
    for chosen in (ledger.chosen(), begun):
        if not broken_rows(columns, rows, chosen) and not broken_teams(columns, chosen):
            return chosen
    return None


def fill(columns: Columns, ledger: Ledger, among: NDArray[np.int64], worth: Floats) -> None:
    """Add to ``ledger`` what fits, worth most first; teams whole."""
    order = np.argsort(-worth, kind="stable")
    order = order[worth[order] > 0]
    slots, requests = columns.pairs.slot, columns.request
    whole = columns.request_whole.tolist()
    ranked = among[order]
    teams = _ranked_by_slot(columns, ranked[columns.request_whole[requests[ranked]]].tolist())
    formed = {int(columns.slot_request[slot]) for slot in ledger.pair_of_slot}
    tried: set[int] = set()
    for pair, slot, request in zip(ranked.tolist(), slots[ranked].tolist(), requests[ranked].tolist(), strict=True):
        if slot in ledger.pair_of_slot:
            continue
        if whole[request] and request not in formed:
            if request not in tried:
                tried.add(request)
                if _add_team(columns, ledger, request, teams):
                    formed.add(request)
        elif ledger.fits(pair):
            ledger.add(pair)


def _ranked_by_slot(columns: Columns, ranked: Iterable[int]) -> dict[int, list[int]]:
    by_slot: dict[int, list[int]] = {}
    for pair in ranked:
        by_slot.setdefault(int(columns.pairs.slot[pair]), []).append(pair)
    return by_slot


def _add_team(columns: Columns, ledger: Ledger, request: int, ranked: dict[int, list[int]]) -> bool:
    """Fill every required slot of ``request``, those with the fewest candidates first, or none."""
    required = [slot for slot in columns.slots_of_request[request] if columns.slot_required[slot]]
    added: list[tuple[int, bool]] = []
    for slot in sorted(required, key=lambda one: (len(ranked.get(one, ())), one)):
        pair = next((one for one in ranked.get(slot, ()) if ledger.fits(one)), None)
        if pair is None:
            for earlier, gave_head in reversed(added):
                ledger.undo(earlier, gave_head=gave_head)
            return False
        added.append((pair, ledger.add(pair)))
    return True


def improve(columns: Columns, rows: Rows, among: NDArray[np.int64], worth: Worth, chosen: Chosen) -> Chosen:
    """Return ``chosen`` with every single slot filled that still can be and is worth it, as a limit may leave some."""
    ledger = ledger_of(columns, rows, chosen, persons_with_heads(columns, chosen))
    reached = filled_by_served(columns, chosen)
    formed = set(columns.slot_request[list(ledger.pair_of_slot)].tolist())
    candidates = [
        (worth.added(pair, net=ledger.counts_net(pair), reached=reached), pair)
        for pair in among.tolist()
        if int(columns.pairs.slot[pair]) not in ledger.pair_of_slot
    ]
    for gain, pair in sorted(candidates, key=lambda one: (-one[0], one[1])):
        request = int(columns.request[pair])
        is_open = not columns.request_whole[request] or request in formed
        if gain <= SMALLEST_GAIN or not is_open or not ledger.fits(pair):
            continue
        if worth.added(pair, net=ledger.counts_net(pair), reached=reached) > SMALLEST_GAIN:
            ledger.add(pair)
            worth.count(int(columns.pairs.slot[pair]), reached)
    better = ledger.chosen()
    return chosen if broken_rows(columns, rows, better) else better
