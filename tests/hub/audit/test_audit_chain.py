import json
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.auth.actor import LOCAL, SYSTEM
from hub.db.transaction import reading, transaction
from hub.errors import Forbidden
from hub.workflows.audit import record
from hub.workflows.audit_chain import Head, canonical
from hub.workflows.audit_erasing import erase_actor, erase_subject
from hub.workflows.audit_reading import end_of_log
from hub.workflows.audit_verifying import Verdict, parse_head, verify
from tests.hub.audit.tampering import AUDITOR, tampering, verdict, write_log


@pytest.fixture
def logged(engine: Engine) -> Engine:
    write_log(engine)
    return engine


def checked(engine: Engine, *expected: Head) -> Verdict:
    with reading(engine) as session:
        return verify(session, AUDITOR, expected)


def head(engine: Engine) -> Head:
    with reading(engine) as session:
        return end_of_log(session)


def first_bad(connection: Connection, *expected: Head) -> int | None:
    findings = verdict(connection, *expected).findings
    return findings[0].seq if findings else None


def test_a_log_as_it_was_written_is_good(logged: Engine):
    found = checked(logged, head(logged))
    assert (found.records, found.erased, found.findings) == (9, 3, ())
    assert found.head == head(logged)


def test_an_empty_log_is_good(engine: Engine):
    assert checked(engine).findings == ()


def test_what_is_rolled_back_is_not_recorded(logged: Engine):
    with pytest.raises(RuntimeError), transaction(logged) as session:
        record(session, SYSTEM, "expert:pause", "expert", "exp_1")
        raise RuntimeError
    assert checked(logged).records == 9


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_records SET actor_id = 'acc_other' WHERE seq = 4",
        "DELETE FROM audit_records WHERE seq = 9",
        "UPDATE audit_details SET content = '{}' WHERE seq = 5",
        "UPDATE audit_head SET seq = 8",
        "UPDATE audit_head SET hash = '" + "0" * 64 + "'",
        "DELETE FROM audit_head",
    ],
)
def test_the_database_refuses_to_change_the_log(logged: Engine, statement: str):
    with pytest.raises(IntegrityError, match="audit_kept"), transaction(logged) as session:
        session.execute(text(statement))


