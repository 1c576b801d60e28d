"""Engagements (従事): a confirmed proposal's terms and work, and the days an expert is somewhere."""

from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from hub.models.base import (
    CODE_LENGTH,
    ID_LENGTH,
    MOST_HOURS,
    TERM_LENGTH,
    TEXT_LENGTH,
    Edited,
    UtcDateTime,
    between,
    money,
    one_of,
)

EngagementStatus = Literal["terms", "active", "ended", "broken_off"]
Form = Literal["appointment", "contract", "dispatch", "side_job", "pro_bono"]
"""任用, 委託, 派遣, 副業・兼業, プロボノ."""
CostSharing = Literal["days", "equally", "population"]

ENGAGEMENT_STATUSES: tuple[str, ...] = get_args(EngagementStatus)
FORMS: tuple[str, ...] = get_args(Form)
COST_SHARINGS: tuple[str, ...] = get_args(CostSharing)

UNDER_WAY = ("terms", "active")
"""Work that has not ended."""

OF_ENGAGEMENT = "engagements.id"


def together(*columns: str, name: str) -> CheckConstraint:
    """Return a check that ``columns`` are all told or all empty."""
    first, *others = columns
    return CheckConstraint(" AND ".join(f"({first} IS NULL) = ({other} IS NULL)" for other in others), name=name)


class Engagement(Edited, table=True):
    """What both sides agree on and how it went; one for each confirmed proposal.

    ``scheme`` and ``fiscal_year`` (from April): whose rules hold. ``terms_version`` counts the edits of the terms: both
    sides agree to one. Money in yen: by hour or by day, not both, and what a
    month comes to. ``hours`` (with travel) and ``onsite_days`` a month, at most what is booked. ``cost_sharing``: how
    the organizations served share the cost, and ``populations``, by code, what it splits by when it does by population.
    ``dispatching_body``: the 団体 whose staff the expert is.
    ``broken_off_on``: the last day of work broken off, None when none was done. ``…_shares_case``: this side lets
    others read by name how it went.
    """

    __tablename__ = "engagements"
    __table_args__ = (
        UniqueConstraint("proposal_id"),
        one_of("status", ENGAGEMENT_STATUSES),
        one_of("form", FORMS),
        one_of("cost_sharing", COST_SHARINGS),
        between("fiscal_year", 1900, 2200),
        money("hourly_rate"),
        money("daily_rate"),
        money("monthly_amount"),
        CheckConstraint("hourly_rate IS NULL OR daily_rate IS NULL", name="one_rate"),
        CheckConstraint("last_day >= first_day", name="last_after_first"),
        between("hours", 0, MOST_HOURS),
        between("onsite_days", 0, 31),
        together("organization_agreed_by", "organization_agreed_at", name="organization_agreed_whole"),
        together("expert_agreed_by", "expert_agreed_at", name="expert_agreed_whole"),
        together("dispatch_consented_by", "dispatch_consented_at", name="dispatch_consented_whole"),
        CheckConstraint("(status = 'broken_off') = (broken_off_reason IS NOT NULL)", name="broken_off_says_why"),
        CheckConstraint("broken_off_on IS NULL OR status = 'broken_off'", name="broken_off_on_when_broken_off"),
        CheckConstraint(
            "status NOT IN ('active', 'ended') "
            "OR (organization_agreed_by IS NOT NULL AND expert_agreed_by IS NOT NULL)",
            name="work_is_agreed",
        ),
        Index("ix_engagements_status_first_day", "status", "first_day"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    proposal_id: str = Field(foreign_key="proposals.id", ondelete="RESTRICT", max_length=ID_LENGTH)
    slot_id: str = Field(foreign_key="slots.id", ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    request_id: str = Field(foreign_key="requests.id", ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    organization_code: str = Field(
        foreign_key="organizations.code", ondelete="RESTRICT", max_length=CODE_LENGTH, index=True
    )
    expert_id: str = Field(foreign_key="experts.id", ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    status: str = Field(default="terms", max_length=20)
    scheme: str | None = Field(default=None, max_length=ID_LENGTH)
    fiscal_year: int
    terms_version: int = 1
    form: str = Field(max_length=20)
    hourly_rate: int | None = Field(default=None, sa_type=BigInteger)
    daily_rate: int | None = Field(default=None, sa_type=BigInteger)
    monthly_amount: int | None = Field(default=None, sa_type=BigInteger)
    first_day: date
    last_day: date
    hours: float
    onsite_days: float
    conditions: str = Field(default="", max_length=TEXT_LENGTH)
    cost_sharing: str | None = Field(default=None, max_length=20)
    populations: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    dispatching_body: str | None = Field(
        default=None,
        foreign_key="organizations.code",
        ondelete="RESTRICT",
        max_length=CODE_LENGTH,
        index=True,
        nullable=True,
    )
    organization_agreed_by: str | None = Field(default=None, max_length=ID_LENGTH)
    organization_agreed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    expert_agreed_by: str | None = Field(default=None, max_length=ID_LENGTH)
    expert_agreed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    dispatch_consented_by: str | None = Field(default=None, max_length=ID_LENGTH)
    dispatch_consented_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    broken_off_on: date | None = None
    broken_off_reason: str | None = Field(default=None, max_length=TERM_LENGTH)
    organization_shares_case: bool = False
    expert_shares_case: bool = False


class EngagementDay(SQLModel, table=True):
    """A day an expert is, or was (``worked``), at the place of an engagement: nobody is in two places on one day."""

    __tablename__ = "engagement_days"

    expert_id: str = Field(primary_key=True, foreign_key="experts.id", ondelete="RESTRICT", max_length=ID_LENGTH)
    day: date = Field(primary_key=True)
    engagement_id: str = Field(foreign_key=OF_ENGAGEMENT, ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    worked: bool = False
