"""Backups are of one state, and put back they are row by row what they were, or nothing changes at all."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import LOCAL
from hub.db.backups import postgresql
from hub.db.backups.container import MANIFEST, NAMES
from hub.db.backups.copying import back_up, restore
from hub.db.engine import create_engine, in_mode
from hub.db.fingerprints import Content, fingerprints
from hub.db.pace import without_rest
from hub.db.schema import current, downgrade, migrate, newest
from hub.db.transaction import reading, transaction
from hub.errors import Conflict
from hub.settings import Settings
from hub.workflows.drafts import ExpertDraft
from hub.workflows.experts import set_paused, store_experts
from tests.hub.databases import Databases, on_postgresql, on_sqlite
from tests.hub.db.schema_picture import picture

ODD = "髙﨑😀 \u2028\\N\t\"'\n\\"


def content(engine: Engine) -> Content:
    with in_mode(engine, "read").connect() as connection:
        return fingerprints(connection)


def rules(engine: Engine) -> dict[str, str]:
    """Return the schema; PostgreSQL writes the same CHECK with its casts elsewhere once it has read it back."""
    return {
        name: re.sub(r"::(character varying|text)(\[\])?|[()]", "", str(told)) for name, told in picture(engine).items()
    }


def backed_up(engine: Engine, folder: Path, rest: Callable[[], None] = without_rest) -> io.BytesIO:
    made = io.BytesIO()
    back_up(engine, made, folder, lambda: rest)
    return made


def pause_somebody(engine: Engine, *, paused: bool = True) -> None:
    with transaction(engine) as session:
        expert = session.execute(text("SELECT id FROM experts ORDER BY id LIMIT 1")).scalar_one()
        set_paused(session, LOCAL, expert, paused=paused)


@pytest.fixture
def odd(seeded: Engine) -> Engine:
    """Return the sample with a text, a number and bytes that are easily changed on their way."""
    with transaction(seeded) as session:
        session.execute(text("UPDATE experts SET summary = :odd"), {"odd": ODD})
        session.execute(text("UPDATE availability SET hours = :sum, onsite_days = 1e-17"), {"sum": 0.1 + 0.2})
        values = "('a', 'k', 'POST /x', :digest, 201, :headers, :body, '2026-11-25 01:02:03.000004')"
        session.execute(
            text(f"INSERT INTO kept_answers VALUES {values}"),
            {"digest": "0" * 64, "headers": '{"b": 1e400, "a":  1}', "body": bytes(range(256))},
        )
    return seeded


def test_what_is_restored_is_row_by_row_what_was_backed_up(odd: Engine, tmp_path: Path):
    before = content(odd)
    kept = backed_up(odd, tmp_path)
    pause_somebody(odd)
    assert content(odd) != before
    restored = restore(odd, kept, replace=True)
    assert content(odd) == before == restored.tables
    assert restored.rows == sum(table.rows for table in before.values()) > 2000
    with reading(odd) as session:
        assert set(session.execute(text("SELECT summary FROM experts")).scalars()) == {ODD}
        assert set(session.execute(text("SELECT hours FROM availability")).scalars()) == {0.1 + 0.2}


def test_a_restored_database_has_every_rule_of_the_first(
    odd: Engine, database: str, databases: Databases, tmp_path: Path
):
    kept = backed_up(odd, tmp_path)
    with databases.copied(database, None, tmp_path / "other") as settings:
        other = create_engine(settings)
        restore(other, kept)
        assert content(other) == content(odd)
        assert rules(other) == rules(odd)
        pause_somebody(other)
        other.dispose()


def test_a_backup_goes_into_a_database_that_was_only_migrated(
    odd: Engine, database: str, databases: Databases, tmp_path: Path
):
    kept = backed_up(odd, tmp_path)
    with databases.copied(database, "registered", tmp_path / "other") as settings:
        other = create_engine(settings)
        restore(other, kept)
        assert content(other) == content(odd)
        other.dispose()


def test_a_database_with_data_is_replaced_only_when_told(seeded: Engine, tmp_path: Path):
    kept = backed_up(seeded, tmp_path)
    pause_somebody(seeded)
    before = content(seeded)
    with pytest.raises(Conflict, match="--replace"):
        restore(seeded, kept)
    assert content(seeded) == before


def test_the_backup_is_of_one_state_while_others_write(
    seeded: Engine, tmp_path: Path, expert: Callable[..., ExpertDraft]
):
    before, written = content(seeded), []

    def write() -> None:
        written.append(f"e{len(written)}")
        with transaction(seeded) as session:
            store_experts(session, {written[-1]: expert()})

    kept = backed_up(seeded, tmp_path, write)
    assert len(written) > 5
    assert content(seeded)["experts"].rows == before["experts"].rows + len(written)
    restore(seeded, kept, replace=True)
    assert content(seeded) == before


def test_a_backup_of_an_older_version_is_restored_with_its_tables_and_then_migrated(seeded: Engine, tmp_path: Path):
    downgrade(seeded, "0006")
    before = content(seeded)
    kept = backed_up(seeded, tmp_path)
    migrate(seeded)
    assert restore(seeded, kept, replace=True).revision == current(seeded) == "0006"
    assert content(seeded) == before
    migrate(seeded)
    assert current(seeded) == newest()


def changed(kept: io.BytesIO, *, told: Callable[[dict], None] = lambda manifest: None, data: bytes | None = None):
    """Return the backup with another manifest, or with other data under a right checksum."""
    made = io.BytesIO()
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == MANIFEST:
                manifest = json.loads(content)
                told(manifest)
                content = json.dumps(manifest).encode()
            elif data is not None:
                content = data
            new.writestr(name, content)
    return made


def one_row_more(manifest: dict) -> None:
    manifest["tables"]["experts"]["rows"] += 1


def another_digest(manifest: dict) -> None:
    manifest["tables"]["experts"]["digest"] = "0" * 20


def a_table_less(manifest: dict) -> None:
    del manifest["tables"]["experts"]


@pytest.mark.parametrize("told", [one_row_more, another_digest, a_table_less])
def test_a_backup_that_is_not_what_it_says_leaves_the_old_data(seeded: Engine, tmp_path: Path, told):
    kept = changed(backed_up(seeded, tmp_path), told=told)
    pause_somebody(seeded)
    before, schema = content(seeded), picture(seeded)
    with pytest.raises(Conflict, match="damaged"):
        restore(seeded, kept, replace=True)
    assert content(seeded) == before
    assert picture(seeded) == schema
    pause_somebody(seeded, paused=False)


@pytest.mark.parametrize("length", [0, 10, 3_000, 20_000])
def test_a_cut_off_copy_of_the_database_within_the_backup_leaves_the_old_data(
    seeded: Engine, database: str, tmp_path: Path, length: int
):
    kept = backed_up(seeded, tmp_path)
    with zipfile.ZipFile(kept) as archive:
        data = archive.read(NAMES[database])
    before = content(seeded)
    with pytest.raises(Conflict):
        restore(seeded, changed(kept, data=data[:length]), replace=True)
    assert content(seeded) == before


def test_a_file_that_was_cut_off_or_damaged_is_refused(seeded: Engine, tmp_path: Path):
    whole = backed_up(seeded, tmp_path).getvalue()
    middle = len(whole) // 2
    before = content(seeded)
    for broken in (b"", b"PK", whole[:middle], whole[:middle] + b"\xff\x00\xff" + whole[middle + 3 :]):
        with pytest.raises(Conflict):
            restore(seeded, io.BytesIO(broken), replace=True)
    assert content(seeded) == before


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"format": "else"}, "not a backup"),
        ({"version": 2}, "newer version"),
        ({"revision": "9999"}, "newer one"),
        ({"tables": {"x'; DROP TABLE experts; --": {"rows": 0, "digest": "0"}}}, "not a backup"),
    ],
)
def test_a_backup_this_version_does_not_understand_is_refused(seeded: Engine, tmp_path: Path, told: dict, says: str):
    kept = changed(backed_up(seeded, tmp_path), told=lambda manifest: manifest.update(told))
    with pytest.raises(Conflict, match=says):
        restore(seeded, kept, replace=True)


def test_a_backup_of_the_other_kind_points_to_the_way_of_moving(seeded: Engine, database: str, tmp_path: Path):
    other = next(kind for kind in NAMES if kind != database)
    kept = changed(backed_up(seeded, tmp_path), told=lambda manifest: manifest.update(database=other))
    with pytest.raises(Conflict, match="export --all"):
        restore(seeded, kept, replace=True)


def test_a_database_without_tables_has_nothing_to_back_up(settings: Settings, tmp_path: Path):
    engine = create_engine(settings)
    with pytest.raises(Conflict, match="no tables"):
        backed_up(engine, tmp_path)
    engine.dispose()


def test_who_is_connected_goes_on_with_what_was_restored(seeded: Engine, settings: Settings, tmp_path: Path):
    kept = backed_up(seeded, tmp_path)
    served = create_engine(settings)
    before = content(served)
    pause_somebody(served)
    restore(seeded, kept, replace=True)
    assert content(served) == before
    pause_somebody(served)
    assert content(served) != before
    served.dispose()


@on_sqlite
def test_the_copy_within_a_backup_is_a_database_of_its_own(seeded: Engine, tmp_path: Path):
    with zipfile.ZipFile(backed_up(seeded, tmp_path)) as archive:
        archive.extract(NAMES["sqlite"], tmp_path)
    opened = create_engine(Settings(data_folder=tmp_path))
    assert content(opened) == content(seeded)
    opened.dispose()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".hub-backup")] == []


@on_postgresql
def test_without_the_programs_of_postgresql_the_message_names_what_to_install(
    seeded: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept = backed_up(seeded, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql, "DEBIAN", tmp_path)
    for attempt in (lambda: backed_up(seeded, tmp_path), lambda: restore(seeded, kept, replace=True)):
        with pytest.raises(Conflict, match="postgresql-client"):
            attempt()


@on_postgresql
def test_no_list_of_processes_shows_the_password(database: str):
    engine = create_engine(Settings(database_url="postgresql://hub:s%27ecret@db:5433/hub?sslmode=require"))
    told, secret = postgresql.connection_words(engine)
    assert "ecret" not in told
    assert secret == {"PGPASSWORD": "s'ecret"}
    assert {"host=db", "port=5433", "dbname=hub", "user=hub", "sslmode=require"} <= set(told.split())


@on_postgresql
def test_what_lies_in_other_schemas_is_neither_backed_up_nor_touched(seeded: Engine, tmp_path: Path):
    with in_mode(seeded, "write").begin() as connection:
        connection.execute(text("CREATE SCHEMA beside"))
        connection.execute(text("CREATE TABLE beside.kept AS SELECT 1 AS one"))
    kept = backed_up(seeded, tmp_path)
    restore(seeded, kept, replace=True)
    with in_mode(seeded, "write").begin() as connection:
        assert connection.execute(text("SELECT one FROM beside.kept")).scalar_one() == 1
        connection.execute(text("DROP SCHEMA beside CASCADE"))
    restore(seeded, kept, replace=True)
    assert b"beside" not in kept.getvalue()
