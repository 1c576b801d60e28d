"""PostgreSQL as the hub opens it: modes, bounded waits, time zone, and errors that say nothing of a row."""

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.db import postgresql
from hub.db.engine import create_engine, database_url, in_mode
from hub.db.faults import meaning
from hub.db.transaction import reading, transaction
from hub.errors import Busy
from hub.settings import Settings
from tests.hub.databases import on_postgresql

pytestmark = on_postgresql


def shown(engine: Engine, mode: str, *names: str) -> dict[str, str]:
    with in_mode(engine, mode).connect() as connection:
        return {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in names}


@pytest.mark.parametrize("given", ["postgresql://hub@db:5433/hub", "postgres://hub@db:5433/hub"])
def test_a_plain_url_means_psycopg(given: str, database: str):
    url = database_url(Settings(database_url=given))
    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.host, url.port, url.database) == ("hub", "db", 5433, "hub")


def test_a_reader_sees_a_snapshot_and_a_writer_what_is_committed(engine: Engine):
    names = ("transaction_isolation", "transaction_read_only")
    assert list(shown(engine, "read", *names).values()) == ["repeatable read", "on"]
    assert list(shown(engine, "write", *names).values()) == ["read committed", "off"]
    assert list(shown(engine, "migrate", *names).values()) == ["read committed", "off"]


def test_waits_are_bounded_as_the_settings_say(settings: Settings):
    changes = {"database_wait_seconds": 2.5, "database_statement_seconds": 7}
    engine = create_engine(settings.model_copy(update=changes))
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "application_name", "timezone")
    assert shown(engine, "write", *names) == dict(
        zip(names, ("2500ms", "7s", "15min", "talent-hub", "UTC"), strict=True)
    )
    assert shown(engine, "migrate", "statement_timeout", "lock_timeout") == {
        "statement_timeout": "0",
        "lock_timeout": "2min",
    }
    assert shown(engine, "write", "statement_timeout") == {"statement_timeout": "7s"}
    engine.dispose()


def test_a_url_may_name_the_application_itself(settings: Settings):
    url = database_url(settings).update_query_dict({"application_name": "nightly"})
    engine = create_engine(Settings(database_url=url.render_as_string(hide_password=False)))
    assert shown(engine, "read", "application_name") == {"application_name": "nightly"}
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO organizations (code, name) VALUES ('202151', '秘密の名前')",
        "INSERT INTO expert_roles VALUES ('秘密の名前', 'SW3', 1)",
        "SELECT CAST('秘密の名前' AS integer)",
        "UPDATE organizations SET name = repeat('秘密の名前', 100)",
        "UPDATE organizations SET latitude = 91, name = '秘密の名前'",
        "UPDATE organizations SET code = '202151', name = '秘密の名前' WHERE code <> '202151'",
    ],
)
def test_an_error_says_which_rule_was_broken_and_nothing_of_the_row(registered: Engine, statement: str):
    with pytest.raises(DBAPIError) as caught, transaction(registered) as session:
        session.execute(text("SET LOCAL client_min_messages = 'error'"))
        # The statement itself is the program's own, and in the hub it holds no value.
        session.execute(text(statement))
    told = f"{caught.value._message()} {caught.value.orig} {caught.value.orig.args}"
    assert "秘密" not in told
    assert caught.value.orig.sqlstate in told


def test_the_name_of_a_broken_rule_is_told(registered: Engine):
    with pytest.raises(IntegrityError, match="ck_organizations_latitude_range"), transaction(registered) as session:
        session.execute(text("UPDATE organizations SET latitude = 91"))
    with pytest.raises(IntegrityError, match="fk_expert_roles_expert_id_experts"), transaction(registered) as session:
        session.execute(text("INSERT INTO expert_roles VALUES ('nobody', 'SW3', 1)"))


def test_a_connection_ended_by_the_server_is_replaced_before_it_is_used(registered: Engine):
    def backend() -> int:
        with reading(registered) as session:
            return session.execute(text("SELECT pg_backend_pid()")).scalar_one()

    first = backend()
    end_backend(registered, first)
    assert backend() != first


def test_a_connection_is_asked_for_its_server_only_after_a_rest(registered: Engine, monkeypatch: pytest.MonkeyPatch):
    asked, ping = [], registered.dialect.do_ping
    monkeypatch.setattr(registered.dialect, "do_ping", lambda connection: asked.append(connection) or ping(connection))

    def use() -> None:
        with reading(registered) as session:
            session.execute(text("SELECT 1"))

    use()
    asked.clear()
    monkeypatch.setattr(postgresql, "RESTED_SECONDS", 3600.0)
    use()
    assert asked == []
    monkeypatch.setattr(postgresql, "RESTED_SECONDS", 0.0)
    use()
    assert len(asked) == 1


def test_a_rested_connection_whose_server_does_not_answer_is_replaced(
    registered: Engine, monkeypatch: pytest.MonkeyPatch
):
    def backend() -> int:
        with reading(registered) as session:
            return session.execute(text("SELECT pg_backend_pid()")).scalar_one()

    def lost(_: object) -> bool:
        raise psycopg.OperationalError("no answer")

    first = backend()
    monkeypatch.setattr(postgresql, "RESTED_SECONDS", 0.0)
    monkeypatch.setattr(registered.dialect, "do_ping", lost)
    assert backend() != first


def test_a_connection_ended_in_a_transaction_is_told_as_busy(registered: Engine):
    with pytest.raises(DBAPIError) as caught, transaction(registered) as session:
        end_backend(registered, session.execute(text("SELECT pg_backend_pid()")).scalar_one())
        session.execute(text("UPDATE organizations SET budget = 1"))
    assert isinstance(meaning(caught.value), Busy)


def end_backend(engine: Engine, backend: int) -> None:
    plain = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))


def test_a_server_that_is_not_there_is_told_as_busy(tmp_path, database: str):
    engine = create_engine(Settings(database_url=f"postgresql://hub@/hub?host={tmp_path}"))
    with pytest.raises(DBAPIError) as caught, reading(engine) as session:
        session.execute(text("SELECT 1"))
    assert isinstance(meaning(caught.value), Busy)
