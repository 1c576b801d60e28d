"""Leases watched with both clocks in the test's hands."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.jobs.watching import BEATS, STILL, Watch
from hub.workflows.runs import Lease

LEASE = timedelta(seconds=12)
BEAT = LEASE / BEATS
NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


class Told:
    """A worker that gives signs of life by its own calendar, and a watch that looks each second by another."""

    def __init__(self, *, ahead: timedelta = timedelta(0)) -> None:
        self.watch = Watch(LEASE)
        self.ahead = ahead
        self.seconds = 0.0
        self.lease = self._signed()

    def _signed(self) -> Lease:
        return Lease("plan", 1, NOON + timedelta(seconds=self.seconds) + LEASE)

    def first_lost(self, *, until: float, dies_at: float = float("inf"), step: float = 1.0) -> float | None:
        """Return the second of the first look that finds the run lost."""
        while self.seconds < until:
            if self.seconds < dies_at and self.seconds % BEAT.total_seconds() == 0:
                self.lease = self._signed()
            now = NOON + timedelta(seconds=self.seconds) + self.ahead
            if self.watch.lost([self.lease], now, self.seconds):
                return self.seconds
            self.seconds += step
        return None


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=1), timedelta(days=-1), timedelta(seconds=-7)])
def test_a_worker_that_gives_signs_of_life_keeps_its_run_whatever_the_calendars_say(ahead: timedelta):
    assert Told(ahead=ahead).first_lost(until=3600) is None


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=1), timedelta(days=-1), timedelta(seconds=-7)])
def test_a_worker_that_died_is_found_within_a_lease_whatever_the_calendars_say(ahead: timedelta):
    found = Told(ahead=ahead).first_lost(until=100, dies_at=21)
    assert found is not None
    assert found <= 21 + LEASE.total_seconds()


def test_a_run_left_from_long_ago_is_taken_after_a_few_beats():
    watch, left = Watch(LEASE), Lease("plan", 1, NOON - timedelta(days=3))
    still = STILL * BEAT.total_seconds()
    assert watch.lost([left], NOON, 0) == ()
    assert watch.lost([left], NOON, still - 1) == ()
    assert watch.lost([left], NOON, still) == (left,)


def test_who_slept_lets_the_others_who_slept_speak_first():
    watch, frozen = Watch(LEASE), Lease("plan", 1, NOON + LEASE)
    for second in range(3):
        assert watch.lost([frozen], NOON + timedelta(seconds=second), second) == ()
    later = NOON + timedelta(hours=8)
    assert watch.lost([frozen], later, 8 * 3600) == ()
    alive = Lease("plan", 1, later + LEASE)
    assert watch.lost([alive], later, 8 * 3600 + 5) == ()


def test_another_attempt_is_another_run():
    watch = Watch(LEASE)
    watch.lost([Lease("plan", 1, None)], NOON, 0)
    assert watch.lost([Lease("plan", 2, None)], NOON, 5) == ()
    assert watch.lost([Lease("plan", 2, None)], NOON, 10) == (Lease("plan", 2, None),)
