"""Erasing a person on their request: what has to be kept is named, everything else goes, and both are recorded.

The expert's row stays as an empty one, because contracts and plans refer to its id; the name a contract was made with
stays beside it until the contract's time is over (``hub.workflows.retention_rules``).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.auth.actor import Actor, hub_for
from hub.auth.permissions import Belonging, require
from hub.errors import Conflict, Invalid, NotFound
from hub.models import (
    Account,
    CalendarFeed,
    Change,
    Consent,
    DeclaredConflict,
    DisclosureChoice,
    Engagement,
    Evaluation,
    Expert,
    KeptAnswer,
    Organization,
    PlanLink,
    ProfileRead,
    Proposal,
    Report,
    SkillConfirmation,
    VendorConflict,
    VerifiedRecord,
    WorkLog,
)
from hub.models.base import columns, table_of, utc_now
from hub.models.engagements import UNDER_WAY
from hub.models.proposals import LIVE
from hub.workflows.accounts.people import lock_account, mail_key
from hub.workflows.audit import record
from hub.workflows.audit_erasing import erase_details
from hub.workflows.availability import locked_months, write_months
from hub.workflows.drafts import ExpertDraft
from hub.workflows.expert_records import PART_COLUMNS
from hub.workflows.locks import lock_row
from hub.workflows.proposal_ending import UNPROMISED, withdraw_all
from hub.workflows.proposal_taking import take_proposals
from hub.workflows.records import remove
from hub.workflows.retention_rules import RULES, kept_until
from matching.faults import Fault

ERASED_NAME = "（削除済み）"
OF_THE_PERSON: tuple[type[SQLModel], ...] = (
    *PART_COLUMNS,
    CalendarFeed,
    DisclosureChoice,
    PlanLink,
    ProfileRead,
    SkillConfirmation,
    VendorConflict,
    VerifiedRecord,
)
"""Tables whose rows of an expert go as they are."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that stays. ``count``: how many there are; ``until`` None: no end is set."""

    ja: str
    en: str
    count: int
    until: date | None
    source_ja: str
    source_en: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an erasure would do. ``obstacles``: why it cannot be now, in both languages; ``kept``: what would stay."""

    obstacles: tuple[tuple[str, str], ...]
    kept: tuple[Kept, ...]


def look_ahead(session: Session, actor: Actor) -> Outlook:
    """Return what erasing who asks would do. Raises Forbidden, NotFound without an account."""
    require(actor, "account.own")
    a = columns(Account)
    if session.execute(select(a.id).where(a.id == actor.id)).first() is None:
        raise NotFound("アカウント", "account")
    return Outlook(tuple(_obstacles(session, actor)), _kept(session, actor.expert))


def erase_confirmed(session: Session, actor: Actor, mail: str) -> Outlook:
    """Erase who acts, once they have confirmed it a second time by their own address. Raises Invalid for another.

    Raises as ``erase_person``.
    """
    a = columns(Account)
    key = session.execute(select(a.mail_key).where(a.id == actor.id)).scalar()
    if key is not None and mail_key(mail) != key:
        ja, en = "あなたのメールアドレスを入力してください", "type your own address of mail"
        raise Invalid([Fault("/mail", ja, en)])
    return erase_person(session, actor)


def erase_person(session: Session, actor: Actor, now: datetime | None = None) -> Outlook:
    """Erase who acts: account, profile and everything else but what has to be kept, which is returned.

    Raises Forbidden, NotFound, and Conflict with every reason why it cannot be now; nothing is erased then.
    """
    require(actor, "account.own")
    lock_account(session, actor.id)
    if actor.expert is not None:
        lock_row(session, Expert, actor.expert)
    outlook = look_ahead(session, actor)
    if outlook.obstacles:
        raise Conflict(*(" ".join(told) for told in zip(*outlook.obstacles, strict=True)))
    moment = now or utc_now()
    if actor.expert is not None:
        erase_expert(session, actor, actor.expert, moment)
    for model in (KeptAnswer, Change):
        c = columns(model)
        gone: Any = delete(table_of(model)) if model is KeptAnswer else update(table_of(model)).values(reason=None)
        session.execute(gone.where(c.actor_id == actor.id))
    a = columns(Account)
    session.execute(delete(table_of(Account)).where(a.id == actor.id))
    erase_details(session, actor, "account", actor.id)
    record(session, actor, "account:erase", "account", actor.id, after={"expert": actor.expert})
    return outlook


def look_ahead_without_account(session: Session, actor: Actor, expert_id: str) -> Outlook:
    """Return what erasing an expert who has no account would do. Raises Forbidden, NotFound, Conflict with one."""
    require(actor, "expert.erase", Belonging(expert=expert_id))
    row = lock_row(session, Expert, expert_id)
    if row is None or row.erased_at is not None:
        raise NotFound("専門人材", "expert")
    a = columns(Account)
    if session.execute(select(a.id).where(a.expert_id == expert_id)).first():
        raise Conflict(
            "この人にはアカウントがあります。本人が「自分についてのデータ」から消去を求めてください。",
            "This person has an account: they ask to be erased themselves, on the page of their own data.",
        )
    return Outlook(tuple(_work_in_the_way(session, expert_id)), _kept(session, expert_id))


def erase_without_account(session: Session, actor: Actor, expert_id: str) -> Outlook:
    """Erase an expert who has no account and asked the office to be erased; return what stays.

    Raises as ``look_ahead_without_account``, and Conflict with every reason why it cannot be now.
    """
    outlook = look_ahead_without_account(session, actor, expert_id)
    if outlook.obstacles:
        raise Conflict(*(" ".join(told) for told in zip(*outlook.obstacles, strict=True)))
    erase_expert(session, actor, expert_id, utc_now())
    return outlook


def erase_expert(session: Session, actor: Actor, expert_id: str, now: datetime) -> None:
    """Empty a profile and all that hangs on it. The account, where there is one, is the caller's to erase."""
    require(actor, "expert.erase", Belonging(expert=expert_id))
    _withdraw_offers(session, actor, expert_id)
    ended = _last_days(session, expert_id)
    months = locked_months(session, [expert_id])
    write_months(session, {expert_id: _NOTHING}, months)
    for model in OF_THE_PERSON:
        remove(session, model, "expert_id", [expert_id])
    _erase_words(session, expert_id)
    n, x = columns(Engagement), columns(DeclaredConflict)
    session.execute(update(table_of(Engagement)).where(n.expert_id == expert_id).values(expert_shares_case=False))
    session.execute(delete(table_of(DeclaredConflict)).where(x.kind == "expert", x.key == expert_id))
    e = columns(Expert)
    row = session.execute(select(e.base, e.family_name, e.given_name).where(e.id == expert_id)).one()
    until = max(map(kept_until, ended), default=None)
    name = f"{row.family_name} {row.given_name}".strip() if ended else None
    values = {**_empty(session, row.base), "erased_at": now, "updated_at": now, "version": e.version + 1}
    values |= {"kept_name": name, "kept_until": until}
    session.execute(update(table_of(Expert)).where(e.id == expert_id).values(**values))
    erase_details(session, actor, "expert", expert_id)
    record(session, actor, "expert:erase", "expert", expert_id, after={"kept_until": str(until or "")})


