"""What was done: monthly work logs (業務記録), the report (活動報告) and the questionnaire of the year after."""

from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from hub.models.base import (
    CODE_LENGTH,
    ID_LENGTH,
    MONTH_LENGTH,
    MOST_HOURS,
    TEXT_LENGTH,
    Edited,
    UtcDateTime,
    between,
    is_month,
    money,
    one_of,
)
from hub.models.engagements import OF_ENGAGEMENT, together

WorkLogStatus = Literal["draft", "submitted", "returned", "signed_off"]
ReportStatus = Literal["due", "submitted", "returned", "signed_off"]

WORK_LOG_STATUSES: tuple[str, ...] = get_args(WorkLogStatus)
REPORT_STATUSES: tuple[str, ...] = get_args(ReportStatus)


class WorkLog(Edited, table=True):
    """A month's work of an engagement. ``hours`` with travel, ``travel_yen`` spent, ``done``: what was done.

    The days on site are the engagement's worked days of that month; ``onsite_days`` is how many. ``remark``: why it was
    more than what is booked.
    """

    __tablename__ = "work_logs"
    __table_args__ = (
        UniqueConstraint("engagement_id", "month"),
        one_of("status", WORK_LOG_STATUSES),
        is_month("month"),
        between("hours", 0, MOST_HOURS),
        between("onsite_days", 0, 31),
        money("travel_yen"),
        together("signed_off_by", "signed_off_at", name="signed_off_whole"),
        CheckConstraint("(status = 'signed_off') = (signed_off_by IS NOT NULL)", name="signed_off_says_who"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    engagement_id: str = Field(foreign_key=OF_ENGAGEMENT, ondelete="RESTRICT", max_length=ID_LENGTH)
    month: str = Field(max_length=MONTH_LENGTH, index=True)
    status: str = Field(default="draft", max_length=20, index=True)
    hours: float
    onsite_days: int
    travel_yen: int = Field(default=0, sa_type=BigInteger)
    done: str = Field(default="", max_length=TEXT_LENGTH)
    remark: str = Field(default="", max_length=TEXT_LENGTH)
    signed_off_by: str | None = Field(default=None, max_length=ID_LENGTH)
    signed_off_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class WorkLogShare(SQLModel, table=True):
    """The days of a month's work that one of the organizations served had, for a post they share."""

    __tablename__ = "work_log_shares"
    __table_args__ = (between("days", 0, 31),)

    work_log_id: str = Field(primary_key=True, foreign_key="work_logs.id", ondelete="CASCADE", max_length=ID_LENGTH)
    organization_code: str = Field(
        primary_key=True, foreign_key="organizations.code", ondelete="RESTRICT", max_length=CODE_LENGTH, index=True
    )
    days: float


class Report(Edited, table=True):
    """What came of an engagement. ``due_on``: until when its scheme asks for it, None: it is not asked for."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("engagement_id"),
        one_of("status", REPORT_STATUSES),
        together("signed_off_by", "signed_off_at", name="signed_off_whole"),
        CheckConstraint("(status = 'signed_off') = (signed_off_by IS NOT NULL)", name="signed_off_says_who"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    engagement_id: str = Field(foreign_key=OF_ENGAGEMENT, ondelete="RESTRICT", max_length=ID_LENGTH)
    status: str = Field(default="due", max_length=20, index=True)
    due_on: date | None = Field(default=None, index=True, nullable=True)
    contribution: str = Field(default="", max_length=TEXT_LENGTH)
    outcome: str = Field(default="", max_length=TEXT_LENGTH)
    evidence: str = Field(default="", max_length=TEXT_LENGTH)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    signed_off_by: str | None = Field(default=None, max_length=ID_LENGTH)
    signed_off_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class Questionnaire(Edited, table=True):
    """What a scheme asks of the organization in the fiscal year after (``fiscal_year``), until ``due_on``."""

    __tablename__ = "questionnaires"
    __table_args__ = (
        between("fiscal_year", 1900, 2200),
        together("answered_by", "answered_at", name="answered_whole"),
    )

    engagement_id: str = Field(primary_key=True, foreign_key=OF_ENGAGEMENT, ondelete="RESTRICT", max_length=ID_LENGTH)
    fiscal_year: int
    due_on: date = Field(index=True)
    answer: str = Field(default="", max_length=TEXT_LENGTH)
    answered_by: str | None = Field(default=None, max_length=ID_LENGTH)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
