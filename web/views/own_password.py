"""Asking whoever is signed in to prove again who they are, before something is changed that lets people in."""

from datetime import UTC, datetime

from hub.auth.keys import Keyring
from hub.auth.passwords import LONGEST, verify_password
from hub.dependencies import Database
from hub.workflows.accounts.credentials import password_of
from hub.workflows.accounts.sessions import SignedIn
from hub.workflows.accounts.throttling import OF_OWN_PASSWORD, count_attempt, forget_attempts
from web.language import N_, Language

NO_PASSWORD = N_(
    "このアカウントにはパスワードがありません。サインアウトし、サインインし直してから10分以内に操作してください"
)


def password_faults_of(
    database: Database, keyring: Keyring, visitor: SignedIn, current: str, spoken: Language
) -> dict[str, str]:
    """Return what is wrong with the present password as it was typed; a session somebody took does not find it out.

    Who has none, and signs in at a provider, has to have signed in just now. Raises TooOften.
    """
    with database.writing() as session:
        count_attempt(session, keyring, OF_OWN_PASSWORD, visitor.actor.id, now=datetime.now(UTC))
        kept, _ = password_of(session, visitor.actor.id)
    if kept is None and not visitor.fresh:
        return {"current": spoken.say(NO_PASSWORD)}
    if kept is not None and not verify_password(kept, current[: LONGEST + 1]):
        return {"current": spoken.say("今のパスワードが違います")}
    with database.writing() as session:
        forget_attempts(session, keyring, OF_OWN_PASSWORD, visitor.actor.id)
    return {}
