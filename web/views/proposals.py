"""Proposals: followed by the office, answered by organizations and by the experts who were asked."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, allows
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import Forbidden, NotFound
from hub.logging import log_event
from hub.workflows import proposals
from hub.workflows.japanese_days import day_in_japan, today_in_japan
from hub.workflows.life_cycles import DECLINE_EXPERT, DECLINE_ORGANIZATION, PROPOSAL
from hub.workflows.moving import Reason
from hub.workflows.plan_rows import PlanRow
from hub.workflows.plans import read_plan_row
from hub.workflows.proposal_ending import UNCONFIRMED, withdraw_proposal
from hub.workflows.proposal_reading import find_offers, find_proposals, read_offer, read_proposal
from hub.workflows.proposal_rows import Offer, ProposalFilter, ProposalRow, Step
from hub.workflows.tasks import SOON
from web import round_words
from web.addresses import address_of, paging_of
from web.language import Language
from web.templating import render, spoken_language
from web.typed import NOTHING, REASON, AnyVersion, Told, Typed

router = APIRouter(prefix="/proposals")

Text = Annotated[str, Query(max_length=100)]
SHOWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "waiting": UNCONFIRMED,
        "confirmed": ("confirmed",),
        "declined": ("expert_declined", "organization_declined"),
        "lapsed": ("lapsed",),
        "ended": ("withdrawn", "released"),
    }
)
"""What the list may be narrowed to, and the statuses that are meant."""

Answer = Callable[..., object]
DECLINES: Mapping[str, tuple[Answer, Sequence[str]]] = MappingProxyType(
    {
        "expert": (proposals.decline_as_expert, DECLINE_EXPERT),
        "organization": (proposals.decline_as_organization, DECLINE_ORGANIZATION),
    }
)
"""How each side declines, and the reasons it may give."""


def side_of(actor: Actor, row: ProposalRow | Offer) -> str | None:
    """Return which side of the proposal ``actor`` answers for: ``expert``, ``organization`` or neither."""
    if isinstance(row, Offer):
        return "expert"
    thing = Belonging(organization=row.organization_code, expert=row.expert_id)
    return "organization" if allows(actor, "proposal.answer_as_organization", thing) else None


@router.get("", dependencies=[decides("proposal.read", "offer.read")])
def list_proposals(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    *,
    status: Text = "",
    plan: Text = "",
    need: Annotated[str, Query(alias="request", max_length=100)] = "",
    sort: Text = "deadline",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """List the proposals who looks may see; an expert sees what they were offered. htmx gets the results alone."""
    spoken = spoken_language(request)
    if actor.expert is not None:
        offers = find_offers(session, actor, paging_of(sort, page))
        context = {"found": offers, "address": address_of("/proposals", offers), "near": _near}
        return render(request, "offers.html", context)
    wanted = ProposalFilter(plan=plan or None, request=need or None, among=SHOWN.get(status, ()))
    found = find_proposals(session, actor, wanted, paging_of(sort, page))
    context = {
        "found": found,
        "address": address_of("/proposals", found, status=status, plan=plan, request=need),
        "asked": {"status": status, "plan": plan, "request": need},
        "plan": _plan(session, actor, plan),
        "choices": _choices(spoken),
        "near": _near,
    }
    return render(request, "proposals.html", context, block="results")


@router.get("/{proposal_id}", dependencies=[decides("proposal.read", "offer.read")])
def show_proposal(request: Request, session: ReadingSession, actor: ActorDep, proposal_id: str) -> Response:
    """Show one proposal to who may see it: to its expert without score, plan or anybody else's."""
    return _page(request, session, actor, proposal_id)


@router.post(
    "/{proposal_id}/accept", dependencies=[decides("proposal.answer_as_expert", "proposal.answer_as_organization")]
)
def accept(
    session: WritingSession,
    actor: ActorDep,
    proposal_id: str,
    side: Annotated[str, Form()],
    version: AnyVersion = None,
) -> Response:
    """Accept for the side told. 409 names what does not fit, or why it is too late."""
    answer = proposals.accept_as_expert if side == "expert" else proposals.accept_as_organization
    status = answer(session, actor, proposal_id, version)
    log_event("proposal_accepted", proposal=proposal_id, actor=actor.id, status=status)
    return RedirectResponse(f"/proposals/{proposal_id}", status_code=303)


