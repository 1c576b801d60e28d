"""Engagements: one taken to be changed, one read whole, many listed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require
from hub.errors import NotFound
from hub.models import Booking, Engagement, EngagementDay, Expert, Organization, Request, RequestBeneficiary, Slot
from hub.models.base import columns, table_of
from hub.workflows.engagement_rows import (
    BookedMonth,
    EngagementFilter,
    EngagementPage,
    EngagementRow,
    PlannedDay,
    Said,
    TermsDraft,
)
from hub.workflows.engagement_rules import EngagementRules, rules_of
from hub.workflows.expert_names import japanese_name, latin_name
from hub.workflows.japanese_days import months_of
from hub.workflows.life_cycles import ENGAGEMENT
from hub.workflows.locks import lock_row
from hub.workflows.moving import Subject
from hub.workflows.organizations import full_name
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.visibility import visible

SORTS = ("first_day", "last_day", "organization", "status", "updated")


@dataclass(frozen=True, slots=True)
class Engaged:
    """An engagement's ``row``, and the organizations its request ``serves`` beside or instead of its own."""

    row: Any
    serves: tuple[str, ...]

    @property
    def belonging(self) -> Belonging:
        """Whose it is; the body whose staff the expert is may read it too, because it has to consent."""
        sent_by = (self.row.dispatching_body,) if self.row.dispatching_body else ()
        return Belonging(self.row.organization_code, (*self.serves, *sent_by), self.row.expert_id)

    @property
    def rules(self) -> EngagementRules:
        """What its scheme asks in its fiscal year."""
        return rules_of(self.row.scheme, self.row.fiscal_year)

    @property
    def ends_on(self) -> date | None:
        """The last day there may be work on; None when it was broken off before any was done."""
        last: date | None = self.row.broken_off_on if self.row.status == "broken_off" else self.row.last_day
        return last

    @property
    def months(self) -> tuple[str, ...]:
        """The months there may be work in."""
        return () if self.ends_on is None else months_of(self.row.first_day, self.ends_on)

    def subject(self, version: int | None = None) -> Subject:
        """Return it as what moves."""
        return Subject(ENGAGEMENT, Engagement, self.row.id, self.row.status, self.belonging, version)


def take_engagement(session: Session, engagement_id: str) -> Engaged:
    """Return an engagement to decide on, locked with its request where the database locks rows. Raises NotFound.

    The request comes first, as everywhere: what follows from the engagement settles it.
    """
    n = columns(Engagement)
    request_id = session.execute(select(n.request_id).where(n.id == engagement_id)).scalar()
    if request_id is None:
        raise not_found()
    lock_row(session, Request, request_id)
    return _load(session, engagement_id, lambda query: query.with_for_update())


def look_at_engagement(session: Session, engagement_id: str) -> Engaged:
    """Return an engagement as it is now. Raises NotFound."""
    return _load(session, engagement_id, lambda query: query)


def _load(session: Session, engagement_id: str, taken: Callable[[Select[Any]], Select[Any]]) -> Engaged:
    n, b = columns(Engagement), columns(RequestBeneficiary)
    row = session.execute(taken(select(*n).where(n.id == engagement_id))).first()
    if row is None:
        raise not_found()
    served = select(b.organization_code).where(b.request_id == row.request_id).order_by(b.position, b.organization_code)
    return Engaged(row, tuple(session.execute(served).scalars()))


def find_engagements(
    session: Session, actor: Actor, wanted: EngagementFilter, paging: Paging = FIRST_PAGE
) -> Page[EngagementRow]:
    """Return a page of the engagements ``actor`` may read, sorted by one of ``SORTS`` (default: first day)."""
    n = columns(Engagement)
    told: tuple[tuple[ColumnElement[Any], str | None], ...] = (
        (n.status, wanted.status),
        (n.organization_code, wanted.organization),
        (n.expert_id, wanted.expert),
        (n.request_id, wanted.request),
        (n.scheme, wanted.scheme),
    )
    query = _rows().where(readable(actor), *(column == value for column, value in told if value))
    orders = {
        "first_day": n.first_day,
        "last_day": n.last_day,
        "organization": n.organization_code,
        "status": n.status,
        "updated": n.updated_at,
    }
    page = fetch_page(session, query, paging, orders, n.id)
    return page.showing(_row(row) for row in page.items)


