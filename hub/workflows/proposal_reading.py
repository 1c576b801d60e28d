"""Reading proposals: lists by who looks, one with its moves, and who was ever asked for a request."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM, Actor
from hub.auth.permissions import Belonging, allows, may_ever, require
from hub.errors import Forbidden, NotFound
from hub.models import Booking, Change, Expert, Organization, Proposal, Request, Slot
from hub.models.base import columns, table_of
from hub.workflows.expert_names import japanese_name, latin_name
from hub.workflows.organizations import full_name
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.proposal_rows import Offer, ProposalFilter, ProposalHistory, ProposalPage, ProposalRow, Step, Tally
from hub.workflows.proposal_taking import belonging_of, proposal_not_found
from hub.workflows.seeing import require_request
from hub.workflows.visibility import visible
from seed_data.months import months_from

SORTS = ("deadline", "created", "updated", "status", "organization", "expert", "request")
PRIVATE = ("conflict_of_interest", "health_or_family")
"""Reasons of a decline that say something of the person: for the office alone; the other side reads ``other``."""
OFFER_SORTS = ("deadline", "created", "status")


def find_proposals(
    session: Session, actor: Actor, wanted: ProposalFilter, paging: Paging = FIRST_PAGE
) -> Page[ProposalRow]:
    """Return a page of the proposals an organization or the office may see, sorted by one of ``SORTS``.

    Raises Forbidden for who sees none.
    """
    p, e, r = columns(Proposal), columns(Expert), columns(Request)
    told = (
        (p.status, wanted.status),
        (p.plan_id, wanted.plan),
        (p.request_id, wanted.request),
        (p.organization_code, wanted.organization),
        (p.expert_id, wanted.expert),
    )
    conditions = [column == value for column, value in told if value]
    if wanted.among:
        conditions.append(p.status.in_(wanted.among))
    query = _rows().where(visible(actor, "proposal.read", p.organization_code), *conditions)
    orders = {
        "deadline": p.deadline,
        "created": p.created_at,
        "updated": p.updated_at,
        "status": p.status,
        "organization": p.organization_code,
        "expert": e.family_kana + e.given_kana,
        "request": r.title,
    }
    return (page := fetch_page(session, query, paging, orders, p.id)).showing(_row(row) for row in page.items)


def read_proposal(session: Session, actor: Actor, proposal_id: str) -> ProposalPage:
    """Return a proposal with its moves, for an organization or the office. Raises NotFound, Forbidden."""
    p, c = columns(Proposal), columns(Change)
    row = session.execute(_rows().where(p.id == proposal_id)).first()
    if row is None:
        raise proposal_not_found()
    require(actor, "proposal.read", belonging_of(row))
    office = allows(actor, "proposal.withdraw", belonging_of(row))
    moves = select(*c).where(c.subject_kind == "proposal", c.subject_id == proposal_id).order_by(c.position)
    steps = (
        Step(
            step.move,
            step.from_status,
            step.to_status,
            step.actor_id if office or step.move != "withdraw" else SYSTEM.id,
            _told(step.reason_code, step.move, office=office),
            step.reason if office else None,
            step.at,
        )
        for step in session.execute(moves)
    )
    return ProposalPage(_row(row), tuple(steps))


def _told(code: str | None, move_made: str, *, office: bool) -> str | None:
    """Return a reason as who looks may know it: neither who withdrew an offer, nor that it was for a conflict."""
    if move_made == "withdraw" and not office:
        return None
    return "other" if move_made == "decline_as_expert" and code in PRIVATE and not office else code


def find_offers(session: Session, actor: Actor, paging: Paging = FIRST_PAGE) -> Page[Offer]:
    """Return a page of what an expert was offered, sorted by one of ``OFFER_SORTS``. Raises Forbidden for others."""
    if actor.expert is None or not may_ever(actor, "offer.read"):
        raise Forbidden
    p = columns(Proposal)
    orders = {"deadline": p.deadline, "created": p.created_at, "status": p.status}
    page = fetch_page(session, _offers().where(p.expert_id == actor.expert), paging, orders, p.id)
    return page.showing(_offer(row) for row in page.items)


def read_offer(session: Session, actor: Actor, proposal_id: str) -> Offer:
    """Return one offer to the expert who acts. Raises NotFound, also where it is another's."""
    p = columns(Proposal)
    row = session.execute(_offers().where(p.id == proposal_id, p.expert_id == actor.expert)).first()
    if row is None:
        raise proposal_not_found()
    require(actor, "offer.read", belonging_of(row))
    return _offer(row)


