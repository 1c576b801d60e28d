"""Terms (条件): told by either side, agreed on by both as they are, with the consent of a body that sends its staff."""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require
from hub.errors import ChangedMeanwhile, Conflict, Invalid
from hub.models import Booking, Engagement, Organization
from hub.models.base import columns, utc_now
from hub.models.evaluations import Side
from hub.models.experts import ROUNDING
from hub.workflows.audit import record
from hub.workflows.editing import changed_meanwhile, edit_row, plain
from hub.workflows.engagement_news import tell_both, tell_dispatching_body
from hub.workflows.engagement_reading import Engaged, take_engagement, terms_of
from hub.workflows.engagement_rows import TermsDraft
from hub.workflows.engagement_rules import known_schemes, rules_of
from hub.workflows.japanese_days import first_day, fiscal_year, last_day, months_of
from matching.faults import Fault, quote
from matching.type_faults import type_faults

TERMS = TypeAdapter(TermsDraft)
WORDS = ("conditions",)
TAKEN_BACK: dict[str, None] = {
    f"{side}_{when}": None
    for side in ("organization_agreed", "expert_agreed", "dispatch_consented")
    for when in ("by", "at")
}
"""What an edit undoes: nobody has agreed to terms they have not seen."""
TOO_OFTEN = (
    "この制度では、同じ年度に同じプロジェクトへ同じ人を派遣できる回数を超えます。ほかの人か、ほかの制度にしてください",
    "the scheme does not send the same person to the same project this often in a fiscal year: choose another person "
    "or another scheme",
)
UNPAID = ("hourly_rate", "daily_rate", "monthly_amount")


def edit_terms(session: Session, actor: Actor, engagement_id: str, told: TermsDraft, version: int) -> None:
    """Change the terms, which takes every agreement back. ``version``: the one the person saw.

    Raises Forbidden, Invalid with every fault, Conflict once the work has begun, ChangedMeanwhile with both versions.
    """
    engaged = take_engagement(session, engagement_id)
    require(actor, "engagement.edit_terms", engaged.belonging)
    _refuse_begun(engaged)
    if faults := _faults(session, engaged, told):
        raise Invalid(faults)
    before = terms_of(engaged.row)
    names = TermsDraft.__dataclass_fields__
    values = {name: getattr(told, name) for name in names}
    year = fiscal_year(told.first_day)
    also = {**TAKEN_BACK, "fiscal_year": year, "terms_version": engaged.row.terms_version + 1}
    if told == before:
        if engaged.row.version != version:
            raise changed_meanwhile(engaged.row, values)
        return
    edit_row(session, Engagement, engagement_id, version, values, **also)
    changed = [name for name in names if getattr(before, name) != getattr(told, name)]
    record(
        session,
        actor,
        "engagement:edit_terms",
        "engagement",
        engagement_id,
        before={name: plain(getattr(before, name)) for name in changed if name not in WORDS},
        after={name: plain(getattr(told, name)) for name in changed if name not in WORDS},
        personal={name: getattr(told, name) for name in changed if name in WORDS} or None,
    )
    edited = take_engagement(session, engagement_id)
    tell_both(session, "engagement:terms_edited", edited, occasion=str(edited.row.terms_version))
    tell_dispatching_body(session, "engagement:consent_asked", edited, occasion=str(edited.row.terms_version))


def agree_to_terms(session: Session, actor: Actor, engagement_id: str, side: Side, terms_version: int) -> Engaged:
    """Agree for one ``side`` to the terms of ``terms_version`` and return the engagement as it is then.

    Raises Forbidden, Conflict once the work has begun or when that side has agreed, Invalid when the terms break a rule
    of their scheme or miss something, ChangedMeanwhile when the terms are newer.
    """
    engaged = take_engagement(session, engagement_id)
    require(actor, f"engagement.agree_as_{side}", engaged.belonging)
    _refuse_begun(engaged)
    if faults := [*_faults(session, engaged, terms_of(engaged.row)), *_missing(engaged)]:
        raise Invalid(faults)
    agreed = _say_yes(session, engaged, f"{side}_agreed", actor, terms_version)
    told = {"side": side, "terms_version": terms_version}
    record(session, actor, "engagement:agree", "engagement", engagement_id, after=told)
    tell_both(session, "engagement:agreed", agreed, occasion=f"{side} {terms_version}")
    return agreed


