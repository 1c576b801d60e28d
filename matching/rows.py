"""The limits of a plan as rows: which pairs use how much of each limit. No solver is known here.

Every row reads Σ amount·x ≤ limit, where a pair that counts net uses ``relief`` less. Whether a request is filled
whole (``team: all``) and how many heads an organization has left are not rows; ``matching.model`` adds them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from matching.columns import Columns, Floats, Ints, Mask

TOLERANCE = 1e-9
"""Share of a limit by which a sum may exceed it, because hours and yen are sums of binary fractions."""


class Kind(IntEnum):
    """What a row limits; its lower-case name is the ``kind`` of a conflict."""

    SLOT_TAKEN_TWICE = 0
    HOURS = 1
    MAX_ENGAGEMENTS = 2
    ONSITE_DAYS = 3
    ONE_SLOT_PER_REQUEST = 4
    REQUEST_BUDGET = 5
    ORGANIZATION_BUDGET = 6


CAPACITY = (Kind.HOURS, Kind.MAX_ENGAGEMENTS, Kind.ONSITE_DAYS, Kind.ONE_SLOT_PER_REQUEST)
"""Limits of a person."""
BUDGETS = (Kind.REQUEST_BUDGET, Kind.ORGANIZATION_BUDGET)
"""Limits of money."""


@dataclass(frozen=True, slots=True)
class Rows:
    """R limits over pairs, entries of row i at ``start[i]`` to ``start[i + 1] - 1``, by pair.

    ``place``: position of the slot, expert, request or organization that ``kind`` speaks of. ``detail``: the month of
    an expert's limit (of several with the same pairs the tightest), the request of ONE_SLOT_PER_REQUEST, else -1.
    """

    kind: NDArray[np.int8]
    place: Ints
    detail: Ints
    limit: Floats
    start: NDArray[np.int64]
    pair: Ints
    amount: Floats
    relief: Floats

    def __len__(self) -> int:
        return len(self.kind)

    def entries(self, row: int) -> slice:
        """Return where the entries of ``row`` are."""
        return slice(int(self.start[row]), int(self.start[row + 1]))


@dataclass(frozen=True, slots=True)
class _Entries:
    """Entries not yet gathered into rows: one for each use of the limit ``key`` by ``pair``."""

    key: NDArray[np.int64]
    pair: NDArray[np.int64]
    amount: Floats
    relief: Floats | None = None


def all_rows(columns: Columns, among: Mask) -> Rows:
    """Return every limit that pairs marked in ``among`` use, each month on its own."""
    return _joined(_chunks(columns, np.flatnonzero(among), whole=True))


def binding_rows(columns: Columns, among: Mask) -> Rows:
    """Return the limits that can bind: none that all its pairs together keep, none that another month implies."""
    return _joined(_chunks(columns, np.flatnonzero(among), whole=False))


def _chunks(columns: Columns, among: NDArray[np.int64], *, whole: bool) -> list[Rows]:
    pairs = columns.pairs
    slot = pairs.slot[among].astype(np.int64)
    request = columns.request[among].astype(np.int64)
    once = np.ones(len(among))
    per_request = _Entries(pairs.expert[among].astype(np.int64) * len(columns.request_whole) + request, among, once)
    return [
        _gathered(Kind.SLOT_TAKEN_TWICE, _Entries(slot, among, once), np.ones(len(columns.slot_ids)), columns, whole),
        *_monthly(columns, among, whole=whole),
        _one_slot_per_request(columns, per_request, whole=whole),
        _gathered(Kind.REQUEST_BUDGET, *_request_budgets(columns, among, request), columns, whole),
        _gathered(Kind.ORGANIZATION_BUDGET, *_organization_budgets(columns, among), columns, whole),
    ]


def _one_slot_per_request(columns: Columns, entries: _Entries, *, whole: bool) -> Rows:
    keys, which = np.unique(entries.key, return_inverse=True)
    rows = _gathered(
        Kind.ONE_SLOT_PER_REQUEST, _Entries(which, entries.pair, entries.amount), np.ones(len(keys)), columns, whole
    )
    keys = keys[rows.place]
    requests = max(1, len(columns.request_whole))
    return Rows(
        rows.kind,
        (keys // requests).astype(np.int32),
        (keys % requests).astype(np.int32),
        rows.limit,
        rows.start,
        rows.pair,
        rows.amount,
        rows.relief,
    )


def _request_budgets(columns: Columns, among: NDArray[np.int64], request: NDArray[np.int64]) -> tuple[_Entries, Floats]:
    requests = columns.problem.requests
    limits = np.array([np.inf if r.budget is None else r.budget for r in requests], dtype=np.float64)
    is_net = np.array([r.budget_basis == "net" for r in requests], dtype=np.bool_)
    heads = columns.heads
    amount = np.where(is_net[request], heads.counted[among], columns.pairs.cost[among])
    relief = np.where(is_net[request], heads.relief[among], 0.0)
    return _Entries(request, among, amount, relief), limits


def _organization_budgets(columns: Columns, among: NDArray[np.int64]) -> tuple[_Entries, Floats]:
    owner = columns.organization[among].astype(np.int64)
    return _Entries(owner, among, columns.pairs.cost[among]), organization_budgets(columns)


def organization_budgets(columns: Columns) -> Floats:
    """Return M: the yen each organization has, infinite where there is no limit."""
    known = columns.problem.organization_by_id
    budgets = [known[name].budget if name in known else None for name in columns.organization_ids]
    return np.array([np.inf if budget is None else budget for budget in budgets], dtype=np.float64)


def _gathered(kind: Kind, entries: _Entries, limits: Floats, columns: Columns, whole: bool) -> Rows:
    """Gather ``entries`` into one row for each key, ``limits`` by key; unless ``whole``, drop rows that cannot bind."""
    relief = np.zeros(len(entries.key)) if entries.relief is None else entries.relief
    used = (entries.amount > 0) & np.isfinite(limits[entries.key])
    order = np.flatnonzero(used)
    order = order[np.lexsort((entries.pair[order], entries.key[order]))]
    key, pair, amount, relief = entries.key[order], entries.pair[order], entries.amount[order], relief[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    keys = key[first]
    if not whole and len(keys):
        most = _most(kind, columns, np.repeat(np.arange(len(keys)), np.diff(first, append=len(key))), pair, amount)
        keep = most > limits[keys]
        kept = np.repeat(keep, np.diff(first, append=len(key)))
        keys, key, pair, amount, relief = keys[keep], key[kept], pair[kept], amount[kept], relief[kept]
        first = np.flatnonzero(np.diff(key, prepend=-1))
    return Rows(
        kind=np.full(len(keys), kind, dtype=np.int8),
        place=keys.astype(np.int32),
        detail=np.full(len(keys), -1, dtype=np.int32),
        limit=limits[keys],
        start=np.append(first, len(key)).astype(np.int64),
        pair=pair.astype(np.int32),
        amount=amount,
        relief=relief,
    )


def _most(
    kind: Kind, columns: Columns, row: NDArray[np.int64], pair: NDArray[np.int64], amount: Floats
) -> NDArray[np.float64]:
    """Return the most each row's pairs could use together: one pair of a slot, of a person one pair of a request."""
    if kind in (Kind.SLOT_TAKEN_TWICE, Kind.ONE_SLOT_PER_REQUEST):
        return np.bincount(row, amount).astype(np.float64)
    group = columns.pairs.slot[pair] if kind in BUDGETS else columns.request[pair]
    order = np.lexsort((group, row))
    first = np.flatnonzero((np.diff(row[order], prepend=-1) != 0) | (np.diff(group[order], prepend=-1) != 0))
    return np.bincount(row[order][first], np.maximum.reduceat(amount[order], first)).astype(np.float64)


