"""What of a request cannot change while people answer or work: the time of a slot that is out, and what it costs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import Conflict
from hub.models import Proposal
from hub.models.base import columns
from hub.models.proposals import LIVE
from hub.workflows.drafts import RequestDraft, SlotDraft
from hub.workflows.records import fetch
from hub.workflows.request_records import read_slots
from hub.workflows.settling import SETTLED
from matching.faults import Fault

TIME = ("start", "length", "hours", "onsite_days")
"""What an expert is asked to promise, and what is booked."""


def refuse_frozen(session: Session, told: Mapping[str, RequestDraft], stored: Mapping[str, RequestDraft]) -> None:
    """Raise Conflict, naming the slot, when a change of requests would move the ground under a live proposal."""
    for faults in frozen_faults(session, told, stored).values():
        raise Conflict(faults[0].ja, faults[0].en)


def frozen_faults(
    session: Session, told: Mapping[str, RequestDraft], stored: Mapping[str, RequestDraft]
) -> dict[str, list[Fault]]:
    """Return, by id, what of a change of requests would move the ground under a live proposal.

    A slot that is out keeps its months, hours and days, and stays; the request keeps its organization, a budget that
    covers what is out, and does not end by the way.
    """
    p = columns(Proposal)
    query = select(p.request_id, p.slot_id, p.cost, p.net_cost).where(p.status.in_(LIVE))
    live: defaultdict[str, list[Any]] = defaultdict(list)
    for row in fetch(session, query, p.request_id, sorted(told)):
        live[row.request_id].append(row)
    slots = read_slots(session, sorted(live)) if live else {}
    found = {
        request_id: [
            *_slot_faults({row.slot_id for row in rows}, slots[request_id], told[request_id].slots),
            *_whole_faults(rows, following(told[request_id], stored[request_id]), stored[request_id]),
        ]
        for request_id, rows in live.items()
    }
    return {request_id: faults for request_id, faults in found.items() if faults}


def following(draft: RequestDraft, present: RequestDraft | None) -> RequestDraft:
    """Return the draft with the status its slots give it, where it has come that far: nobody tells it by hand."""
    if present is None or present.status not in SETTLED or draft.status not in SETTLED:
        return draft
    return replace(draft, status=present.status)


def _slot_faults(live: set[str], stored: Mapping[str, SlotDraft], told: Sequence[SlotDraft]) -> Iterator[Fault]:
    for position, (slot_id, slot) in enumerate(stored.items()):
        after = told[position] if position < len(told) else None
        if slot_id in live and (after is None or any(getattr(slot, name) != getattr(after, name) for name in TIME)):
            yield Fault(
                f"/slots/{position}",
                f"枠 {position + 1}「{slot.title}」は提案中または従事中のため、"
                "月・時間・現地日数の変更や削除はできません。先に提案を取り下げるか、従事を終えてください。",
                f"Slot {position + 1} “{slot.title}” has a live proposal or work going on: its months, hours and days "
                "cannot change, and it cannot go. Withdraw the proposal or end the work first.",
            )


def _whole_faults(live: Sequence[Any], told: RequestDraft, stored: RequestDraft) -> Iterator[Fault]:
    if told.organization != stored.organization or told.status not in SETTLED:
        yield Fault(
            "/organization" if told.organization != stored.organization else "/status",
            "提案中または従事中の枠があるため、団体の変更や受付の終了はここではできません。先に提案を取り下げてください。",
            "Slots have live proposals: the organization cannot change, and the request cannot end this way. "
            "Withdraw the proposals first.",
        )
    promised = sum(row.net_cost if told.budget_basis == "net" else row.cost for row in live)
    lowered = (told.budget, told.budget_basis) != (stored.budget, stored.budget_basis)
    if lowered and told.budget is not None and told.budget < promised:
        yield Fault(
            "/budget",
            f"提案中または従事中の枠だけで {promised:,} 円かかるため、予算を {told.budget:,} 円にはできません。",
            f"What is out or at work already takes ¥{promised:,}: the budget cannot be ¥{told.budget:,}.",
        )
