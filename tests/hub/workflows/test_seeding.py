import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import LOCAL
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import reading, transaction
from hub.settings import DATABASE_FILE, Settings
from hub.workflows.expert_rows import ExpertFilter
from hub.workflows.experts import find_experts, set_paused
from hub.workflows.seeding import Seeded, expert_id, store_sample
from seed_data.generator import generate
from seed_data.samples import Sample

TABLES = ("organizations", "experts", "expert_skills", "availability", "requests", "slots", "skill_needs")

SEED_AND_WAIT = """
import sys, time
from pathlib import Path
from sqlalchemy import text
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import transaction
from hub.settings import Settings
from hub.workflows.seeding import store_sample
from seed_data.generator import generate
engine = create_engine(Settings(data_folder=Path(sys.argv[1])))
migrate(engine)
with transaction(engine) as session:
    session.execute(text("PRAGMA cache_size = 10"))  # so that pages reach the file before the commit
    store_sample(session, generate(400, 300))
    print(session.execute(text("SELECT count(*) FROM experts")).scalar(), flush=True)
    time.sleep(60)
"""


def counts(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        return {table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES}


def test_seeding_twice_changes_nothing(seeded: Engine, sample: Sample, settings: Settings):
    before = counts(seeded)
    with transaction(seeded) as session:
        assert store_sample(session, sample) == Seeded(0, 0, 0)
    assert counts(seeded) == before
    assert before["experts"] == 24
    assert before["organizations"] == 1788


def test_seeding_again_leaves_what_people_changed(seeded: Engine, sample: Sample):
    changed = expert_id(sample.experts[0])
    with transaction(seeded) as session:
        set_paused(session, LOCAL, changed, paused=True)
    with transaction(seeded) as session:
        store_sample(session, sample)
    with reading(seeded) as session:
        assert session.execute(text(f"SELECT paused FROM experts WHERE id = '{changed}'")).scalar() == 1


def test_a_larger_sample_adds_to_a_smaller_one(seeded: Engine):
    with transaction(seeded) as session:
        assert store_sample(session, generate(30, 20)) == Seeded(0, 6, 4)


def test_the_same_sample_gives_the_same_rows_in_any_database(seeded: Engine, sample: Sample, tmp_path: Path):
    other = create_engine(Settings(data_folder=tmp_path / "other"))
    migrate(other)
    with transaction(other) as session:
        store_sample(session, sample)
    assert identities(other) == identities(seeded)
    other.dispose()


def identities(engine: Engine) -> list[str]:
    with reading(engine) as session:
        query = "SELECT id FROM experts UNION ALL SELECT id FROM requests UNION ALL SELECT id FROM slots ORDER BY id"
        return list(session.execute(text(query)).scalars())


def test_a_process_killed_in_the_middle_of_seeding_leaves_nothing_half_done(tmp_path: Path):
    folder = tmp_path / "data"
    process = subprocess.Popen([sys.executable, "-c", SEED_AND_WAIT, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "400\n"
        assert (folder / f"{DATABASE_FILE}-wal").stat().st_size > 1_000_000
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]
    engine = create_engine(Settings(data_folder=folder))
    assert set(counts(engine).values()) == {0}
    with reading(engine) as session:
        assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    with transaction(engine) as session:
        assert store_sample(session, generate(5, 5)).experts == 5
    engine.dispose()


@pytest.mark.slow
def test_two_thousand_experts_and_three_thousand_requests_are_seeded_well_within_a_minute(engine: Engine):
    sample = generate(2000, 3000)
    began = time.perf_counter()
    with transaction(engine) as session:
        assert store_sample(session, sample) == Seeded(1788, 2000, 3000)
    assert time.perf_counter() - began < 45
    wanted = ExpertFilter(text="とうきょう", skill="SE1-02", level=2, talent_type="D", month="2026-05", paused=False)
    began = time.perf_counter()
    with reading(engine) as session:
        assert find_experts(session, wanted).total > 0
    assert time.perf_counter() - began < 1