def readable(actor: Actor, action: str = "engagement.read") -> ColumnElement[bool]:
    """Return the condition that ``actor`` may read an engagement: of the list of engagements or what belongs to it."""
    n, b = columns(Engagement), columns(RequestBeneficiary)

    def served(code: str) -> ColumnElement[bool]:
        listed = exists(select(b.request_id).where(b.request_id == n.request_id, b.organization_code == code))
        return or_(n.dispatching_body == code, listed)

    return visible(actor, action, n.organization_code, n.expert_id, served)


def _rows() -> Select[Any]:
    n, s, r, o, e = (columns(model) for model in (Engagement, Slot, Request, Organization, Expert))
    return (
        select(
            *n,
            s.title.label("slot_title"),
            r.title.label("request_title"),
            full_name(o).label("organization"),
            o.name_en.label("organization_en"),
            # Of somebody who was erased, a contract still says with whom it was made, as long as it has to be kept.
            func.coalesce(e.kept_name, japanese_name(e)).label("expert"),
            latin_name(e).label("romaji"),
        )
        .join(table_of(Slot), s.id == n.slot_id)
        .join(table_of(Request), r.id == n.request_id)
        .join(table_of(Organization), o.code == n.organization_code)
        .join(table_of(Expert), e.id == n.expert_id)
    )


def _row(row: Any) -> EngagementRow:
    return EngagementRow(
        id=row.id,
        status=row.status,
        title=row.slot_title,
        request_id=row.request_id,
        request_title=row.request_title,
        organization_code=row.organization_code,
        organization=row.organization,
        organization_en=row.organization_en,
        expert_id=row.expert_id,
        expert=row.expert.strip(),
        romaji=row.romaji.strip(),
        scheme=row.scheme,
        fiscal_year=row.fiscal_year,
        form=row.form,
        first_day=row.first_day,
        last_day=row.last_day,
        updated_at=row.updated_at,
    )


def read_engagement(session: Session, actor: Actor, engagement_id: str) -> EngagementPage:
    """Return everything about one engagement. Raises NotFound, Forbidden."""
    engaged = look_at_engagement(session, engagement_id)
    require(actor, "engagement.read", engaged.belonging)
    n, b, d = columns(Engagement), columns(Booking), columns(EngagementDay)
    row = session.execute(_rows().where(n.id == engagement_id)).one()
    months = select(b.month, b.hours, b.onsite_days, b.held).where(b.proposal_id == row.proposal_id).order_by(b.month)
    days = select(d.day, d.worked).where(d.engagement_id == engagement_id).order_by(d.day)
    return EngagementPage(
        row=_row(row),
        version=row.version,
        terms_version=row.terms_version,
        slot_id=row.slot_id,
        proposal_id=row.proposal_id,
        terms=terms_of(row),
        served=engaged.serves,
        organization_agreed=said(row.organization_agreed_by, row.organization_agreed_at),
        expert_agreed=said(row.expert_agreed_by, row.expert_agreed_at),
        dispatch_consented=said(row.dispatch_consented_by, row.dispatch_consented_at),
        broken_off_on=row.broken_off_on,
        broken_off_reason=row.broken_off_reason,
        organization_shares_case=row.organization_shares_case,
        expert_shares_case=row.expert_shares_case,
        months=tuple(BookedMonth(*found) for found in session.execute(months)),
        days=tuple(PlannedDay(*found) for found in session.execute(days)),
    )


def terms_of(row: Any) -> TermsDraft:
    """Return the terms an engagement's row has now."""
    return TermsDraft(**{name: getattr(row, name) for name in TermsDraft.__dataclass_fields__})


def said(by: str | None, at: Any) -> Said | None:
    """Return who said yes and when, None when nobody has."""
    return None if by is None else Said(by, at)


def not_found() -> NotFound:
    """Return the fault of an engagement that is not there."""
    return NotFound("従事", "engagement")
