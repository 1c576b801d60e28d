"""What people say in an evaluation of an engagement."""

from hub.auth.actor import Actor, Grant
from hub.db.transaction import transaction
from hub.workflows.evaluations import ASPECTS, ConfirmationDraft, EvaluationDraft, evaluate
from tests.hub.engagements.conftest import (
    EXPERT,
    Work,
)
from tests.hub.round.world import APPROVER

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
