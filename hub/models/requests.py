"""Requests (人材ニーズ), their slots (枠) and the skills these need."""

from typing import Literal, get_args

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
    between,
    is_month,
    money,
    not_empty,
    one_of,
)
from matching.problem import BudgetBasis, TalentType, Team
from seed_data.samples import GateStage

RequestStatus = Literal[
    "draft",
    "submitted",
    "approved",
    "reviewed",
    "open",
    "in_plan",
    "staffed",
    "running",
    "closed",
    "returned",
    "withdrawn",
]

REQUEST_STATUSES: tuple[str, ...] = get_args(RequestStatus)
GATES: tuple[str, ...] = get_args(GateStage)
TEAMS: tuple[str, ...] = get_args(Team)
BUDGET_BASES: tuple[str, ...] = get_args(BudgetBasis)
TALENT_TYPES: tuple[str, ...] = get_args(TalentType)

OF_REQUEST = "requests.id"


class Request(Edited, table=True):
    """What an organization asks for; one that is ``open`` or ``in_plan`` is planned.

    ``scheme``: the 制度 wished for, by its id in ``skill_standards``, None: any. ``reference``: the office's own
    number. ``gate``: 計画策定, 社会実証 or 実装・展開. ``budget``: yen over all its slots by ``budget_basis``,
    None: no limit. ``source``: the text a case was taken from; ``assumed``: what that text does not say.
    """

    __tablename__ = "requests"
    __table_args__ = (
        UniqueConstraint("reference"),
        not_empty("title"),
        one_of("status", REQUEST_STATUSES),
        one_of("gate", GATES),
        CheckConstraint("priority > 0 AND priority <= 1000000000", name="priority_positive"),
        money("budget"),
        one_of("budget_basis", BUDGET_BASES),
        one_of("team", TEAMS),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    reference: str | None = Field(default=None, max_length=TERM_LENGTH)
    organization_code: str = Field(
        foreign_key="organizations.code", ondelete="RESTRICT", max_length=CODE_LENGTH, index=True
    )
    title: str = Field(max_length=TERM_LENGTH)
    summary: str = Field(default="", max_length=TEXT_LENGTH)
    status: str = Field(default="draft", max_length=20, index=True)
    gate: str = Field(max_length=20)
    priority: float = 1.0
    budget: int | None = Field(default=None, sa_type=BigInteger)
    budget_basis: str = Field(default="gross", max_length=10)
    team: str = Field(default="any", max_length=10)
    scheme: str | None = Field(default=None, max_length=ID_LENGTH)
    source: str | None = Field(default=None, max_length=TEXT_LENGTH)
    assumed: str | None = Field(default=None, max_length=TEXT_LENGTH)
    search_key: str = Field(default="")


class RequestTheme(SQLModel, table=True):
    """A field of work a request is about; ``position`` keeps the order it was given in."""

    __tablename__ = "request_themes"

    request_id: str = Field(primary_key=True, foreign_key=OF_REQUEST, ondelete="CASCADE", max_length=ID_LENGTH)
    theme: str = Field(primary_key=True, max_length=TERM_LENGTH, index=True)
    position: int = 0


class RequestBeneficiary(SQLModel, table=True):
    """An organization a request serves; none: the requester alone. ``weight``: its part of the cost (days, people)."""

    __tablename__ = "request_beneficiaries"
    __table_args__ = (CheckConstraint("weight > 0 AND weight <= 1000000000", name="weight_positive"),)

    request_id: str = Field(primary_key=True, foreign_key=OF_REQUEST, ondelete="CASCADE", max_length=ID_LENGTH)
    organization_code: str = Field(
        primary_key=True, foreign_key="organizations.code", ondelete="RESTRICT", max_length=CODE_LENGTH, index=True
    )
    position: int = 0
    weight: float | None = Field(default=None, nullable=True)


class PromotionPartner(SQLModel, table=True):
    """A body in the promotion structure (推進体制) and the part it takes."""

    __tablename__ = "promotion_partners"

    request_id: str = Field(primary_key=True, foreign_key=OF_REQUEST, ondelete="CASCADE", max_length=ID_LENGTH)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    role: str = Field(max_length=TERM_LENGTH)
    organization: str = Field(max_length=TERM_LENGTH)


class Slot(SQLModel, table=True):
    """One seat: ``length`` months from ``start``, ``hours`` and ``onsite_days`` a month.

    ``rate_ceiling``: yen per hour, None: no ceiling. ``withdrawn``: no longer asked for, kept because a plan speaks of
    it.
    """

    __tablename__ = "slots"
    __table_args__ = (
        one_of("talent_type", TALENT_TYPES),
        is_month("start"),
        between("length", 1, 1200),
        between("hours", 0, MOST_HOURS),
        between("onsite_days", 0, 31),
        money("rate_ceiling"),
        UniqueConstraint("request_id", "position"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    request_id: str = Field(foreign_key=OF_REQUEST, ondelete="CASCADE", max_length=ID_LENGTH)
    position: int
    title: str = Field(max_length=TERM_LENGTH)
    talent_type: str = Field(max_length=1)
    role: str | None = Field(default=None, max_length=TERM_LENGTH)
    stage: str = Field(max_length=TERM_LENGTH, index=True)
    start: str = Field(max_length=MONTH_LENGTH)
    length: int
    hours: float
    onsite_days: float = 0.0
    remote_ok: bool = True
    rate_ceiling: int | None = Field(default=None, sa_type=BigInteger)
    required: bool = True
    withdrawn: bool = False


class SkillNeed(SQLModel, table=True):
    """A skill a slot asks for at ``level`` 1–4; ``mandatory`` needs decide eligibility, all needs decide fit."""

    __tablename__ = "skill_needs"
    __table_args__ = (
        between("level", 1, 4),
        CheckConstraint("weight > 0 AND weight <= 1000000000", name="weight_positive"),
    )

    slot_id: str = Field(primary_key=True, foreign_key="slots.id", ondelete="CASCADE", max_length=ID_LENGTH)
    skill: str = Field(primary_key=True, max_length=TERM_LENGTH, index=True)
    position: int = 0
    level: int
    weight: float = 1.0
    mandatory: bool = False