_NOTHING = ExpertDraft(ERASED_NAME, ("X", "D"), 0, "")


def _empty(session: Session, base: str) -> dict[str, Any]:
    """Return the columns of a row that says nothing of anybody but the prefecture, which the schema asks for."""
    o = columns(Organization)
    prefecture = select(o.prefecture_code).where(o.code == base).scalar_subquery()
    office = select(o.code).where(o.kind == "prefecture", o.prefecture_code == prefecture)
    texts = ("given_name", "family_kana", "given_kana", "family_romaji", "given_romaji", "affiliation", "summary")
    return {
        **dict.fromkeys((*texts, "search_key", "organization_key"), ""),
        **dict.fromkeys(("reference", "current_rate", "max_travel_minutes", "rating_mean")),
        **dict.fromkeys(("is_x", "is_d", "remote", "onsite", "paused"), True),
        "family_name": ERASED_NAME,
        "full_time_possible": False,
        "hourly_rate": 0,
        "rating_count": 0,
        "base": session.execute(office).scalar() or base,
    }


def _obstacles(session: Session, actor: Actor) -> list[tuple[str, str]]:
    found = []
    if any(grant.role != "expert" for grant in actor.grants):
        found.append(
            (
                "職員や事務局としての役割があります。先に、団体の管理者かシステム管理者に役割を外してもらってください。",
                "You have roles of an organization or the office. Ask an administrator to take them away first.",
            )
        )
    return found if actor.expert is None else [*found, *_work_in_the_way(session, actor.expert)]


