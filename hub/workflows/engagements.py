"""Engagements (従事): opened by a confirmed proposal, begun on their first day once everybody has agreed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM, Actor, hub_for
from hub.errors import Conflict
from hub.models import Engagement, Expert, Proposal, Request, RequestBeneficiary, Slot
from hub.models.base import columns, new_id, table_of, utc_now
from hub.models.evaluations import Side
from hub.workflows import engagement_terms
from hub.workflows.audit import record
from hub.workflows.engagement_news import tell_both
from hub.workflows.engagement_reading import Engaged, take_engagement
from hub.workflows.engagement_terms import TOO_OFTEN, is_agreed, too_often
from hub.workflows.japanese_days import first_day, fiscal_year, last_day, today_in_japan
from hub.workflows.moving import move
from hub.workflows.proposal_taking import proposal_not_found
from hub.workflows.reports import ask_for_reports
from hub.workflows.settling import settle
from seed_data.months import months_from

USUAL_FORMS = {
    "external_appointment": "appointment",
    "prefecture_pool": "appointment",
    "regional_adviser": "dispatch",
    "dx_team": "dispatch",
    "digital_specialist": "dispatch",
    "side_job_pro_bono": "side_job",
    "municipal_staff_dispatch": "dispatch",
}
"""The form terms begin with, by scheme; both sides may change it."""
SENT = "dispatch"
"""Who is sent is not paid by the organization by the hour unless both sides write it down."""


def begin_terms(session: Session, actor: Actor, proposal_id: str) -> str:
    """Open the terms of a confirmed proposal, as it was planned and wished, and return the engagement's id.

    Raises NotFound; Conflict when it is not confirmed, or when its scheme sends no one to one project as often.
    """
    planned = _planned(session, proposal_id)
    if planned.status != "confirmed":
        raise Conflict("双方が承諾した提案ではありません。", "Both sides have not accepted this proposal.")
    row = _first_terms(session, planned)
    if too_often(session, row["request_id"], row["expert_id"], row["scheme"], row["fiscal_year"]):
        raise Conflict(*(f"{text[0].upper()}{text[1:]}" for text in TOO_OFTEN))
    session.execute(insert(table_of(Engagement)), [row])
    record(
        session,
        actor,
        "engagement:open",
        "engagement",
        row["id"],
        after={"proposal": proposal_id, "scheme": row["scheme"], "fiscal_year": row["fiscal_year"]},
    )
    tell_both(session, "engagement:opened", take_engagement(session, row["id"]))
    return str(row["id"])


def _planned(session: Session, proposal_id: str) -> Any:
    p, s, r, e = (columns(model) for model in (Proposal, Slot, Request, Expert))
    query = (
        select(
            p.id, p.status, p.slot_id, p.request_id, p.organization_code, p.expert_id, s.start, s.length, s.hours,
            s.onsite_days, r.scheme, e.hourly_rate,
        )
        .join_from(table_of(Proposal), table_of(Slot), s.id == p.slot_id)
        .join(table_of(Request), r.id == p.request_id)
        .join(table_of(Expert), e.id == p.expert_id)
        .where(p.id == proposal_id)
    )  # fmt: skip
    row = session.execute(query).first()
    if row is None:
        raise proposal_not_found()
    return row


def _first_terms(session: Session, planned: Any) -> dict[str, Any]:
    b, now = columns(RequestBeneficiary), utc_now()
    months = months_from(planned.start, planned.length)
    shared = session.execute(select(b.organization_code).where(b.request_id == planned.request_id)).first() is not None
    form = USUAL_FORMS.get(planned.scheme, "contract")
    rate = None if form == SENT else planned.hourly_rate
    return {
        "id": new_id("eng"),
        "proposal_id": planned.id,
        "slot_id": planned.slot_id,
        "request_id": planned.request_id,
        "organization_code": planned.organization_code,
        "expert_id": planned.expert_id,
        "status": "terms",
        "scheme": planned.scheme,
        "fiscal_year": fiscal_year(first_day(months[0])),
        "terms_version": 1,
        "form": form,
        "hourly_rate": rate,
        "daily_rate": None,
        "monthly_amount": None if rate is None else round(rate * planned.hours),
        "first_day": first_day(months[0]),
        "last_day": last_day(months[-1]),
        "hours": planned.hours,
        "onsite_days": planned.onsite_days,
        "conditions": "",
        "cost_sharing": "equally" if shared else None,
        "populations": {},
        "organization_shares_case": False,
        "expert_shares_case": False,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


def agree(
    session: Session, actor: Actor, engagement_id: str, side: Side, terms_version: int, *, today: date | None = None
) -> str:
    """Agree to the terms for one ``side`` and return the engagement's status: begun at once on or after its first day.

    Raises as ``engagement_terms.agree_to_terms``.
    """
    engaged = engagement_terms.agree_to_terms(session, actor, engagement_id, side, terms_version)
    return _begin_if_due(session, hub_for(actor), engaged, today or today_in_japan())


def consent(
    session: Session, actor: Actor, engagement_id: str, terms_version: int, *, today: date | None = None
) -> str:
    """Consent for the dispatching body and return the engagement's status, as ``agree``."""
    engaged = engagement_terms.consent_to_dispatch(session, actor, engagement_id, terms_version)
    return _begin_if_due(session, hub_for(actor), engaged, today or today_in_japan())


def begin_due(session: Session, today: date | None = None) -> tuple[str, ...]:
    """Begin the engagements that are agreed and whose first day has come; return their ids. A duty of every day."""
    today = today or today_in_japan()
    n = columns(Engagement)
    due = select(n.id).where(n.status == "terms", n.first_day <= today).order_by(n.request_id, n.id)
    ids: Sequence[str] = session.execute(due).scalars().all()
    return tuple(key for key in ids if _begin_if_due(session, SYSTEM, take_engagement(session, key), today) == "active")


def _begin_if_due(session: Session, hub: Actor, engaged: Engaged, today: date) -> str:
    row = engaged.row
    if row.status != "terms" or not is_agreed(engaged) or row.first_day > today:
        return str(row.status)
    made = move(session, hub, engaged.subject(), "begin")
    ask_for_reports(session, engaged)
    tell_both(session, "engagement:begun", engaged)
    settle(session, row.request_id)
    return made.target
