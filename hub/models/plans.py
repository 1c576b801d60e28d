"""Plans (配置計画): one optimisation run each, from the queue to its result and what was decided."""

from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from hub.models.base import (
    ID_LENGTH,
    MOST_HOURS,
    TERM_LENGTH,
    TEXT_LENGTH,
    Edited,
    UtcDateTime,
    between,
    money,
    not_empty,
    one_of,
)

RunStatus = Literal["draft", "queued", "running", "ready", "published", "closed", "failed", "cancelled"]
DocumentKind = Literal["problem", "plan"]
LinkKind = Literal["pin", "forbidden"]
ComparisonStatus = Literal["queued", "running", "done", "failed", "cancelled"]
Axis = Literal["equity", "coverage", "yen_per_point"]

RUN_STATUSES: tuple[str, ...] = get_args(RunStatus)
DOCUMENT_KINDS: tuple[str, ...] = get_args(DocumentKind)
LINK_KINDS: tuple[str, ...] = get_args(LinkKind)
COMPARISON_STATUSES: tuple[str, ...] = get_args(ComparisonStatus)
AXES: tuple[Axis, ...] = get_args(Axis)

OF_PLAN = "plans.id"

NOTHING_YET: dict[str, Any] = {
    "phase": "",
    "seconds": 0.0,
    "objective": None,
    "bound": None,
    "gap": None,
    "filled": 0,
    "slots": 0,
}
"""What a run writes while it works, as it is before the first report."""