def _monthly(columns: Columns, among: NDArray[np.int64], *, whole: bool) -> Iterable[Rows]:
    """Yield the rows of each expert's hours, engagements and days, months with the same pairs merged unless whole."""
    experts, months = columns.problem.experts, len(columns.problem.months)
    spans = _Spans(columns, among, whole=whole)
    uses: Sequence[tuple[Kind, list[tuple[float, ...]], Floats]] = (
        (Kind.HOURS, [expert.hours for expert in experts], columns.pairs.hours[among]),
        (Kind.MAX_ENGAGEMENTS, [expert.max_engagements for expert in experts], np.ones(len(among))),
        (Kind.ONSITE_DAYS, [expert.onsite_days for expert in experts], columns.slot_days[columns.pairs.slot[among]]),
    )
    for kind, by_expert, amount in uses:
        have = np.array(by_expert, dtype=np.float64).reshape(len(experts) * months)
        limits, month = spans.tightest(have)
        if not whole:
            limits = np.where(spans.implied(limits), np.inf, limits)
        entries = _Entries(spans.key, among[spans.use], amount[spans.use])
        rows = _gathered(kind, entries, limits, columns, whole)
        yield Rows(
            rows.kind,
            spans.expert[rows.place],
            month[rows.place],
            rows.limit,
            rows.start,
            rows.pair,
            rows.amount,
            rows.relief,
        )


