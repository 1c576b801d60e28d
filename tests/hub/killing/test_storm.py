"""A little of the storm: real processes on PostgreSQL, struck once or twice. ``storm`` by itself strikes longer."""

import pytest

from tests.hub.killing.storm import storm


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["worker", "database"])
def test_whatever_is_struck_every_run_ends_once_and_no_mail_is_lost_or_doubled(kind: str):
    with storm(kind, lease=2.0, seed=1) as made:
        made.seconds = 2.0
        made.strike()
        made.end()
        ended = made.check()
    assert ended["run ready"] == 2