@router.get(
    "/{proposal_id}/decline", dependencies=[decides("proposal.answer_as_expert", "proposal.answer_as_organization")]
)
def ask_why(request: Request, session: ReadingSession, actor: ActorDep, proposal_id: str) -> Response:
    """Ask for the reason before it is declined."""
    return _page(request, session, actor, proposal_id, template="proposal_decline.html")


@router.post(
    "/{proposal_id}/decline", dependencies=[decides("proposal.answer_as_expert", "proposal.answer_as_organization")]
)
def decline(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    proposal_id: str,
    *,
    side: Annotated[str, Form(pattern="^(expert|organization)$")],
    code: Annotated[str, Form(max_length=40)] = "",
    told: Told = "",
    version: AnyVersion = None,
) -> Response:
    """Decline for the side told, with a reason; 422 shows the page again, and nothing is changed."""
    typed = Typed({"code": code, "words": told}, spoken_language(request))
    answer, _ = DECLINES[side]
    with typed.keeping(session, REASON):
        answer(session, actor, proposal_id, Reason(code or None, told.strip() or None), version)
    if typed.faults:
        form, faults = typed.form, typed.faults
        return _page(request, session, actor, proposal_id, template="proposal_decline.html", form=form, faults=faults)
    log_event("proposal_declined", proposal=proposal_id, actor=actor.id)
    return RedirectResponse(f"/proposals/{proposal_id}", status_code=303)


@router.post("/{proposal_id}/withdraw", dependencies=[decides("proposal.withdraw")])
def withdraw(
    session: WritingSession,
    actor: ActorDep,
    proposal_id: str,
    told: Told = "",
    version: AnyVersion = None,
) -> Response:
    """Withdraw a proposal as a coordinator. 409 when it is confirmed or has ended."""
    withdraw_proposal(session, actor, proposal_id, Reason(words=told.strip() or None), version)
    log_event("proposal_withdrawn", proposal=proposal_id, actor=actor.id)
    return RedirectResponse(f"/proposals/{proposal_id}", status_code=303)


def _plan(session: ReadingSession, actor: Actor, plan: str) -> PlanRow | None:
    """Return the plan whose proposals are listed, for those who may see it."""
    try:
        return read_plan_row(session, plan, actor=actor) if plan else None
    except (NotFound, Forbidden):
        return None


def _page(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    proposal_id: str,
    *,
    template: str = "proposal.html",
    form: Mapping[str, str] = MappingProxyType({"code": "", "words": ""}),
    faults: Mapping[str, str] = NOTHING,
) -> Response:
    row: ProposalRow | Offer
    steps: tuple[Step, ...] = ()
    if actor.expert is not None:
        row = read_offer(session, actor, proposal_id)
    else:
        page = read_proposal(session, actor, proposal_id)
        row, steps = page.row, page.steps
    side = side_of(actor, row)
    moves = {move.name for move in PROPOSAL.open_to(row.status)}
    context = {
        "row": row,
        "steps": steps,
        "side": side,
        "is_offer": isinstance(row, Offer),
        "can_accept": side is not None and f"accept_as_{side}" in moves and not _is_past(row),
        "can_decline": side is not None and f"decline_as_{side}" in moves,
        "can_withdraw": "withdraw" in moves and _may_withdraw(actor, row),
        "reasons": DECLINES[side][1] if side else (),
        "form": form,
        "faults": faults,
        "near": _near,
    }
    return render(request, template, context, status=422 if faults else 200)


def _may_withdraw(actor: Actor, row: ProposalRow | Offer) -> bool:
    return allows(actor, "proposal.withdraw", Belonging(organization=row.organization_code))


def _is_past(row: ProposalRow | Offer) -> bool:
    return day_in_japan(row.deadline) < today_in_japan()


def _near(row: ProposalRow | Offer) -> bool:
    """Return whether the deadline of a proposal still waiting is near or past."""
    return row.status in UNCONFIRMED and day_in_japan(row.deadline) - today_in_japan() <= SOON


def _choices(spoken: Language) -> list[tuple[str, str]]:
    return [("", spoken.say("すべて")), *((key, spoken.say(name)) for key, name in round_words.PROPOSALS_SHOWN.items())]