class _Spans:
    """Runs of an expert's months in which the same pairs are active, N of them over all experts.

    ``expert``: N. ``use`` and ``key``: for each use of a run by a pair, the position in ``among`` and the run.
    """

    def __init__(self, columns: Columns, among: NDArray[np.int64], *, whole: bool) -> None:
        months, experts = len(columns.problem.months), len(columns.problem.experts)
        slot, expert = columns.pairs.slot[among], columns.pairs.expert[among].astype(np.int64)
        begin = expert * months + columns.slot_start[slot]
        end = expert * months + columns.slot_end[slot]
        self._begins = np.zeros(experts * months + 1, dtype=np.bool_)
        self._ends = np.zeros(experts * months + 1, dtype=np.bool_)
        self._begins[begin], self._ends[end] = True, True
        opens = (self._begins | self._ends)[:-1]
        opens[np.arange(experts) * months] = True
        if whole:
            opens[:] = True
        self._first = np.flatnonzero(opens)
        self._of_month = np.cumsum(opens) - 1
        self._months = months
        self.expert = (self._first // months).astype(np.int32)
        first = self._of_month[begin]
        count = self._of_month[end - 1] - first + 1
        self.use = np.repeat(np.arange(len(among)), count)
        self.key = np.arange(len(self.use)) - np.repeat(np.cumsum(count) - count, count) + first[self.use]

    def tightest(self, have: Floats) -> tuple[Floats, Ints]:
        """Return N: the least of ``have`` (by expert and month) in each run, and the first month that has it."""
        if not len(self._first):
            return np.empty(0), np.empty(0, dtype=np.int32)
        least = np.minimum.reduceat(have, self._first)
        month = np.arange(len(have)) % self._months
        found = np.where(have == least[self._of_month], month, self._months)
        return least, np.minimum.reduceat(found, self._first).astype(np.int32)

    def implied(self, limits: Floats) -> Mask:
        """Return N: whether the run before or after has all pairs of this one and no higher limit."""
        same = np.diff(self.expert) == 0
        begins, ends = self._begins[self._first[1:]], self._ends[self._first[1:]]
        implied = np.zeros(len(limits), dtype=np.bool_)
        implied[:-1] |= same & ~ends & (limits[1:] <= limits[:-1])
        implied[1:] |= same & ~begins & (limits[:-1] <= limits[1:])
        return implied


def _joined(chunks: Iterable[Rows]) -> Rows:
    parts = list(chunks)
    sizes = np.cumsum([0, *(len(part.pair) for part in parts)])
    return Rows(
        kind=np.concatenate([part.kind for part in parts]),
        place=np.concatenate([part.place for part in parts]),
        detail=np.concatenate([part.detail for part in parts]),
        limit=np.concatenate([part.limit for part in parts]),
        start=np.append(
            np.concatenate([part.start[:-1] + size for part, size in zip(parts, sizes[:-1], strict=True)]), sizes[-1]
        ).astype(np.int64),
        pair=np.concatenate([part.pair for part in parts]),
        amount=np.concatenate([part.amount for part in parts]),
        relief=np.concatenate([part.relief for part in parts]),
    )
