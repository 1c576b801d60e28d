"""What a day brings to engagements: they begin, end, and people are reminded of what they owe."""

from datetime import date

from sqlalchemy import Engine

from hub.db.transaction import transaction
from hub.logging import log_event
from hub.workflows.engagement_ending import end_due
from hub.workflows.engagement_reminders import remind_due
from hub.workflows.engagements import begin_due


def advance_engagements(engine: Engine, today: date | None = None) -> None:
    """Begin what is agreed and due, end what is complete and past, and remind; doing it again changes nothing."""
    with transaction(engine) as session:
        begun = begin_due(session, today)
    with transaction(engine) as session:
        ended = end_due(session, today)
    with transaction(engine) as session:
        remind_due(session, today)
    if begun or ended:
        log_event("engagements_advanced", begun=len(begun), ended=len(ended))
