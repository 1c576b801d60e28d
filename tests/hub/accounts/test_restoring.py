"""What lets somebody in does not come back with a backup, nor move with an archive."""

import io
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

import hub.models  # noqa: F401  (makes the tables known)
from hub.auth.actor import LOCAL
from hub.auth.keys import Keyring
from hub.db.backups.copying import back_up, restore
from hub.db.engine import create_engine
from hub.db.live import LIVE_TABLES
from hub.db.schema import migrate
from hub.db.transaction import reading, replacing, transaction
from hub.workflows.accounts.links import offer_reset
from hub.workflows.accounts.tokens import find_token
from hub.workflows.archives.reading import import_whole
from hub.workflows.archives.writing import export_whole
from hub.workflows.organizations import load_register
from tests.hub.accounts.signing_in import ADMIN, actor, enrol, found, member, sign_in
from tests.hub.accounts.test_tokens import made
from tests.hub.databases import Databases

SECRETS = {"token_hash", "key"}


@pytest.fixture
def lived_in(registered: Engine, keyring: Keyring, now: datetime) -> Engine:
    """Return a hub with somebody in it: a session, an unused link, a token, a second factor."""
    member(registered, "acc_1", ("expert", ""))
    enrol(registered, keyring, "acc_1", now)
    sign_in(registered, keyring, "acc_1", now, "a wrong one")
    with transaction(registered) as session:
        offer_reset(session, ADMIN, "acc_1")
    made(registered, "acc_1", "work:read")
    return registered


def counted(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        return {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in LIVE_TABLES}


def test_every_table_of_what_lets_somebody_in_is_named():
    tables = {table.name for table in SQLModel.metadata.sorted_tables if SECRETS & {column.name for column in table.c}}
    # An expert's calendar goes on being read: its address changes nothing, and its person sees and ends it.
    # Companies somebody must not be matched with have keys to be found by, which open nothing.
    named = {"organization_conflicts", "expert_vendor_conflicts"}
    assert tables - {"calendar_feeds", "kept_answers"} - named == set(LIVE_TABLES)


def test_a_restore_lets_nobody_in_who_was_signed_in_then(
    lived_in: Engine, keyring: Keyring, now: datetime, tmp_path: Path
):
    session_secret, token = sign_in(lived_in, keyring, "acc_1", now), made(lived_in, "acc_1", "work:read")
    assert all(counted(lived_in).values())
    content = io.BytesIO()
    back_up(lived_in, content, tmp_path)
    restore(lived_in, content, replace=True)
    assert counted(lived_in) == dict.fromkeys(LIVE_TABLES, 0)
    assert found(lived_in, session_secret, now) is None
    with reading(lived_in) as session:
        assert find_token(session, token, now) is None
    assert sign_in(lived_in, keyring, "acc_1", now) is not None
    assert actor(lived_in, "acc_1").id == "acc_1"


def test_an_archive_holds_nothing_that_lets_somebody_in(
    lived_in: Engine, keyring: Keyring, now: datetime, databases: Databases, database: str, tmp_path: Path
):
    sign_in(lived_in, keyring, "acc_1", now)
    content = io.BytesIO()
    with reading(lived_in) as session:
        manifest = export_whole(session, LOCAL, content)
    assert set(LIVE_TABLES) & set(manifest.tables) == set()
    with databases.copied(database, "engine", tmp_path / "other") as settings:
        other = create_engine(settings)
        migrate(other)
        with transaction(other) as session:
            load_register(session)
        with replacing(other) as session:
            import_whole(session, LOCAL, content)
        assert counted(other) == dict.fromkeys(LIVE_TABLES, 0)
        assert sign_in(other, keyring, "acc_1", now) is not None
        other.dispose()