def test_a_record_cannot_be_replaced_where_a_database_would_replace_it(logged: Engine):
    if logged.dialect.name != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's alone")
    for table in ("audit_records", "audit_details", "audit_head"):
        with pytest.raises(IntegrityError, match="audit_kept"), transaction(logged) as session:
            session.execute(text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"))


def test_the_log_cannot_be_emptied_at_once(logged: Engine):
    if logged.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    for table in ("audit_records", "audit_details", "audit_head"):
        with pytest.raises(IntegrityError, match="audit_kept"), transaction(logged) as session:
            session.execute(text(f"TRUNCATE {table} CASCADE"))


def test_a_removed_record_is_named(logged: Engine):
    with tampering(logged) as connection:
        connection.execute(text("DELETE FROM audit_records WHERE seq IN (4, 6)"))
        assert first_bad(connection) == 4


def test_a_cut_off_end_is_found_by_the_head_and_by_an_end_noted_before(logged: Engine):
    noted = head(logged)
    with tampering(logged) as connection:
        connection.execute(text("DELETE FROM audit_records WHERE seq >= 8"))
        connection.execute(text("DELETE FROM audit_details WHERE seq >= 8"))
        # The personal details of exp_1 are gone, and so is the record that said so.
        assert {finding.seq for finding in verdict(connection).findings} == {1, 3, 6, 8}
        seventh = connection.execute(text("SELECT hash FROM audit_records WHERE seq = 7")).scalar_one()
        connection.execute(text("UPDATE audit_head SET seq = 7, hash = :hash"), {"hash": seventh})
        assert {finding.seq for finding in verdict(connection).findings} == {1, 3, 6}
        connection.execute(text("DELETE FROM audit_records WHERE seq >= 1"))
        connection.execute(text("DELETE FROM audit_details"))
        connection.execute(text("DELETE FROM audit_head"))
        assert first_bad(connection) is None
        assert first_bad(connection, noted) == 1


def test_two_records_that_changed_places_are_found(logged: Engine):
    with tampering(logged) as connection:
        for old, new in ((4, 100), (7, 4), (100, 7)):
            connection.execute(text("UPDATE audit_records SET seq = :new WHERE seq = :old"), {"new": new, "old": old})
        assert first_bad(connection) == 4


def test_a_whole_log_made_anew_is_found_by_an_end_noted_before(logged: Engine):
    noted = head(logged)
    with tampering(logged) as connection:
        for table in ("audit_details", "audit_records", "audit_head"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.commit()
    write_log(logged)
    assert checked(logged).findings == ()
    found = checked(logged, noted).findings
    assert [finding.seq for finding in found] == [9]


def test_erased_details_are_gone_and_the_chain_holds(logged: Engine):
    with reading(logged) as session:
        kept = session.execute(text("SELECT seq, content FROM audit_details ORDER BY seq")).all()
        last = session.execute(text("SELECT action, kind, subject_id, after FROM audit_records WHERE seq = 9")).one()
    assert [seq for seq, _ in kept] == [5, 8]
    assert "髙橋" not in str(kept)
    assert last[:3] == ("audit:erase", "expert", "exp_1")
    assert json.loads(last[3]) == {"records": [[1, 1], [3, 3], [6, 6]]}


def test_details_that_went_without_a_record_are_tampering(logged: Engine):
    with transaction(logged) as session:
        session.execute(text("DELETE FROM audit_details WHERE seq = 8"))
    found = checked(logged)
    assert [finding.seq for finding in found.findings] == [8]
    assert found.erased == 3


def test_an_erasure_covers_nothing_written_after_it(logged: Engine):
    with transaction(logged) as session:
        record(session, SYSTEM, "expert:pause", "expert", "exp_1", personal={"name": "髙橋"})
    with transaction(logged) as session:
        session.execute(text("DELETE FROM audit_details WHERE seq = 10"))
    assert [finding.seq for finding in checked(logged).findings] == [10]


def test_what_a_person_wrote_is_erased_by_who_wrote_it(logged: Engine):
    with transaction(logged) as session:
        assert erase_actor(session, AUDITOR, AUDITOR.id) == 2
    assert checked(logged).erased == 5
    assert checked(logged).findings == ()
    with transaction(logged) as session:
        assert erase_subject(session, AUDITOR, "expert", "exp_1") == 0
    assert checked(logged).records == 10


def test_only_an_administrator_erases_and_only_auditors_check(logged: Engine):
    with pytest.raises(Forbidden), transaction(logged) as session:
        erase_subject(session, SYSTEM, "expert", "exp_2")
    with pytest.raises(Forbidden), reading(logged) as session:
        verify(session, SYSTEM)
    with reading(logged) as session:
        assert verify(session, LOCAL).findings == ()


VALUES = st.one_of(
    st.none(),
    st.integers(-5, 12),
    st.sampled_from(["", "{}", "null", "audit:erase", "exp_1", "exp_2", "0" * 64, '{"records":[[1,99]]}']),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8),
)
COLUMNS = {
    "audit_records": (
        ["seq", "at", "actor_id", "action", "kind", "subject_id", "before", "after", "commitment", "previous", "hash"],
        range(1, 10),
    ),
    "audit_details": (["seq", "salt", "content"], (5, 8)),
    "audit_head": (["id", "seq", "hash"], (9,)),
}


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, int, str, object]:
    table = draw(st.sampled_from(list(COLUMNS)))
    names, rows = COLUMNS[table]
    return table, draw(st.sampled_from(list(rows))), draw(st.sampled_from(names)), draw(VALUES)


@given(change=changes())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_column_of_whatever_row_is_changed_it_is_refused_or_found(
    logged: Engine, change: tuple[str, int, str, object]
):
    table, seq, column, value = change
    with tampering(logged) as connection:
        before = connection.execute(text(f"SELECT {column} FROM {table} WHERE seq = :seq"), {"seq": seq}).scalar()
        try:
            connection.execute(text(f"UPDATE {table} SET {column} = :v WHERE seq = :seq"), {"v": value, "seq": seq})
        except DBAPIError:
            return  # a rule of the database itself
        now = connection.execute(text(f"SELECT {column} FROM {table} WHERE seq = :seq"), {"seq": seq}).scalar()
        assert first_bad(connection) is not None or now == before