def _work_in_the_way(session: Session, expert_id: str) -> list[tuple[str, str]]:
    found = []
    n, p = columns(Engagement), columns(Proposal)
    if session.execute(select(n.id).where(n.expert_id == expert_id, n.status.in_(UNDER_WAY))).first():
        found.append(
            (
                "終わっていない従事があります。従事を終えるか打ち切ってから、もう一度申し込んでください。",
                "You have work that has not ended. End it or break it off, and ask again.",
            )
        )
    promised = p.status.in_(set(LIVE) - set(UNPROMISED) - {"confirmed"})
    if session.execute(select(p.id).where(p.expert_id == expert_id, promised)).first():
        found.append(
            (
                "承諾して団体の回答を待っている提案があります。先に辞退してください。",
                "You have accepted a proposal the organization has yet to answer. Decline it first.",
            )
        )
    return found


def _kept(session: Session, expert_id: str | None) -> tuple[Kept, ...]:
    """Return what stays, with its number, until when and by which rule."""
    n, w, r, p, c = (columns(model) for model in (Engagement, WorkLog, Report, Proposal, Consent))
    ended = _last_days(session, expert_id) if expert_id else []
    until = max(map(kept_until, ended), default=None)

    def count(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> int:
        return len(session.execute(select(column).where(*conditions)).all()) if expert_id else 0

    work = n.expert_id == expert_id
    of_work = select(n.id).where(work)
    rule, consent = RULES["contracts"], RULES["consents"]
    found = [
        Kept(
            "契約（従事の条件）と契約上の氏名",
            "contracts with your name in them",
            count(n.id, work),
            until,
            *rule.source,
        ),
        Kept("業務記録", "work logs", count(w.id, w.engagement_id.in_(of_work)), until, *rule.source),
        Kept("活動報告", "reports", count(r.id, r.engagement_id.in_(of_work)), until, *rule.source),
        Kept(
            "提案の記録（氏名と理由の文を除く）",
            "that you were proposed, without your name or your words",
            count(p.id, p.expert_id == expert_id),
            None,
            *rule.source,
        ),
        Kept(
            "同意の記録（氏名を除く）",
            "records of your consent, without your name",
            count(c.id, c.expert_id == expert_id),
            (utc_now() + consent.period).date(),
            *consent.source,
        ),
    ]
    log = Kept(
        "監査記録のつながり（個人に関わる内容を除く）",
        "the chain of the audit log, without personal details",
        1,
        None,
        *RULES["audit_details"].source,
    )
    return (*(one for one in found if one.count), log)


def _last_days(session: Session, expert_id: str) -> list[date]:
    """Return the last day of each engagement there was work in, or an agreement about it."""
    n = columns(Engagement)
    query = select(n.last_day, n.broken_off_on).where(n.expert_id == expert_id)
    return [row.broken_off_on or row.last_day for row in session.execute(query)]


def _withdraw_offers(session: Session, actor: Actor, expert_id: str) -> None:
    p = columns(Proposal)
    ids = session.execute(select(p.id).where(p.expert_id == expert_id, p.status.in_(UNPROMISED))).scalars().all()
    rows = [row for row in take_proposals(session, list(ids)) if row.status in UNPROMISED]
    withdraw_all(session, hub_for(actor), rows)


def _erase_words(session: Session, expert_id: str) -> None:
    """Erase what was written of the person, and why proposals to them came to nothing."""
    v, c, p, n = (columns(model) for model in (Evaluation, Change, Proposal, Engagement))
    session.execute(update(table_of(Evaluation)).where(v.expert_id == expert_id).values(comment=""))
    theirs = or_(
        (c.subject_kind == "proposal") & c.subject_id.in_(select(p.id).where(p.expert_id == expert_id)),
        (c.subject_kind == "engagement") & c.subject_id.in_(select(n.id).where(n.expert_id == expert_id)),
    )
    session.execute(update(table_of(Change)).where(theirs).values(reason=None))
