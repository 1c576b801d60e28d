"""What people of an engagement say of it: reports and evaluations."""

from datetime import date

from hub.auth.actor import Actor, Grant
from hub.db.transaction import transaction
from hub.workflows.evaluations import ASPECTS, ConfirmationDraft, EvaluationDraft, evaluate
from hub.workflows.reports import (
    ReportDraft,
    sign_off_report,
    submit_report,
    write_report,
)
from tests.hub.engagements.conftest import (
    AFTER,
    EXPERT,
    Work,
)
from tests.hub.round.world import APPROVER

REPORT = ReportDraft("要件を整理し、設計した", "運行を二割減らした", "議事録")
AUDITOR = Actor("acc_auditor", (Grant("auditor"),))


def said(side: str, overall: int = 5, **changes: object) -> EvaluationDraft:
    usual: dict[str, object] = {"overall": overall, "aspects": dict.fromkeys(ASPECTS[side], 4), "comment": "丁寧でした"}
    if side == "organization":
        usual |= {"role_played": "lead", "skills": (ConfirmationDraft("TE1-08", 4, "移行を設計した"),)}
    return EvaluationDraft(**{**usual, **changes})  # type: ignore[arg-type]


def give(work: Work, side: str, overall: int = 5, engagement: str | None = None, **changes: object) -> None:
    actor = APPROVER if side == "organization" else EXPERT
    with transaction(work.engine) as session:
        evaluate(session, actor, engagement or work.engagement, side, said(side, overall, **changes))


def report(work: Work, today: date = AFTER) -> None:
    with transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT)
    with transaction(work.engine) as session:
        submit_report(session, EXPERT, work.engagement)
    with transaction(work.engine) as session:
        sign_off_report(session, APPROVER, work.engagement, today=today)
