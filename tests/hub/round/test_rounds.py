"""Whole rounds driven at random: whatever people do in whatever order, what must hold holds after every step."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.hub.databases import Databases
from tests.hub.round.playing import Rounds

FEW, MANY = (4, 20), (4, 50)
"""(examples, steps of each): in the quick tests, and in the slow ones."""
MOST_TURNS = 16
"""How often the slow ones are played until enough of ``SEEN`` was made. Chance alone decides what people do:
where ``CI`` is set hypothesis would otherwise play the same rounds each time."""
ENOUGH = 15
SEEN = {
    "request approve approved",
    "request open open",
    "request settle in_plan",
    "request settle open",
    "request settle staffed",
    "plan publish published",
    "plan undo ready",
    "proposal accept_as_expert confirmed",
    "proposal accept_as_expert expert_accepted",
    "proposal accept_as_organization confirmed",
    "proposal accept_as_organization organization_accepted",
    "proposal decline_as_expert expert_declined",
    "proposal decline_as_organization organization_declined",
    "proposal lapse lapsed",
    "proposal release released",
    "proposal withdraw withdrawn",
    "engagement begin active",
    "engagement break_off broken_off",
}
"""Moves that rounds have among them: where few of them were made nothing much was tried. A move alone, an organization
that declines, say, may not come up in hundreds of rounds."""


def drive(databases: Databases, database: str, folder: Path, examples: int, steps: int, **how: bool) -> Counter[str]:
    made: Counter[str] = Counter()
    run_state_machine_as_test(
        lambda: Rounds(databases, database, folder, made),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            database=None,
            print_blob=True,
            phases=[Phase.generate, Phase.shrink],
            **how,
        ),
    )
    return made


def test_whatever_people_do_what_must_hold_holds(databases: Databases, database: str, tmp_path: Path):
    made = drive(databases, database, tmp_path, *FEW, derandomize=True)
    assert made["plan publish published"]


@pytest.mark.slow
def test_whatever_people_do_for_long_what_must_hold_holds(databases: Databases, database: str, tmp_path: Path):
    made: Counter[str] = Counter()
    for _ in range(MOST_TURNS):
        made += drive(databases, database, tmp_path, *MANY, derandomize=False)
        if len(SEEN & set(made)) >= ENOUGH:
            break
    assert len(SEEN & set(made)) >= ENOUGH, f"never made: {SEEN - set(made)}"