def proposal_history(session: Session, actor: Actor, request_id: str) -> ProposalHistory:
    """Return who was proposed, declined and accepted for a request, and how often each was in all who acts may see.

    Raises NotFound, Forbidden.
    """
    p, r = columns(Proposal), columns(Request)
    code = session.execute(select(r.organization_code).where(r.id == request_id)).scalar()
    if code is None:
        raise NotFound("人材ニーズ", "request")
    require_request(session, actor, request_id)
    if not allows(actor, "proposal.read", Belonging(organization=code)):
        raise Forbidden
    mine = visible(actor, "proposal.read", p.organization_code)
    query = _rows().where(p.request_id == request_id).order_by(p.created_at.desc(), p.id)
    rows = tuple(_row(row) for row in session.execute(query))
    return ProposalHistory(request_id, rows, _tallies(session, {row.expert_id for row in rows}, mine))


def _tallies(session: Session, expert_ids: Collection[str], mine: ColumnElement[bool]) -> Mapping[str, Tally]:
    p, c = columns(Proposal), columns(Change)
    among = (p.expert_id.in_(expert_ids), mine)
    by_status: defaultdict[str, Counter[str]] = defaultdict(Counter)
    counted = select(p.expert_id, p.status, func.count().label("number")).where(*among).group_by(p.expert_id, p.status)
    for expert_id, status, number in session.execute(counted):
        by_status[expert_id][status] = number
    yes = (
        select(p.expert_id, func.count().label("number"))
        .join_from(table_of(Proposal), table_of(Change), (c.subject_id == p.id) & (c.subject_kind == "proposal"))
        .where(*among, c.move == "accept_as_expert")
        .group_by(p.expert_id)
    )
    accepted: dict[str, int] = {row.expert_id: row.number for row in session.execute(yes)}
    return {
        expert_id: Tally(
            proposed=sum(told.values()),
            accepted=accepted.get(expert_id, 0),
            confirmed=told["confirmed"] + told["released"],
            declined=told["expert_declined"],
            organization_declined=told["organization_declined"],
            lapsed=told["lapsed"],
            withdrawn=told["withdrawn"],
        )
        for expert_id, told in sorted(by_status.items())
    }


def _joined(*chosen: Any) -> Select[Any]:
    """Return proposals with their slot, request, organization and expert, and the hours of a month."""
    p, s, r, o, e, b = (columns(model) for model in (Proposal, Slot, Request, Organization, Expert, Booking))
    hours = select(func.max(b.hours)).where(b.proposal_id == p.id).scalar_subquery()
    return (
        select(*p, s.title.label("slot_title"), s.start, s.length, s.onsite_days, r.title.label("request_title"))
        .add_columns(full_name(o).label("organization"), o.name_en, hours.label("hours"), *chosen)
        .join_from(table_of(Proposal), table_of(Slot), s.id == p.slot_id)
        .join(table_of(Request), r.id == p.request_id)
        .join(table_of(Organization), o.code == p.organization_code)
        .join(table_of(Expert), e.id == p.expert_id)
    )


def _rows() -> Select[Any]:
    e = columns(Expert)
    return _joined(japanese_name(e).label("name"), latin_name(e).label("romaji"))


def _offers() -> Select[Any]:
    s, r = columns(Slot), columns(Request)
    return _joined(r.summary, s.role, s.stage.label("dx_stage"), s.remote_ok)


def _row(row: Any) -> ProposalRow:
    return ProposalRow(
        id=row.id,
        version=row.version,
        status=row.status,
        stage=row.stage,
        deadline=row.deadline,
        plan_id=row.plan_id,
        slot_id=row.slot_id,
        slot_title=row.slot_title,
        request_id=row.request_id,
        request_title=row.request_title,
        organization_code=row.organization_code,
        organization=row.organization,
        organization_en=row.name_en,
        expert_id=row.expert_id,
        name=row.name.strip(),
        romaji=row.romaji.strip(),
        start=row.start,
        length=row.length,
        hours=row.hours,
        onsite_days=row.onsite_days,
        fit=row.fit,
        cost=row.cost,
        net_cost=row.net_cost,
        expert_answered_at=row.expert_answered_at,
        organization_answered_at=row.organization_answered_at,
        created_at=row.created_at,
    )


def _offer(row: Any) -> Offer:
    return Offer(
        id=row.id,
        version=row.version,
        status=row.status,
        deadline=row.deadline,
        slot_id=row.slot_id,
        slot_title=row.slot_title,
        request_id=row.request_id,
        request_title=row.request_title,
        summary=row.summary,
        organization_code=row.organization_code,
        organization=row.organization,
        organization_en=row.name_en,
        stage=row.dx_stage,
        role=row.role,
        start=row.start,
        end=months_from(row.start, row.length)[-1],
        hours=row.hours,
        onsite_days=row.onsite_days,
        remote_ok=row.remote_ok,
        answered_at=row.expert_answered_at,
        organization_has_accepted=row.status in {"organization_accepted", "confirmed"},
        created_at=row.created_at,
    )
