"""What a table may not do to requests: move them along, change one that is with others, or one that is out."""

from collections.abc import Iterator, Mapping
from typing import get_args

from sqlalchemy.orm import Session

from hub.models.requests import RequestStatus
from hub.workflows.drafts import RequestDraft
from hub.workflows.frozen_slots import frozen_faults
from hub.workflows.request_editing import UNSENT
from hub.workflows.settling import SETTLED
from matching.faults import Fault

BEGINNINGS: tuple[RequestStatus, ...] = ("draft", "submitted", "open", "closed", "withdrawn")
"""Where a new request may stand: those before the hub's time come with how they ended; the others follow from work."""

ON_THE_WAY = frozenset(get_args(RequestStatus)) - {*UNSENT, *SETTLED}


def standing_faults(
    session: Session, told: Mapping[str, RequestDraft], stored: Mapping[str, RequestDraft]
) -> dict[str, list[Fault]]:
    """Return, by id, why requests cannot become what is told, given those ``stored``; a look without a lock."""
    frozen = frozen_faults(session, {key: draft for key, draft in told.items() if key in stored}, stored)
    found = {key: [*_state_faults(draft, stored.get(key)), *frozen.get(key, ())] for key, draft in told.items()}
    return {key: faults for key, faults in found.items() if faults}


def _state_faults(told: RequestDraft, stored: RequestDraft | None) -> Iterator[Fault]:
    if stored is None:
        if told.status not in BEGINNINGS:
            yield Fault(
                "/status",
                "新しい人材ニーズはこの状態から始められません。下書きか募集中にしてください。",
                "A new request cannot begin in this state: make it a draft or open.",
            )
        return
    if stored.status in ON_THE_WAY:
        yield Fault(
            "",
            f"今の状態（{stored.status}）では変えられません。直すときは、差し戻してもらってください。",
            f"This cannot be changed in its present state ({stored.status}). Have it sent back first.",
        )
    elif told.status != stored.status and not {told.status, stored.status} <= set(SETTLED):
        yield Fault(
            "/status",
            f"状態は取り込みでは変えられません（今は {stored.status}）。画面で進めるか、この欄を空けてください。",
            f"A table does not change the status (now {stored.status}). Move it in the service, or leave this empty.",
        )
