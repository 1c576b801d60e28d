"""What both sides say of an engagement, what it adds to an expert's record, and reviews at a request's stage gates."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from hub.models.base import (
    CODE_LENGTH,
    ID_LENGTH,
    MONTH_LENGTH,
    TERM_LENGTH,
    TEXT_LENGTH,
    Edited,
    UtcDateTime,
    between,
    is_month,
    not_empty,
    one_of,
    utc_now,
)
from hub.models.engagements import OF_ENGAGEMENT, together
from hub.models.experts import FRAMEWORKS, OF_EXPERT, ROLES_PLAYED
from hub.models.requests import GATES, OF_REQUEST

Side = Literal["organization", "expert"]
Decision = Literal["pass", "stay", "stop"]
GateReviewStatus = Literal["proposed", "confirmed", "returned"]

SIDES: tuple[str, ...] = get_args(Side)
DECISIONS: tuple[str, ...] = get_args(Decision)
GATE_REVIEW_STATUSES: tuple[str, ...] = get_args(GateReviewStatus)


class Evaluation(SQLModel, table=True):
    """What one side says, once: ``overall`` and ``aspects`` 1 (poor) to 5 (excellent).

    ``role_played``: the expert's part, as the organization saw it. Until ``opens_at`` the other side does not see it
    and nothing is counted by it: 30 days after it was given, or when the other side has given its own.
    """

    __tablename__ = "evaluations"
    __table_args__ = (
        one_of("side", SIDES),
        between("overall", 1, 5),
        one_of("role_played", ROLES_PLAYED),
        CheckConstraint("(side = 'organization') = (role_played IS NOT NULL)", name="organization_says_role"),
        Index("ix_evaluations_expert_id_side", "expert_id", "side"),
    )

    engagement_id: str = Field(primary_key=True, foreign_key=OF_ENGAGEMENT, ondelete="RESTRICT", max_length=ID_LENGTH)
    side: str = Field(primary_key=True, max_length=20)
    expert_id: str = Field(foreign_key=OF_EXPERT, ondelete="RESTRICT", max_length=ID_LENGTH)
    overall: int
    aspects: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    comment: str = Field(default="", max_length=TEXT_LENGTH)
    role_played: str | None = Field(default=None, max_length=10)
    given_by: str = Field(max_length=ID_LENGTH)
    given_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    opens_at: datetime = Field(sa_type=UtcDateTime, nullable=False)


class SkillConfirmation(SQLModel, table=True):
    """A level 1–4 an organization saw attained in an engagement; the person's own claim stays beside it."""

    __tablename__ = "skill_confirmations"
    __table_args__ = (between("level", 1, 4), one_of("framework", FRAMEWORKS))

    engagement_id: str = Field(primary_key=True, foreign_key=OF_ENGAGEMENT, ondelete="RESTRICT", max_length=ID_LENGTH)
    framework: str = Field(primary_key=True, max_length=10)
    code: str = Field(primary_key=True, max_length=TERM_LENGTH, index=True)
    expert_id: str = Field(foreign_key=OF_EXPERT, ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    level: int
    evidence: str = Field(default="", max_length=TEXT_LENGTH)


class VerifiedRecord(SQLModel, table=True):
    """An entry of an expert's career the hub vouches for: a signed-off report and the organization's evaluation.

    As it was then: a body's later name or a request's later themes do not change it. ``opens_at``: as its evaluation.
    """

    __tablename__ = "verified_records"
    __table_args__ = (
        one_of("role_played", ROLES_PLAYED),
        one_of("gate", GATES),
        is_month("started"),
        is_month("ended"),
        CheckConstraint("ended >= started", name="ended_after_start"),
    )

    engagement_id: str = Field(primary_key=True, foreign_key=OF_ENGAGEMENT, ondelete="RESTRICT", max_length=ID_LENGTH)
    expert_id: str = Field(foreign_key=OF_EXPERT, ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    organization_code: str = Field(foreign_key="organizations.code", ondelete="RESTRICT", max_length=CODE_LENGTH)
    organization: str = Field(max_length=TERM_LENGTH)
    theme: str | None = Field(default=None, max_length=TERM_LENGTH)
    stage: str = Field(max_length=TERM_LENGTH)
    gate: str = Field(max_length=20)
    role_played: str = Field(max_length=10)
    contribution: str = Field(default="", max_length=TEXT_LENGTH)
    outcome: str = Field(default="", max_length=TEXT_LENGTH)
    evidence: str = Field(default="", max_length=TEXT_LENGTH)
    started: str = Field(max_length=MONTH_LENGTH)
    ended: str = Field(max_length=MONTH_LENGTH)
    hours: float
    verified_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    opens_at: datetime = Field(sa_type=UtcDateTime, nullable=False)


class GateReview(Edited, table=True):
    """A review at a request's ``gate``: the organization proposes a decision, a coordinator confirms or returns it."""

    __tablename__ = "gate_reviews"
    __table_args__ = (
        one_of("status", GATE_REVIEW_STATUSES),
        one_of("gate", GATES),
        one_of("decision", DECISIONS),
        not_empty("findings"),
        together("decided_by", "decided_at", name="decided_whole"),
        CheckConstraint("(status = 'proposed') = (decided_by IS NULL)", name="decided_says_who"),
        Index(
            "uq_gate_reviews_one_proposed",
            "request_id",
            unique=True,
            sqlite_where=text("status = 'proposed'"),
            postgresql_where=text("status = 'proposed'"),
        ),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    request_id: str = Field(foreign_key=OF_REQUEST, ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    gate: str = Field(max_length=20)
    status: str = Field(default="proposed", max_length=20)
    decision: str = Field(max_length=10)
    findings: str = Field(max_length=TEXT_LENGTH)
    proposed_by: str = Field(max_length=ID_LENGTH)
    decided_by: str | None = Field(default=None, max_length=ID_LENGTH)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
