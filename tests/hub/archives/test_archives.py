"""A whole hub moves from one kind of database to the other and back, row by row what it was."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from hub.auth.actor import LOCAL, Actor, Grant
from hub.db.engine import create_engine, in_mode
from hub.db.queue_names import is_queue
from hub.db.transaction import reading, replacing, transaction
from hub.errors import Conflict, Forbidden
from hub.workflows.archives import rows
from hub.workflows.archives.manifest import NAME, Manifest
from hub.workflows.archives.reading import import_whole
from hub.workflows.archives.writing import export_whole
from hub.workflows.experts import set_paused
from tests.hub.archives.busy import ODD, add_odd_values, make_busy
from tests.hub.audit.tampering import verdict
from tests.hub.databases import POSTGRESQL, SQLITE, Databases, on_postgresql, on_sqlite
from tests.hub.db.schema_picture import picture

HALF_COUNTED = (
    "SELECT count(*) FROM availability AS a WHERE abs(a.hours_committed - coalesce((SELECT sum(b.hours) FROM bookings"
    " AS b WHERE b.held AND b.expert_id = a.expert_id AND b.month = a.month), 0)) > 0.000001"
)


def exported(engine: Engine) -> tuple[io.BytesIO, Manifest]:
    made = io.BytesIO()
    with reading(engine) as session:
        return made, export_whole(session, LOCAL, made)


def imported(engine: Engine, source: io.BytesIO) -> Manifest:
    with replacing(engine) as session:
        return import_whole(session, LOCAL, source)


@contextmanager
def another(databases: Databases, kind: str, folder: Path, content: str = "engine") -> Iterator[Engine]:
    with databases.copied(kind, content, folder) as settings:
        engine = create_engine(settings)
        try:
            yield engine
        finally:
            engine.dispose()


def content(engine: Engine) -> dict[str, object]:
    return dict(exported(engine)[1].tables)


@on_sqlite
def test_a_busy_hub_moves_to_postgresql_and_back_without_loss(seeded: Engine, settings, databases, tmp_path: Path):
    make_busy(seeded, settings)
    first, told = exported(seeded)
    filled = {name for name, table in told.tables.items() if table.rows}
    assert {"bookings", "plan_documents", "audit_records", "audit_details", "outbox", "engagements"} <= filled
    with another(databases, POSTGRESQL, tmp_path / "moved") as moved:
        assert imported(moved, first) == told
        second, told_again = exported(moved)
        assert told_again.tables == told.tables
        check_alive(moved)
        with another(databases, SQLITE, tmp_path / "back") as back:
            imported(back, second)
            assert content(back) == told.tables
            assert picture(back) == picture(seeded)
            check_alive(back)


def check_alive(engine: Engine) -> None:
    """Check what is counted, chained and guarded, and that people can go on."""
    with reading(engine) as session:
        assert verdict(session.connection()).findings == ()
        assert session.execute(text(HALF_COUNTED)).scalar_one() == 0
        assert session.execute(text("SELECT sum(hours_committed) FROM availability")).scalar_one() > 0
        assert session.execute(text("SELECT DISTINCT summary FROM experts")).scalars().all() == [ODD]
        expert = session.execute(text("SELECT id FROM experts ORDER BY id LIMIT 1")).scalar_one()
    with pytest.raises(Exception, match="audit"), in_mode(engine, "write").begin() as connection:
        connection.execute(text("UPDATE audit_records SET action = 'x'"))
    with transaction(engine) as session:
        set_paused(session, LOCAL, expert, paused=True)
    with transaction(engine) as session:
        set_paused(session, LOCAL, expert, paused=False)
    with reading(engine) as session:
        assert verdict(session.connection()).findings == ()


def test_an_archive_goes_into_a_database_that_was_only_migrated(
    seeded: Engine, database: str, databases: Databases, tmp_path: Path
):
    add_odd_values(seeded)
    kept, told = exported(seeded)
    with another(databases, database, tmp_path / "other", "registered") as other:
        imported(other, kept)
        assert content(other) == told.tables
        assert picture(other) == picture(seeded)


def test_a_database_that_holds_data_is_left_as_it_is(seeded: Engine):
    kept, told = exported(seeded)
    with pytest.raises(Conflict, match="empty database"):
        imported(seeded, kept)
    assert content(seeded) == told.tables


def changed(kept: io.BytesIO, change: Callable[[str, bytes], bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return made


def of_experts(change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda name, data: change(data) if name == "tables/experts.jsonl" else data


def of_manifest(**told: object) -> Callable[[str, bytes], bytes]:
    return lambda name, data: json.dumps({**json.loads(data), **told}).encode() if name == NAME else data


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (of_experts(lambda data: data.replace(b'"paused": false', b'"paused": true', 1)), "experts: the content"),
        (of_experts(lambda data: data[: data.index(b"\n") + 1]), "experts: the content"),
        (of_experts(lambda data: data[:-1]), "experts: the content"),
        (of_experts(lambda data: b"[]\n"), "experts: the content"),
        (of_experts(lambda data: b"\xff\n"), "experts: the content"),
        (of_manifest(format="else"), "not a file that"),
        (of_manifest(version=2), "newer version"),
        (of_manifest(revision="0001"), "same version"),
        (of_manifest(tables={}), "not a file that"),
    ],
)
def test_an_archive_that_is_not_what_was_exported_changes_nothing(
    seeded: Engine, database: str, databases: Databases, tmp_path: Path, change, says: str
):
    kept = changed(exported(seeded)[0], change)
    with another(databases, database, tmp_path / "other", "registered") as other:
        before, schema = content(other), picture(other)
        with pytest.raises(Conflict, match=says):
            imported(other, kept)
        assert content(other) == before
        assert picture(other) == schema


@on_sqlite
def test_a_file_that_is_cut_off_is_refused(seeded: Engine, databases: Databases, tmp_path: Path):
    whole = exported(seeded)[0].getvalue()
    with another(databases, SQLITE, tmp_path / "other") as other:
        for broken in (b"", whole[: len(whole) // 2]):
            with pytest.raises(Conflict, match="cut off"):
                imported(other, io.BytesIO(broken))


def test_what_is_stored_is_read_again_and_compared(seeded, database, databases, tmp_path, monkeypatch):
    kept, _ = exported(seeded)
    true = rows.Rows.values

    def forgetful(self: rows.Rows, line: bytes) -> dict[str, object]:
        told = true(self, line)
        return {**told, "summary": ""} if self.name == "experts" else told

    with another(databases, database, tmp_path / "other") as other:
        monkeypatch.setattr(rows.Rows, "values", forgetful)
        with transaction(seeded) as session:
            session.execute(text("UPDATE experts SET summary = 'x'"))
        kept, _ = exported(seeded)
        with pytest.raises(Conflict, match="experts: the content"):
            imported(other, kept)
        assert content(other)["experts"].rows == 0


@on_sqlite
def test_only_who_runs_the_hub_may_take_all_of_it_out_or_in(seeded: Engine, databases: Databases, tmp_path: Path):
    kept, _ = exported(seeded)
    coordinator = Actor("acc_c", (Grant("coordinator"),))
    with reading(seeded) as session, pytest.raises(Forbidden):
        export_whole(session, coordinator, io.BytesIO())
    with (
        another(databases, SQLITE, tmp_path / "other") as other,
        replacing(other) as session,
        pytest.raises(Forbidden),
    ):
        import_whole(session, coordinator, kept)


@on_postgresql
def test_no_number_is_counted_by_a_sequence_which_an_import_would_have_to_set(engine: Engine):
    assert [name for name in inspect(engine).get_sequence_names() if not is_queue(name)] == []