def consent_to_dispatch(session: Session, actor: Actor, engagement_id: str, terms_version: int) -> Engaged:
    """Consent, for the body whose staff the expert is, to the terms of ``terms_version``; return the engagement then.

    Raises Forbidden, Conflict once the work has begun or when it has consented, ChangedMeanwhile.
    """
    engaged = take_engagement(session, engagement_id)
    sender = Belonging(organization=engaged.row.dispatching_body)
    require(actor, "engagement.consent_as_dispatching_body", sender)
    _refuse_begun(engaged)
    consented = _say_yes(session, engaged, "dispatch_consented", actor, terms_version)
    told = {"terms_version": terms_version}
    record(session, actor, "engagement:consent", "engagement", engagement_id, after=told)
    tell_both(session, "engagement:consented", consented, occasion=str(terms_version))
    return consented


def is_agreed(engaged: Engaged) -> bool:
    """Return whether everybody whose word is needed has agreed to the terms."""
    row = engaged.row
    sent = row.dispatching_body is None and not engaged.rules.dispatched
    both = row.organization_agreed_by is not None and row.expert_agreed_by is not None
    return both and (sent or row.dispatch_consented_by is not None)


def _say_yes(session: Session, engaged: Engaged, who: str, actor: Actor, terms_version: int) -> Engaged:
    row = engaged.row
    if row.terms_version != terms_version:
        raise ChangedMeanwhile({"terms_version": row.terms_version}, {"terms_version": terms_version}, row.version)
    if getattr(row, f"{who}_by") is not None:
        raise Conflict("すでに合意済みです。", "This has been agreed to already.")
    edit_row(session, Engagement, row.id, row.version, {f"{who}_by": actor.id, f"{who}_at": utc_now()})
    return take_engagement(session, row.id)


def _refuse_begun(engaged: Engaged) -> None:
    if engaged.row.status != "terms":
        raise Conflict(
            "従事が始まったあと、または終わったあとは条件を変えられません。変えるときは中断し、もう一度提案してください。",
            "Terms cannot change once the work has begun or ended. To change them, break it off and propose it again.",
        )


def _missing(engaged: Engaged) -> Iterator[Fault]:
    if engaged.rules.dispatched and engaged.row.dispatching_body is None:
        yield Fault("/dispatching_body", "派遣元の団体を選んでください", "choose the body whose staff the expert is")


def _faults(session: Session, engaged: Engaged, told: TermsDraft) -> list[Fault]:
    try:
        TERMS.validate_python(told)
    except ValidationError as error:
        return type_faults(error, {}, TermsDraft)
    return [
        *_pay_faults(told),
        *_sharing_faults(engaged, told),
        *_body_faults(session, engaged, told),
        *_time_faults(session, engaged, told),
        *_repeat_faults(session, engaged, told),
    ]


def _pay_faults(told: TermsDraft) -> Iterator[Fault]:
    if told.hourly_rate is not None and told.daily_rate is not None:
        ja = "時間単価と日額はどちらか一方にしてください"
        yield Fault("/daily_rate", ja, "give the rate by hour or by day, not both")
    if told.form == "pro_bono":
        for name in UNPAID:
            if getattr(told, name):
                ja = "プロボノは無償です。金額を消すか、形態を変えてください"
                yield Fault(f"/{name}", ja, "pro bono work is unpaid: remove the amount or choose another form")


