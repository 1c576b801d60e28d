import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from hub.db.engine import create_engine, in_mode
from hub.db.transaction import reading
from hub.settings import Settings
from tests.hub.audit.tampering import write_log


@pytest.fixture
def log(run, folder: Path) -> Engine:
    run("migrate")
    engine = create_engine(Settings(data_folder=folder / "data"))
    write_log(engine)
    yield engine
    engine.dispose()


def head_of(run) -> str:
    return str(json.loads(run("audit", "verify", "--json").stdout)["head"])


def test_a_good_log_is_checked_and_its_head_can_be_noted(run, log: Engine):
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert "良 / good" in result.stdout
    head = head_of(run)
    assert head in result.stdout
    assert run("audit", "verify", "--expect", head).exit_code == 0
    assert run("audit", "verify", "--expect", head, "--expect", "1:" + "0" * 64).exit_code == 1


def test_a_changed_record_is_named_with_exit_code_1(run, log: Engine):
    with in_mode(log, "migrate").begin() as connection:
        connection.execute(text("DROP TRIGGER audit_records_update"))
        connection.execute(text("UPDATE audit_records SET actor_id = 'acc_x' WHERE seq IN (4, 6)"))
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "first bad record: 4" in result.stdout
    assert "record 6: " in result.stderr
    told = json.loads(run("audit", "verify", "--json").stdout)
    assert (told["good"], [one["seq"] for one in told["findings"]]) == (False, [4, 6])


def test_an_end_that_was_cut_off_consistently_is_found_by_the_noted_head(run, log: Engine):
    head = head_of(run)
    with in_mode(log, "migrate").begin() as connection:
        for trigger in ("audit_records_delete", "audit_head_update"):
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        for table in ("audit_details", "audit_records"):
            connection.execute(text(f"DELETE FROM {table} WHERE seq > 1"))
        connection.execute(text("UPDATE audit_head SET seq = 1, hash = (SELECT hash FROM audit_records)"))
    assert run("audit", "verify").exit_code == 0
    assert run("audit", "verify", "--expect", head).exit_code == 1


def test_the_log_is_shown_by_subject_actor_and_time_and_that_is_recorded(run, log: Engine):
    def items(*words: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(run("audit", "show", "--json", *words).stdout)["items"]
        return found

    everything = items()
    assert [row["action"] for row in everything[:3]] == ["register:load", "expert:pause", "expert:read"]
    assert {row["subject"] for row in items("--subject", "expert:exp_2")} == {"exp_2"}
    assert {row["actor"] for row in items("--actor", "acc_auditor")} == {"acc_auditor"}
    assert {row["action"] for row in items("--action", "audit:read")} == {"audit:read"}
    assert items("--since", "2199-01-01") == items("--until", "2020-01-01T00:00:00") == []
    assert [row["seq"] for row in items("--newest", "--size", "2", "--page", "2", "--until", "2199-01-01")] != []
    assert items("--newest", "--size", "1")[0]["action"] == "audit:read"
    assert run("audit", "verify").exit_code == 0


def test_personal_details_are_shown_only_when_asked_for(run, log: Engine):
    assert "戻りました" not in run("audit", "show").stdout
    shown = run("audit", "show", "--personal", "--subject", "expert:exp_2").stdout
    assert "戻りました" in shown
    assert "（消去済み erased）" in run("audit", "show", "--subject", "expert:exp_1").stdout
    last = json.loads(run("audit", "show", "--json", "--newest", "--size", "1", "--personal").stdout)["items"][0]
    assert last["personal"] is None or "subject" in last["personal"]


def test_personal_details_are_erased_and_the_log_stays_good(run, log: Engine):
    assert "erased: 2" in run("audit", "erase", "--subject", "expert:exp_2").stdout
    with reading(log) as session:
        assert session.execute(text("SELECT count(*) FROM audit_details")).scalar_one() == 0
    result = run("audit", "verify")
    assert (result.exit_code, "erased: 5" in result.stdout) == (0, True)
    assert "erased: 0" in run("audit", "erase", "--actor", "acc_nobody").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "--expect", "12"),
        ("erase",),
        ("erase", "--subject", "expert:x", "--actor", "y"),
        ("erase", "--subject", "expert"),
        ("show", "--subject", ":x"),
        ("show", "--since", "yesterday"),
    ],
)
def test_a_wrong_word_is_refused_with_what_to_write(run, log: Engine, words: tuple[str, ...]):
    result = run("audit", *words)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


def test_exports_and_imports_are_recorded(run, log: Engine, folder: Path):
    run("seed", "--experts", 3)
    run("export", "experts", "-o", "experts.xlsx")
    run("import", "experts.xlsx", "--kind", "experts")
    run("import", "experts.xlsx", "--kind", "experts", "--dry-run")
    rows = json.loads(run("audit", "show", "--json", "--actor", "local").stdout)["items"]
    told = [(row["action"], row["after"]) for row in rows]
    each = [("expert:create", {"version": 1})] * 3
    assert told == [
        *each,
        ("sample:seed", {"experts": 3, "requests": 0}),
        ("table:export", {"form": "xlsx"}),
        ("table:import", {"changed": 0, "created": 0, "faulty": 0, "unchanged": 3}),
    ]
