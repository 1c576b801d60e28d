"""Which events a person wants mail about. In the service everybody is told of everything that is theirs."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.errors import Invalid, NotFound
from hub.models import Account, MailPreference
from hub.models.base import columns, table_of
from hub.workflows.audit import record
from hub.workflows.events import ALWAYS_BY_MAIL, EVENTS, SERVICE_ONLY
from matching.faults import Fault
from matching.places import pointer

NOBODY_CHOOSES = SERVICE_ONLY | ALWAYS_BY_MAIL
"""Events that never come by mail, or always do."""


@dataclass(frozen=True, slots=True)
class Preference:
    """An event in words, and whether mail about it is wanted."""

    event: str
    ja: str
    en: str
    mail: bool


def read_preferences(session: Session, actor: Actor) -> tuple[Preference, ...]:
    """Return ``actor``'s preferences for every event there is mail about."""
    require(actor, "notification.read")
    refused = _refused(session, actor.id)
    return tuple(
        Preference(event, told.ja, told.en, event not in refused)
        for event, told in EVENTS.items()
        if event not in NOBODY_CHOOSES
    )


def write_preferences(session: Session, actor: Actor, wanted: Mapping[str, bool]) -> None:
    """Set ``actor``'s preferences by event; events not named are wanted.

    Raises Invalid naming each unknown event, NotFound when ``actor`` has no account.
    """
    require(actor, "notification.read")
    unknown = [event for event in wanted if event not in EVENTS or event in NOBODY_CHOOSES]
    if unknown:
        ja, en = "このお知らせはありません。一覧から選んでください", "there is no such event; choose one of the list"
        raise Invalid([Fault(pointer(("mail", event)), ja, en) for event in unknown])
    a, p = columns(Account), columns(MailPreference)
    # The row is locked, so that two settings of one person come one after the other.
    if session.execute(select(a.id).where(a.id == actor.id).with_for_update()).first() is None:
        raise NotFound("アカウント", "account")
    before, after = _refused(session, actor.id), {event for event, mail in wanted.items() if not mail}
    if before == after:
        return
    session.execute(delete(table_of(MailPreference)).where(p.account_id == actor.id))
    rows = [{"account_id": actor.id, "event": event, "mail": False} for event in sorted(after)]
    if rows:
        session.execute(insert(table_of(MailPreference)), rows)
    told = {"before": {"no_mail": sorted(before)}, "after": {"no_mail": sorted(after)}}
    record(session, actor, "account:prefer", "account", actor.id, **told)


def _refused(session: Session, account: str) -> set[str]:
    p = columns(MailPreference)
    return set(session.execute(select(p.event).where(p.account_id == account, p.mail.is_(False))).scalars())