class Comparison(Edited, table=True):
    """A question asked several times with another ``axis`` each time (平等重視の度合いなど); each point is a plan.

    ``content``: the problem of every point but for its policy, zlib-compressed, once a worker has built it, so that the
    points can be compared whatever people edit meanwhile. ``left_out``: as in plans. ``asked_by``: the id of whoever
    asked. ``error_ja``, ``error_en``: why it failed.
    """

    __tablename__ = "comparisons"
    __table_args__ = (
        not_empty("title"),
        one_of("status", COMPARISON_STATUSES),
        one_of("axis", AXES),
        CheckConstraint("status <> 'failed' OR error_en IS NOT NULL", name="failed_says_why"),
        Index("ix_comparisons_status_created_at", "status", "created_at"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    prefecture_code: str | None = Field(default=None, max_length=2, nullable=True)
    title: str = Field(max_length=TERM_LENGTH)
    status: str = Field(default="queued", max_length=20)
    axis: str = Field(max_length=20)
    asked_by: str = Field(max_length=ID_LENGTH)
    points: list[float] = Field(sa_type=JSON)
    months: list[str] = Field(sa_type=JSON)
    policy: dict[str, Any] = Field(sa_type=JSON)
    limits: dict[str, Any] = Field(sa_type=JSON)
    left_out: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    content: bytes | None = None
    error_ja: str | None = Field(default=None, max_length=TEXT_LENGTH)
    error_en: str | None = Field(default=None, max_length=TEXT_LENGTH)


class Plan(Edited, table=True):
    """One run. ``attempt`` is its fence: a worker writes only while the number it claimed with still stands.

    ``sequence`` grows with all that a reader of its progress sees, also where it begins again. ``losses``: how often
    its worker came to an end without a word. ``asked_by``: the id of whoever asked for it, None of old.
    ``comparison_id``, ``point``: whose point it is, and where; ``kept``: listed among the plans nevertheless.
    ``base_id``: the plan whose problem it takes, with what is ``supposed`` (as ``hub.workflows.supposing`` writes it);
    such a plan is never published or in force. It names a row of its own table without a foreign key: an archive
    brings rows in the order of their ids, the later before the earlier, and a plan is never deleted.

    ``worker``: who is at it, and ``leased_until``: since when anybody may take it over; both None unless it runs.
    ``prefecture_code``: whose requests it plans, None: the whole country. ``months``, ``policy``, ``limits``: what was
    asked for, as in problem files. ``left_out``: slots and skills that could not be part of the problem, and why.
    ``objective``, ``bound``, ``gap``, ``filled``, ``slots``: how far the run is, and in the end its result.
    ``result``: status of the finished plan.
    """

    __tablename__ = "plans"
    __table_args__ = (
        not_empty("title"),
        one_of("status", RUN_STATUSES),
        between("filled", 0, 10_000_000),
        between("slots", 0, 10_000_000),
        between("attempt", 0, 1_000_000),
        CheckConstraint("gap IS NULL OR gap >= 0", name="gap_not_negative"),
        CheckConstraint("in_force = false OR status IN ('ready', 'published')", name="in_force_when_ready"),
        CheckConstraint(
            "status NOT IN ('ready', 'published', 'closed') OR result IS NOT NULL", name="ready_has_result"
        ),
        CheckConstraint("status <> 'failed' OR error_en IS NOT NULL", name="failed_says_why"),
        Index(
            "uq_plans_one_in_force",
            "in_force",
            unique=True,
            sqlite_where=text("in_force"),
            postgresql_where=text("in_force"),
        ),
        Index("ix_plans_status_created_at", "status", "created_at"),
        Index("ix_plans_asked_by_started_at", "asked_by", "started_at"),
        between("losses", 0, 1_000),
        CheckConstraint(
            "base_id IS NULL OR (in_force = false AND status <> 'published')", name="supposed_not_in_force"
        ),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    prefecture_code: str | None = Field(default=None, max_length=2, nullable=True)
    title: str = Field(max_length=TERM_LENGTH)
    status: str = Field(default="queued", max_length=20)
    in_force: bool = False
    stop_requested: bool = False
    attempt: int = 0
    sequence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    losses: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    asked_by: str | None = Field(default=None, max_length=ID_LENGTH)
    comparison_id: str | None = Field(
        default=None, foreign_key="comparisons.id", ondelete="CASCADE", max_length=ID_LENGTH, index=True
    )
    point: float | None = None
    kept: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    base_id: str | None = Field(default=None, max_length=ID_LENGTH)
    supposed: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": text("'{}'")}
    )
    worker: str | None = Field(default=None, max_length=TERM_LENGTH)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    months: list[str] = Field(sa_type=JSON)
    policy: dict[str, Any] = Field(sa_type=JSON)
    limits: dict[str, Any] = Field(sa_type=JSON)
    input_digest: str | None = Field(default=None, max_length=TERM_LENGTH)
    left_out: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    phase: str = Field(default="", max_length=TERM_LENGTH)
    seconds: float = 0.0
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    filled: int = 0
    slots: int = 0
    result: str | None = Field(default=None, max_length=TERM_LENGTH)
    summary: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    error_ja: str | None = Field(default=None, max_length=TEXT_LENGTH)
    error_en: str | None = Field(default=None, max_length=TEXT_LENGTH)
    error_reference: str | None = Field(default=None, max_length=TERM_LENGTH)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PlanDocument(SQLModel, table=True):
    """A plan's problem or result as its file of interchange, zlib-compressed, so that it can always be re-checked."""

    __tablename__ = "plan_documents"
    __table_args__ = (one_of("kind", DOCUMENT_KINDS),)

    plan_id: str = Field(primary_key=True, foreign_key=OF_PLAN, ondelete="CASCADE", max_length=ID_LENGTH)
    kind: str = Field(primary_key=True, max_length=20)
    content: bytes


class RunCourse(SQLModel, table=True):
    """How a run came to its result: ``points`` of (seconds, value, bound), of its ``attempt`` alone.

    As ``hub.workflows.run_courses`` writes them, in a table of its own: nobody who reads many plans needs them.
    """

    __tablename__ = "run_courses"

    plan_id: str = Field(primary_key=True, foreign_key=OF_PLAN, ondelete="CASCADE", max_length=ID_LENGTH)
    attempt: int
    points: list[list[float | None]] = Field(sa_type=JSON)


class PlanLink(SQLModel, table=True):
    """A pair that must (``pin``) or must not (``forbidden``) be in the plan."""

    __tablename__ = "plan_links"
    __table_args__ = (one_of("kind", LINK_KINDS),)

    plan_id: str = Field(primary_key=True, foreign_key=OF_PLAN, ondelete="CASCADE", max_length=ID_LENGTH)
    slot_id: str = Field(primary_key=True, foreign_key="slots.id", ondelete="CASCADE", max_length=ID_LENGTH)
    expert_id: str = Field(primary_key=True, foreign_key="experts.id", ondelete="CASCADE", max_length=ID_LENGTH)
    kind: str = Field(max_length=20)


class PlanSlot(SQLModel, table=True):
    """A slot the plan decided on; ``reason``: why it stayed open, None when it is filled.

    ``detail``: needs beside levels, funnel, remedies and alternatives, as ``hub.workflows.plan_details`` writes them.
    ``supposed``: who is not there but supposed and fills it, with the columns of ``Assignment``; empty: nobody such.
    It is kept here so that whatever reads assignments, to offer them to people, cannot come upon one.
    """

    __tablename__ = "plan_slots"

    plan_id: str = Field(primary_key=True, foreign_key=OF_PLAN, ondelete="CASCADE", max_length=ID_LENGTH)
    slot_id: str = Field(
        primary_key=True, foreign_key="slots.id", ondelete="RESTRICT", max_length=ID_LENGTH, index=True
    )
    position: int
    reason: str | None = Field(default=None, max_length=TERM_LENGTH)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    supposed: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": text("'{}'")}
    )


class Assignment(SQLModel, table=True):
    """Who fills a slot. ``fit`` 0–1, ``cost`` and ``net_cost`` in yen over the slot, ``hours`` a month with travel."""

    __tablename__ = "assignments"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "slot_id"], ["plan_slots.plan_id", "plan_slots.slot_id"], ondelete="CASCADE"),
        between("fit", 0, 1),
        money("cost"),
        money("net_cost"),
        between("hours", 0, MOST_HOURS * 10),
        between("travel_minutes", 0, 100_000),
        money("travel_yen"),
    )

    plan_id: str = Field(primary_key=True, max_length=ID_LENGTH)
    slot_id: str = Field(primary_key=True, max_length=ID_LENGTH)
    expert_id: str = Field(foreign_key="experts.id", ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    fit: float
    cost: float
    net_cost: float
    hours: float
    parts: dict[str, float] = Field(default_factory=dict, sa_type=JSON)
    travel_minutes: float | None = None
    travel_yen: float | None = None
