"""A need from the rows of a request, and its comparison."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.errors import NotFound
from hub.models import Organization, Request, RequestBeneficiary, Slot
from hub.models.base import columns, table_of
from hub.workflows.scheme_needs import Beneficiary, Need, NeedSlot, PastUse
from hub.workflows.scheme_rows import Comparison
from hub.workflows.schemes import compare
from hub.workflows.seeing import require_request


def scheme_comparison(
    session: Session, request_id: str, now: datetime, past_uses: Sequence[PastUse] = (), *, actor: Actor = LOCAL
) -> Comparison:
    """Return all schemes for a request at ``now``, an aware moment. Raises NotFound, Unseen."""
    require_request(session, actor, request_id)
    return compare(read_need(session, request_id, past_uses), now)


def read_need(session: Session, request_id: str, past_uses: Sequence[PastUse] = ()) -> Need:
    """Return a request as the schemes look at it, without withdrawn slots. Raises NotFound.

    The cost of a shared post splits by the weights where every beneficiary has one, else equally.
    """
    r, o = columns(Request), columns(Organization)
    row = session.execute(
        select(r.id, r.organization_code, r.budget, r.budget_basis, r.scheme, o.kind)
        .join_from(table_of(Request), table_of(Organization), o.code == r.organization_code)
        .where(r.id == request_id)
    ).one_or_none()
    if row is None:
        raise NotFound("人材ニーズ", "request")
    served = _beneficiaries(session, request_id)
    weighted = any(member.weight for member in served) and all(member.weight is not None for member in served)
    return Need(
        project=row.id,
        organization=row.organization_code,
        kind=row.kind,
        slots=tuple(_slots(session, request_id)),
        beneficiaries=served,
        sharing="population" if weighted else "equal",
        gross_budget=row.budget if row.budget_basis == "gross" else None,
        past_uses=tuple(past_uses),
        scheme=row.scheme,
    )


def _beneficiaries(session: Session, request_id: str) -> tuple[Beneficiary, ...]:
    b = columns(RequestBeneficiary)
    query = select(b.organization_code, b.weight).where(b.request_id == request_id)
    return tuple(
        Beneficiary(code, weight) for code, weight in session.execute(query.order_by(b.position, b.organization_code))
    )


def _slots(session: Session, request_id: str) -> Sequence[NeedSlot]:
    s = columns(Slot)
    query = select(s.start, s.length, s.hours, s.onsite_days, s.rate_ceiling)
    rows: Sequence[Any] = session.execute(
        query.where(s.request_id == request_id, s.withdrawn.is_(False)).order_by(s.position)
    ).all()
    return [
        NeedSlot(row.start, row.length, row.hours, onsite_days=row.onsite_days, rate=row.rate_ceiling) for row in rows
    ]