def _sharing_faults(engaged: Engaged, told: TermsDraft) -> Iterator[Fault]:
    if told.cost_sharing is None and len(engaged.serves) > 1:
        yield Fault("/cost_sharing", "費用の分け方を選んでください", "choose how the cost is shared")
    if told.cost_sharing is not None and not engaged.serves:
        ja = "ほかの団体を支援しないときは、費用の分け方を選ばないでください"
        yield Fault("/cost_sharing", ja, "leave this empty: no other organization is served")
    if told.cost_sharing != "population":
        if told.populations:
            ja = "人口で分けるときだけ書いてください"
            yield Fault("/populations", ja, "leave this empty: the cost is not shared by population")
        return
    for code in engaged.serves:
        if code not in told.populations:
            yield Fault(f"/populations/{code}", "人口を書いてください", "write its population")
    for code in told.populations:
        if code not in engaged.serves:
            ja = "支援する団体だけを書いてください"
            yield Fault(f"/populations/{quote(code)}", ja, "write the organizations served alone")


def _body_faults(session: Session, engaged: Engaged, told: TermsDraft) -> Iterator[Fault]:
    if told.scheme is not None and told.scheme not in known_schemes():
        yield Fault(
            "/scheme", f"制度「{quote(told.scheme)}」はありません", f"there is no scheme “{quote(told.scheme)}”"
        )
    body = told.dispatching_body
    if body is None:
        return
    if body == engaged.row.organization_code:
        ja = "派遣元には、受け入れる団体とは別の団体を選んでください"
        yield Fault("/dispatching_body", ja, "choose another body than the one that receives")
    o = columns(Organization)
    if not session.execute(select(exists(select(o.code).where(o.code == body)))).scalar():
        ja = f"団体コード「{quote(body)}」はありません"
        yield Fault("/dispatching_body", ja, f"there is no organization code “{quote(body)}”")


def _time_faults(session: Session, engaged: Engaged, told: TermsDraft) -> Iterator[Fault]:
    if told.last_day < told.first_day:
        yield Fault("/last_day", "開始日より後の日を書いてください", "give a day after the first one")
        return
    booked = _booked(session, engaged.row.proposal_id)
    begins, ends = first_day(min(booked)), last_day(max(booked))
    for place, day in (("/first_day", told.first_day), ("/last_day", told.last_day)):
        if not begins <= day <= ends:
            ja = f"確保した期間（{begins}から{ends}まで）の日にしてください"
            yield Fault(place, ja, f"give a day within what is booked ({begins} to {ends})")
    hours, days = (min(getattr(month, name) for month in booked.values()) for name in ("hours", "onsite_days"))
    if told.hours > hours + ROUNDING:
        ja = f"確保した月{hours:g}時間以内にしてください"
        yield Fault("/hours", ja, f"give at most the {hours:g} hours a month that are booked")
    if told.onsite_days > days + ROUNDING:
        ja = f"確保した月{days:g}日以内にしてください"
        yield Fault("/onsite_days", ja, f"give at most the {days:g} days a month that are booked")
    count = len(months_of(told.first_day, told.last_day))
    rules = rules_of(told.scheme, fiscal_year(told.first_day))
    yield from rules.excess(told.onsite_days * count, told.hours * count, ("/onsite_days", "/hours"))


def _repeat_faults(session: Session, engaged: Engaged, told: TermsDraft) -> Iterator[Fault]:
    row = engaged.row
    year = fiscal_year(told.first_day)
    if too_often(session, row.request_id, row.expert_id, told.scheme, year, apart_from=row.id):
        yield Fault("/scheme", *TOO_OFTEN)


def too_often(
    session: Session, request_id: str, expert_id: str, scheme: str | None, year: int, *, apart_from: str = ""
) -> bool:
    """Return whether ``scheme`` lets the expert not work for the request once more in that fiscal year.

    Work broken off before any was done does not count.
    """
    limit = rules_of(scheme, year).times_a_year
    if limit is None:
        return False
    n = columns(Engagement)
    others = select(func.count()).where(
        n.request_id == request_id,
        n.expert_id == expert_id,
        n.scheme == scheme,
        n.fiscal_year == year,
        n.id != apart_from,
        (n.status != "broken_off") | n.broken_off_on.is_not(None),
    )
    return bool(session.execute(others).scalar_one() >= limit)


def _booked(session: Session, proposal_id: str) -> dict[str, Any]:
    b = columns(Booking)
    query = select(b.month, b.hours, b.onsite_days).where(b.proposal_id == proposal_id)
    return {row.month: row for row in session.execute(query)}
