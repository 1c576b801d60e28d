"""Whether a consent stands: what planning asks before somebody is taken in again."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.errors import Conflict
from hub.models import Consent
from hub.models.base import columns
from hub.models.privacy import ConsentPurpose
from hub.workflows.records import fetch

MATCHING: ConsentPurpose = "matching"


def withdrawn(session: Session, expert_ids: Collection[str]) -> frozenset[str]:
    """Return who of the experts withdrew their consent to matching and has not agreed again.

    Who has never been asked is not among them: the office may have their consent on paper.
    """
    c = columns(Consent)
    standing = func.count().filter(c.withdrawn_at.is_(None))
    query = select(c.expert_id).where(c.purpose == MATCHING).group_by(c.expert_id).having(standing == 0)
    return frozenset(row.expert_id for row in fetch(session, query, c.expert_id, sorted(expert_ids)))


def refuse_without_consent(session: Session, expert_ids: Collection[str]) -> None:
    """Raise Conflict when one who withdrew their consent would be planned again."""
    if withdrawn(session, expert_ids):
        raise Conflict(
            "本人が組み合わせへの同意を撤回しているため、休止を解けません。本人がもう一度同意すると解けます。",
            "The person withdrew their consent to being matched and stays paused until they agree again.",
        )