@given(removed=st.sets(st.integers(1, 9), min_size=1))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_records_are_removed_the_first_of_them_is_named(logged: Engine, removed: set[int]):
    with tampering(logged) as connection:
        for seq in removed:
            connection.execute(text("DELETE FROM audit_details WHERE seq = :seq"), {"seq": seq})
            connection.execute(text("DELETE FROM audit_records WHERE seq = :seq"), {"seq": seq})
        named = {finding.seq for finding in verdict(connection).findings}
        assert min(removed) in named
        # The record of the erasure is the ninth: without it, what it erased counts as taken away.
        assert named <= {*range(min(removed), 10), *({1, 3, 6} if 9 in removed else ())}


@given(order=st.permutations(range(1, 10)).filter(lambda order: order != list(range(1, 10))))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_whatever_order_the_records_are_put_it_is_found(logged: Engine, order: list[int]):
    with tampering(logged) as connection:
        # Out of the way first, because a number stands once; the details go with their records.
        for seq in range(1, 10):
            renumber(connection, seq, seq + 100)
        for place, seq in enumerate(order, start=1):
            renumber(connection, seq + 100, place)
        moved = min(place for place, seq in enumerate(order, start=1) if place != seq)
        assert first_bad(connection) in (moved, 1, 3, 6)  # those whose details were erased by a record now before them
        assert moved in {finding.seq for finding in verdict(connection).findings}


@given(kept=st.integers(0, 8))
@settings(max_examples=9, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wherever_the_end_is_cut_off_and_noted_anew_an_end_noted_before_shows_it(logged: Engine, kept: int):
    noted = head(logged)
    with tampering(logged) as connection:
        connection.execute(text("DELETE FROM audit_details WHERE seq > :kept"), {"kept": kept})
        connection.execute(text("DELETE FROM audit_records WHERE seq > :kept"), {"kept": kept})
        last = connection.execute(text("SELECT hash FROM audit_records WHERE seq = :kept"), {"kept": kept}).scalar()
        told = {"seq": kept, "hash": last or "0" * 64}
        connection.execute(text("UPDATE audit_head SET seq = :seq, hash = :hash"), told)
        assert kept + 1 in {finding.seq for finding in verdict(connection, noted).findings}


def renumber(connection: Connection, old: int, new: int) -> None:
    for table in ("audit_records", "audit_details"):
        connection.execute(text(f"UPDATE {table} SET seq = :new WHERE seq = :old"), {"new": new, "old": old})


def test_text_the_database_cannot_read_is_found(logged: Engine):
    if logged.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps no such text")
    with tampering(logged) as connection:
        connection.execute(text("UPDATE audit_records SET after = CAST(x'ff' AS TEXT) WHERE seq = 4"))
        assert first_bad(connection) == 4


def test_records_of_many_at_once_are_in_one_chain(engine: Engine):
    def add_many(name: str) -> None:
        for number in range(10):
            with transaction(engine) as session:
                record(session, SYSTEM, "expert:pause", "expert", name, after={"number": number})
                record(session, SYSTEM, "expert:resume", "expert", name, after={"number": number})

    threads = [threading.Thread(target=add_many, args=(f"exp_{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = checked(engine)
    assert (found.records, found.findings) == (80, ())
    with reading(engine) as session:
        rows = session.execute(text("SELECT subject_id, after FROM audit_records ORDER BY seq")).all()
    for pair in zip(rows[::2], rows[1::2], strict=True):
        assert pair[0] == pair[1]  # the records of one transaction stand together


def test_canonical_json_has_one_form():
    assert canonical({"b": 1, "a": ["髙", None]}) == '{"a":["髙",null],"b":1}'
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_an_end_of_the_log_is_read_as_it_is_shown():
    told = Head(12, "ab" * 32)
    assert parse_head(f" {told}\n") == told
    for wrong in ("", "12", "12:ab", "x:" + "ab" * 32, "1:" + "xy" * 32, "１２:" + "ab" * 32):
        with pytest.raises(ValueError):
            parse_head(wrong)
