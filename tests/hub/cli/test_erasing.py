from pathlib import Path

from sqlalchemy import text

from hub.db.engine import create_engine
from hub.db.transaction import reading, transaction
from hub.settings import Settings
from hub.workflows.experts import store_experts
from tests.hub import drafts
from tests.hub.workflows.accounts import add_account

WORDS = "ほかに書かれない言葉"


def test_an_expert_without_an_account_is_erased_and_it_is_recorded(run, folder: Path):
    assert run("migrate").exit_code == 0
    engine = create_engine(Settings())
    with transaction(engine) as session:
        store_experts(session, {"e1": drafts.expert(summary=WORDS), "e2": drafts.expert()})
    with transaction(engine) as session:
        add_account(session, "acc_e2", ("expert", ""), expert="e2")

    def kept(column: str, key: str) -> object:
        with reading(engine) as session:
            return session.execute(text(f"SELECT {column} FROM experts WHERE id = :id"), {"id": key}).scalar_one()

    shown = run("erase-expert", "e1", "--dry-run")
    assert (shown.exit_code, "残るもの" in shown.output) == (0, True)
    assert kept("summary", "e1") == WORDS
    assert run("erase-expert", "e2", "--yes").exit_code == 2
    assert kept("family_name", "e2") == "髙橋", "whose account is theirs asks for it"
    assert run("erase-expert", "nobody", "--yes").exit_code == 2
    assert run("erase-expert", "e1", "--yes").exit_code == 0
    assert (kept("summary", "e1"), kept("family_name", "e1")) == ("", "（削除済み）")
    with reading(engine) as session:
        done = "SELECT actor_id FROM audit_records WHERE action = 'expert:erase' AND subject_id = 'e1'"
        assert session.execute(text(done)).scalars().all() == ["local"]
        details = session.execute(text("SELECT content FROM audit_details")).scalars()
        assert not any(WORDS in str(content) for content in details)
    assert run("audit", "verify").exit_code == 0
    assert run("erase-expert", "e1", "--yes").exit_code == 2
    engine.dispose()
