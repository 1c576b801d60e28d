import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.auth.actor import LOCAL
from hub.db import sqlite
from hub.db.engine import create_engine
from hub.db.transaction import reading, replacing, transaction, undoable
from hub.models import Organization
from hub.models.base import columns, table_of
from hub.settings import DATABASE_FILE, Settings
from hub.workflows.audit import record
from tests.hub.databases import on_sqlite

O = columns(Organization)  # noqa: E741


def budget(engine: Engine) -> int | None:
    with reading(engine) as session:
        return session.execute(select(O.budget).where(O.code == "202151")).scalar()


def test_a_transaction_commits_once_at_its_end(registered: Engine):
    with transaction(registered) as session:
        session.execute(update(table_of(Organization)).where(O.code == "202151").values(budget=5))
        assert budget(registered) is None
    assert budget(registered) == 5


def test_a_transaction_that_raises_leaves_everything_as_it_was(registered: Engine):
    with pytest.raises(RuntimeError), transaction(registered) as session:
        session.execute(update(table_of(Organization)).values(budget=5))
        raise RuntimeError
    assert budget(registered) is None


def test_what_is_undone_leaves_neither_rows_nor_records_and_the_rest_is_kept(registered: Engine):
    def actions() -> list[str]:
        with reading(registered) as session:
            return list(session.execute(text("SELECT action FROM audit_records WHERE actor_id = 'local'")).scalars())

    with transaction(registered) as session:
        record(session, LOCAL, "request:create", "request", "r1")
        with pytest.raises(RuntimeError), undoable(session):
            session.execute(update(table_of(Organization)).where(O.code == "202151").values(budget=5))
            record(session, LOCAL, "request:edit", "request", "r1")
            raise RuntimeError
        with undoable(session):
            session.execute(update(table_of(Organization)).where(O.code == "202151").values(budget=7))
            record(session, LOCAL, "request:submit", "request", "r1")
    assert budget(registered) == 7
    assert actions() == ["request:create", "request:submit"]


def test_a_reading_session_cannot_write(registered: Engine):
    # sqlite3 calls this operational, psycopg internal.
    with reading(registered) as session, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        session.execute(update(table_of(Organization)).values(budget=5))


def test_a_connection_that_read_can_write_afterwards(registered: Engine):
    assert budget(registered) is None
    with transaction(registered) as session:
        session.execute(update(table_of(Organization)).where(O.code == "202151").values(budget=7))
    assert budget(registered) == 7


def test_a_reading_session_sees_one_state_throughout(registered: Engine):
    query = select(O.budget).where(O.code == "202151")
    with reading(registered) as session:
        assert session.execute(query).scalar() is None
        with transaction(registered) as writer:
            writer.execute(update(table_of(Organization)).values(budget=9))
        assert session.execute(query).scalar() is None
    assert budget(registered) == 9


def test_two_writers_never_decide_on_the_same_stale_value(registered: Engine):
    with transaction(registered) as session:
        session.execute(update(table_of(Organization)).where(O.code == "202151").values(budget=0))

    def add_many() -> None:
        for _ in range(20):
            with transaction(registered) as session:
                query = select(O.budget).where(O.code == "202151").with_for_update()
                seen = session.execute(query).scalar_one()
                session.execute(update(table_of(Organization)).where(O.code == "202151").values(budget=seen + 1))

    threads = [threading.Thread(target=add_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget(registered) == 80


@on_sqlite
def test_sqlite_is_set_up_to_lose_nothing(
    engine: Engine, settings: Settings, synchronous: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sqlite, "SYNCHRONOUS", synchronous)
    with reading(engine) as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000}
    with sqlite3.connect(settings.data_folder / DATABASE_FILE) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


@on_sqlite
def test_a_connection_is_what_each_transaction_asks_for_whatever_it_was_before(registered: Engine):
    """The pool has handed out one connection, so that each of these gets it as the one before left it."""
    wrong = text("INSERT INTO expert_skills VALUES ('nobody', 'TE1-08', '1.2', 3, '')")
    allowed = update(table_of(Organization)).where(O.code == "202151").values(version=2)
    for _ in range(2):
        with replacing(registered) as session:
            session.execute(wrong)  # checks nothing
            session.execute(text("DELETE FROM expert_skills"))
        with pytest.raises(IntegrityError, match=r"(?i)foreign key"), transaction(registered) as session:
            session.execute(wrong)
        with pytest.raises(DBAPIError, match="readonly"), reading(registered) as session:
            session.execute(allowed)
        with transaction(registered) as session:
            session.execute(allowed)
    assert registered.pool.checkedin() == 1


def test_foreign_keys_hold(registered: Engine):
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), transaction(registered) as session:
        session.execute(text("INSERT INTO expert_skills VALUES ('nobody', 'TE1-08', '1.2', 3, '')"))


def test_the_data_folder_is_made_for_its_owner_alone(tmp_path):
    create_engine(Settings(data_folder=tmp_path / "a" / "b"))
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_an_error_of_the_database_does_not_show_what_was_written(registered: Engine):
    with pytest.raises(IntegrityError) as caught, transaction(registered) as session:
        session.execute(insert(table_of(Organization)), [{"code": "202151", "name": "秘密の名前"}])
    assert "秘密の名前" not in str(caught.value)


def test_a_moment_comes_back_in_utc_wherever_it_was_told(registered: Engine):
    japan = timezone(timedelta(hours=9))
    told = datetime(2026, 11, 21, 9, 30, tzinfo=japan)
    with transaction(registered) as session:
        session.execute(update(table_of(Organization)).where(O.code == "202151").values(updated_at=told))
    with reading(registered) as session:
        found = session.execute(select(O.updated_at).where(O.code == "202151")).scalar_one()
    assert found == told
    assert found.tzinfo is UTC


def test_a_moment_without_time_zone_is_refused(registered: Engine):
    with pytest.raises(Exception, match="time zone"), transaction(registered) as session:
        session.execute(update(table_of(Organization)).values(updated_at=datetime(2026, 11, 21)))  # noqa: DTZ001
