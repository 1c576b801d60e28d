"""Which runs have lost their worker, by what one process sees of their leases, whatever any clock says."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hub.workflows.runs import Lease

BEATS = 6
"""Signs of life within a lease: a worker may well miss some of them."""
STILL = 2
"""Beats for which a lease has to stand still before anybody calls it lost."""


class Watch:
    """Looks at leases time and again. ``lost`` takes both clocks as arguments.

    A run is lost when its lease has run out by the calendar and stood still for ``STILL`` beats, or when it stood still
    for a whole lease: the calendars of two machines may differ, and any of them may be moved by a day. Who has not
    looked for half a lease (a machine that slept, a database that was away) begins to count anew, so that those who
    were away as well can give a sign of life first.
    """

    def __init__(self, lease: timedelta) -> None:
        self._lease = lease.total_seconds()
        self._beat = self._lease / BEATS
        self._since: dict[Lease, float] = {}
        self._looked: float | None = None

    def lost(self, leases: Iterable[Lease], now: datetime, seconds: float) -> tuple[Lease, ...]:
        """Return those of ``leases`` that are lost. ``now``: by the calendar, ``seconds``: by one that only grows."""
        if self._looked is not None and seconds - self._looked > self._lease / 2:
            self._since = {}
        self._looked = seconds
        self._since = {one: self._since.get(one, seconds) for one in leases}
        return tuple(one for one, since in self._since.items() if self._is_lost(one, now, seconds - since))

    def _is_lost(self, one: Lease, now: datetime, still: float) -> bool:
        out = one.until is None or one.until < now
        return still >= self._lease or (out and still >= STILL * self._beat)
