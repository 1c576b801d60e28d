"""What is done from time to time. Every duty may be done by several processes at once, and twice is as once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub.settings import Settings
from hub.workflows import webhook_deliveries
from hub.workflows.accounts.sessions import purge_sign_in
from hub.workflows.engagement_ending import end_due
from hub.workflows.engagement_reminders import remind_due
from hub.workflows.engagements import begin_due
from hub.workflows.idempotency import purge
from hub.workflows.japanese_days import day_in_japan
from hub.workflows.outbox import drop_old, give_up_lost
from hub.workflows.proposal_ending import AT_ONCE, lapse_due
from hub.workflows.reminders import remind
from hub.workflows.retention import apply_retention

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Step = Callable[[Session, datetime, Settings], int]
"""Does what is due at a moment, in one transaction; returns how much it did."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do ``every`` so many seconds. A step that did ``at_once`` things is done again at once."""

    name: str
    every: float
    step: Step
    at_once: int | None = None


DUTIES: tuple[Duty, ...] = (
    Duty("lapse", MINUTE, lambda session, now, _: lapse_due(session, now), at_once=AT_ONCE),
    Duty("begin_work", HOUR, lambda session, now, _: len(begin_due(session, day_in_japan(now)))),
    Duty("end_work", HOUR, lambda session, now, _: len(end_due(session, day_in_japan(now)))),
    Duty("work_owed", HOUR, lambda session, now, _: remind_due(session, day_in_japan(now))),
    Duty("reminders", 10 * MINUTE, lambda session, now, settings: remind(session, now, settings.reminder_days)),
    Duty("lost_mail", MINUTE, lambda session, now, _: give_up_lost(session, now)),
    Duty("old_mail", HOUR, lambda session, now, _: drop_old(session, now)),
    Duty("lost_hooks", MINUTE, lambda session, now, _: webhook_deliveries.give_up_lost(session, now)),
    Duty("old_hooks", HOUR, lambda session, now, _: webhook_deliveries.drop_old(session, now)),
    Duty("ended_sign_ins", 10 * MINUTE, lambda session, now, _: purge_sign_in(session, now)),
    Duty("retention", DAY, lambda session, now, _: apply_retention(session, now), at_once=1),
    Duty("kept_answers", HOUR, lambda session, now, _: purge(session, now)),
)
