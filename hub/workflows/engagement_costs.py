"""What an engagement costs, by the months signed off, and how the organizations it serves share it (試算)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.models import WorkLog, WorkLogShare
from hub.models.base import columns, table_of
from hub.models.engagements import CostSharing
from hub.models.experts import ROUNDING
from hub.workflows.engagement_reading import Engaged, look_at_engagement
from hub.workflows.scheme_burdens import LABEL
from hub.workflows.scheme_needs import HOURS_OF_A_DAY, Beneficiary
from hub.workflows.shared_posts import Share, split_cost
from skill_standards import schemes_in
from skill_standards.schemes import SharingMode

Basis = Literal["hourly", "daily", "monthly", "unpaid"]
Payer = Literal["state", "organizations"]

MODES: Mapping[str | None, SharingMode] = {"days": "days", "population": "population", "equally": "equal"}


@dataclass(frozen=True, slots=True)
class MonthCost:
    """A month signed off, yen: pay for the ``work``, ``travel``, and what each organization bears of both."""

    month: str
    work: int
    travel: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class EngagementCost:
    """What the signed-off months of an engagement come to, yen, an estimate and no bill.

    ``basis``: by the hour, by the day (on site, or hours in days of 8, the more), a fixed amount a month, or no pay
    agreed. ``borne_by`` the state: its scheme is confirmed to pay in that year, so that the organizations bear nothing.
    ``shares``: what each organization bears of all months.
    """

    label_ja: str
    label_en: str
    basis: Basis
    cost_sharing: CostSharing | None
    borne_by: Payer
    work: int
    travel: int
    shares: tuple[Share, ...]
    months: tuple[MonthCost, ...]


def engagement_cost(session: Session, actor: Actor, engagement_id: str) -> EngagementCost:
    """Return what an engagement costs so far and how that is shared. Raises NotFound, Forbidden."""
    engaged = look_at_engagement(session, engagement_id)
    require(actor, "engagement.read", engaged.belonging)
    row, basis, payer = engaged.row, _basis(engaged.row), _payer(engaged.row)
    months = tuple(_month_cost(engaged, basis, payer, log, days) for log, days in _signed_off(session, engagement_id))
    borne: dict[str, int] = {}
    for month in months:
        for share in month.shares:
            borne[share.organization] = borne.get(share.organization, 0) + share.yen
    return EngagementCost(
        *LABEL,
        basis=basis,
        cost_sharing=row.cost_sharing,
        borne_by=payer,
        work=sum(month.work for month in months),
        travel=sum(month.travel for month in months),
        shares=tuple(Share(code, yen) for code, yen in borne.items()),
        months=months,
    )


def _month_cost(engaged: Engaged, basis: Basis, payer: Payer, log: Any, days: Mapping[str, float]) -> MonthCost:
    work = _pay(engaged.row, basis, log)
    total = 0 if payer == "state" else work + log.travel_yen
    shares = split_cost(total, _members(engaged, days), MODES.get(engaged.row.cost_sharing, "equal"))
    return MonthCost(log.month, work, log.travel_yen, shares)


def _members(engaged: Engaged, days: Mapping[str, float]) -> Sequence[Beneficiary]:
    """Return who shares a month's cost, each with its weight; one body alone bears it whole."""
    bodies = engaged.serves or (engaged.row.organization_code,)
    if len(bodies) == 1:
        return (Beneficiary(bodies[0], 1.0),)
    by_days = engaged.row.cost_sharing == "days"
    if by_days and not any(days.values()):
        # A month without work or travel says no days: there is nothing to share, and no way to share it by.
        return tuple(Beneficiary(code, 1.0) for code in bodies)
    weights: Mapping[str, float] = days if by_days else engaged.row.populations
    return tuple(Beneficiary(code, weights.get(code, 0.0)) for code in bodies)


def _basis(row: Any) -> Basis:
    if row.hourly_rate is not None:
        return "hourly"
    if row.daily_rate is not None:
        return "daily"
    return "unpaid" if row.monthly_amount is None else "monthly"


def _pay(row: Any, basis: Basis, log: Any) -> int:
    if basis == "hourly":
        return int(Fraction(str(log.hours)) * int(row.hourly_rate) + Fraction(1, 2))
    if basis == "daily":
        days: float = max(log.onsite_days, log.hours / HOURS_OF_A_DAY)
        return ceil(days - ROUNDING) * int(row.daily_rate)
    return int(row.monthly_amount) if basis == "monthly" else 0


def _payer(row: Any) -> Payer:
    known = next((scheme for scheme in schemes_in(row.fiscal_year) if scheme.id == row.scheme), None)
    return "state" if known and known.payer.confirmed and known.payer.by == "state" else "organizations"


def _signed_off(session: Session, engagement_id: str) -> list[tuple[Any, dict[str, float]]]:
    """Return the signed-off logs by month, each with the days of the organizations served."""
    w, s = columns(WorkLog), columns(WorkLogShare)
    of_engagement = (w.engagement_id == engagement_id, w.status == "signed_off")
    shares: dict[str, dict[str, float]] = {}
    told = select(s.work_log_id, s.organization_code, s.days).join_from(
        table_of(WorkLogShare), table_of(WorkLog), w.id == s.work_log_id
    )
    for row in session.execute(told.where(*of_engagement)):
        shares.setdefault(row.work_log_id, {})[row.organization_code] = row.days
    logs = select(w.id, w.month, w.hours, w.onsite_days, w.travel_yen).where(*of_engagement).order_by(w.month)
    return [(log, shares.get(log.id, {})) for log in session.execute(logs)]
