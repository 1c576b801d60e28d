"""Experts (専門人材): who they are, what they can do, when and on which conditions."""

from datetime import date, datetime
from typing import get_args

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from hub.models.base import (
    CODE_LENGTH,
    ID_LENGTH,
    MONTH_LENGTH,
    MOST_HOURS,
    TERM_LENGTH,
    TEXT_LENGTH,
    Edited,
    UtcDateTime,
    between,
    is_month,
    money,
    not_empty,
    one_of,
)
from seed_data.samples import ExternalType, RolePlayed

EXTERNAL_TYPES: tuple[str, ...] = get_args(ExternalType)
ROLES_PLAYED: tuple[str, ...] = get_args(RolePlayed)
FRAMEWORKS = ("1.2", "2.0")

OF_EXPERT = "experts.id"
ROUNDING = 0.000001
"""What sums of hours may be off by: they are added and taken away in binary fractions."""


def _within(column: str) -> CheckConstraint:
    return CheckConstraint(
        f"{column}_committed BETWEEN -{ROUNDING:f} AND {column} + {ROUNDING:f}", name=f"{column}_committed_within"
    )


class Expert(Edited, table=True):
    """A person offering skills. ``reference``: the office's own number. ``paused``: never in a plan while set.

    ``hourly_rate`` (wished) and ``current_rate`` in yen. ``base``: 団体コード. ``max_travel_minutes``: one way, None:
    no limit. ``search_key``: what a text search looks at; ``organization_key``: what one of organizations does, of what
    they may see. ``erased_at``: since when the person is erased; ``kept_name``: as it stands in their contracts, kept
    until ``kept_until``.
    """

    __tablename__ = "experts"
    __table_args__ = (
        UniqueConstraint("reference"),
        not_empty("family_name"),
        CheckConstraint("is_x OR is_d", name="talent_type_given"),
        CheckConstraint("remote OR onsite", name="work_mode_given"),
        money("hourly_rate"),
        money("current_rate"),
        between("max_travel_minutes", 0, 100_000),
        between("rating_mean", 1, 5),
        between("rating_count", 0, 1_000_000),
        CheckConstraint("(rating_mean IS NULL) = (rating_count = 0)", name="rating_has_count"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    reference: str | None = Field(default=None, max_length=TERM_LENGTH)
    family_name: str = Field(max_length=TERM_LENGTH)
    given_name: str = Field(default="", max_length=TERM_LENGTH)
    family_kana: str = Field(default="", max_length=TERM_LENGTH)
    given_kana: str = Field(default="", max_length=TERM_LENGTH)
    family_romaji: str = Field(default="", max_length=TERM_LENGTH)
    given_romaji: str = Field(default="", max_length=TERM_LENGTH)
    affiliation: str = Field(default="", max_length=TERM_LENGTH)
    is_x: bool
    is_d: bool
    hourly_rate: int = Field(sa_type=BigInteger)
    current_rate: int | None = Field(default=None, sa_type=BigInteger)
    base: str = Field(foreign_key="organizations.code", ondelete="RESTRICT", max_length=CODE_LENGTH, index=True)
    max_travel_minutes: int | None = None
    remote: bool = True
    onsite: bool = True
    full_time_possible: bool = False
    rating_mean: float | None = None
    rating_count: int = 0
    summary: str = Field(default="", max_length=TEXT_LENGTH)
    paused: bool = Field(default=False, index=True)
    search_key: str = Field(default="")
    organization_key: str = Field(default="", sa_column_kwargs={"server_default": ""})
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    kept_name: str | None = Field(default=None, max_length=2 * TERM_LENGTH + 1, nullable=True)
    kept_until: date | None = Field(default=None, nullable=True, index=True)


class ExpertSkill(SQLModel, table=True):
    """An attained level 1–4 of a DSS skill (``framework``: the version of ``code``) and what shows it."""

    __tablename__ = "expert_skills"
    __table_args__ = (between("level", 1, 4), one_of("framework", FRAMEWORKS))

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    code: str = Field(primary_key=True, max_length=TERM_LENGTH, index=True)
    framework: str = Field(primary_key=True, max_length=10)
    level: int
    evidence: str = Field(default="", max_length=TEXT_LENGTH)


class ExpertRole(SQLModel, table=True):
    """A DSS role an expert fills; ``position`` 0 is the main one."""

    __tablename__ = "expert_roles"

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    role: str = Field(primary_key=True, max_length=TERM_LENGTH, index=True)
    position: int = 0


class ExpertStage(SQLModel, table=True):
    """A stage of regional DX an expert has experience of."""

    __tablename__ = "expert_stages"

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    stage: str = Field(primary_key=True, max_length=TERM_LENGTH, index=True)


class ExpertTheme(SQLModel, table=True):
    """A field of work an expert has experience of."""

    __tablename__ = "expert_themes"

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    theme: str = Field(primary_key=True, max_length=TERM_LENGTH, index=True)


class ExpertExternalType(SQLModel, table=True):
    """One of the four types of 外部人材スキル標準."""

    __tablename__ = "expert_external_types"
    __table_args__ = (one_of("external_type", EXTERNAL_TYPES),)

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    external_type: str = Field(primary_key=True, max_length=10)


class ExpertRegion(SQLModel, table=True):
    """A prefecture (2 digits) an expert wishes to work for; none: anywhere."""

    __tablename__ = "expert_regions"
    __table_args__ = (CheckConstraint("length(prefecture_code) = 2", name="prefecture_code_length"),)

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    prefecture_code: str = Field(primary_key=True, max_length=2)


class ConflictOfInterest(SQLModel, table=True):
    """An organization an expert must not be placed with (利益相反)."""

    __tablename__ = "expert_conflicts"

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    organization_code: str = Field(
        primary_key=True, foreign_key="organizations.code", ondelete="RESTRICT", max_length=CODE_LENGTH, index=True
    )


class CareerEntry(SQLModel, table=True):
    """An activity of an expert. ``organization``: a 団体コード or a name; ``ended`` None: still going on."""

    __tablename__ = "career_entries"
    __table_args__ = (
        one_of("role_played", ROLES_PLAYED),
        is_month("started"),
        is_month("ended"),
        CheckConstraint("ended IS NULL OR ended >= started", name="ended_after_start"),
    )

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    organization: str = Field(max_length=TERM_LENGTH)
    theme: str | None = Field(default=None, max_length=TERM_LENGTH)
    stage: str | None = Field(default=None, max_length=TERM_LENGTH)
    role_played: str = Field(max_length=10)
    contribution: str = Field(default="", max_length=TEXT_LENGTH)
    outcome: str = Field(default="", max_length=TEXT_LENGTH)
    started: str = Field(max_length=MONTH_LENGTH)
    ended: str | None = Field(default=None, max_length=MONTH_LENGTH)
    evidence: str = Field(default="", max_length=TEXT_LENGTH)


class Availability(SQLModel, table=True):
    """What an expert offers the hub in a month, and what of it is promised: hours, slots at a time, days away.

    ``…_committed`` is the sum of held bookings, kept by triggers; the database refuses to promise more than is offered,
    and to offer less than is promised.
    """

    __tablename__ = "availability"
    __table_args__ = (
        is_month("month"),
        between("hours", 0, MOST_HOURS),
        between("engagements", 0, 1000),
        between("onsite_days", 0, 31),
        _within("hours"),
        _within("engagements"),
        _within("onsite_days"),
    )

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    month: str = Field(primary_key=True, max_length=MONTH_LENGTH)
    hours: float
    engagements: int
    onsite_days: float
    hours_committed: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    engagements_committed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    onsite_days_committed: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
