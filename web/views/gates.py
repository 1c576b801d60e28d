"""Stage gates of a request (計画策定 → 社会実証 → 実装・展開): where it stands, a review proposed, and one decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.actor import LOCAL, Actor
from hub.auth.permissions import Belonging, allows
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import NotFound
from hub.logging import log_event
from hub.workflows.gate_reading import find_waiting_reviews, request_of_review, reviewer_names
from hub.workflows.gates import (
    REVIEWABLE,
    GateReviewDraft,
    GateReviewRead,
    confirm_review,
    find_reviews,
    next_gate,
    propose_review,
    send_review_back,
)
from hub.workflows.moving import Reason
from hub.workflows.paging import LARGEST_PAGE, Paging
from hub.workflows.request_rows import RequestPage
from hub.workflows.requests import read_request
from web import gate_words, words
from web.addresses import address_of
from web.templating import render, spoken_language
from web.typed import NOTHING, REASON, AnyVersion, Told, Typed

router = APIRouter()

GATES = tuple(words.GATES)
MOST_TYPED = 100_000
"""Characters of findings that are taken: more than are kept, so that too many are told at their field."""
OF_REQUEST = "/requests/{request_id}/gate"
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
LATEST = Paging(size=LARGEST_PAGE, sort="proposed", descending=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands: its reviews, the latest first, and what who looks may do.

    ``steps``: each gate with ``done``, ``now`` or ``ahead``. ``names``: of who proposed and decided, by account.
    """

    gate: str
    steps: tuple[tuple[str, str], ...]
    following: str | None
    reviews: tuple[GateReviewRead, ...]
    names: Mapping[str, str]
    reviewable: bool
    may_propose: bool
    may_decide: bool

    @property
    def waiting(self) -> GateReviewRead | None:
        """The review that waits to be decided."""
        return next((one for one in self.reviews if one.status == "proposed"), None)

    @property
    def over(self) -> bool:
        """Whether the last gate has been passed."""
        return self.steps[-1][1] == "done"


def standing_of(session: ReadingSession, actor: Actor, page: RequestPage) -> Standing:
    """Return where a request stands, for who looks. Raises Forbidden."""
    reviews = find_reviews(session, actor, page.id, LATEST).items
    gate = page.told.gate
    passed = (
        any(one.gate == GATES[-1] and (one.status, one.decision) == ("confirmed", "pass") for one in reviews)
        and gate == GATES[-1]
    )
    at = GATES.index(gate) + passed
    thing = Belonging(organization=page.told.organization)
    people = {who for one in reviews for who in (one.proposed_by, one.decided_by) if who}
    return Standing(
        gate=gate,
        steps=tuple((name, "done" if i < at else "now" if i == at else "ahead") for i, name in enumerate(GATES)),
        following=next_gate(gate),
        reviews=reviews,
        names=reviewer_names(session, people),
        reviewable=page.told.status in REVIEWABLE,
        may_propose=allows(actor, "request.review_gate", thing),
        may_decide=allows(actor, "request.pass_gate", thing),
    )


@router.get("/gate-reviews", dependencies=[decides("request.pass_gate")])
def list_waiting(request: Request, session: ReadingSession, actor: ActorDep, page: PageNumber = 1) -> Response:
    """List the reviews that wait for who looks, those that wait longest first."""
    found = find_waiting_reviews(session, actor, Paging(page=page, sort="proposed"))
    context = {"found": found, "address": address_of("/gate-reviews", found), "gate_words": gate_words}
    return render(request, "gate_reviews.html", context)


@router.get("/gate-reviews/{review_id}", dependencies=[decides("gate.read")])
def lead_to_request(session: ReadingSession, actor: ActorDep, review_id: str) -> Response:
    """Lead from a review, as news about it do, to the gates of its request."""
    return RedirectResponse(f"/requests/{request_of_review(session, actor, review_id)}/gate", status_code=303)


@router.get(OF_REQUEST, dependencies=[decides("gate.read")])
def show_gates(request: Request, session: ReadingSession, actor: ActorDep, request_id: str) -> Response:
    """Show where the request stands and every review of it: who proposed what, who decided, when and why."""
    page = read_request(session, request_id, actor=actor)
    return render(request, "gate.html", _context(page, standing_of(session, actor, page)))


@router.get(f"{OF_REQUEST}/propose", dependencies=[decides("request.review_gate")])
def ask_to_propose(request: Request, session: ReadingSession, actor: ActorDep, request_id: str) -> Response:
    """Ask what is proposed at the gate, and what was found. 404 where nothing can be proposed by who looks."""
    return _proposing(request, session, actor, request_id, form={"decision": "", "findings": ""})


@router.post(f"{OF_REQUEST}/propose", dependencies=[decides("request.review_gate")])
def propose(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    *,
    decision: Annotated[str, Form(max_length=20)] = "",
    findings: Annotated[str, Form(max_length=MOST_TYPED)] = "",
) -> Response:
    """Propose a decision; 422 shows the form again with what is missing, 409 says that another waits."""
    typed = Typed({"decision": decision, "findings": findings}, spoken_language(request))
    chosen = typed.chosen("decision", gate_words.DECISIONS)
    typed.text("findings") or typed.faults.setdefault("findings", typed.spoken.say("確かめたことを書いてください"))
    if not typed.faults:
        with typed.keeping(session, NOTHING):
            told = GateReviewDraft(chosen, typed.text("findings"))  # type: ignore[arg-type]
            review = propose_review(session, actor, request_id, told)
            log_event("gate_review_proposed", request=request_id, review=review, actor=actor.id)
    if typed.faults:
        return _proposing(request, session, actor, request_id, form=typed.form, faults=typed.faults)
    return RedirectResponse(f"/requests/{request_id}/gate", status_code=303)


@router.get(f"{OF_REQUEST}/reviews/{{review_id}}", dependencies=[decides("request.pass_gate")])
def ask_to_decide(
    request: Request, session: ReadingSession, actor: ActorDep, request_id: str, review_id: str
) -> Response:
    """Show a review and ask for a decision. 404 where it is decided, or not by who looks."""
    return _deciding(request, session, actor, request_id, review_id)


@router.post(f"{OF_REQUEST}/reviews/{{review_id}}", dependencies=[decides("request.pass_gate")])
def decide(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    review_id: str,
    *,
    outcome: Annotated[str, Form(max_length=20)] = "",
    told: Told = "",
    version: AnyVersion = None,
) -> Response:
    """Confirm a review or send it back with what to mend; 422 shows the form again, 409 where somebody was faster."""
    if request_of_review(session, actor, review_id) != request_id:
        raise _nothing()
    typed = Typed({"outcome": outcome, "words": told}, spoken_language(request))
    chosen = typed.chosen("outcome", gate_words.OUTCOMES)
    if chosen == "confirm":
        confirm_review(session, actor, review_id, version=version)
        log_event("gate_review_confirmed", review=review_id, actor=actor.id)
    elif chosen == "send_back":
        with typed.keeping(session, {**REASON, "/reason": "words"}):
            send_review_back(session, actor, review_id, Reason(words=told.strip() or None), version=version)
            log_event("gate_review_sent_back", review=review_id, actor=actor.id)
    if typed.faults:
        return _deciding(request, session, actor, request_id, review_id, typed=typed)
    return RedirectResponse(f"/requests/{request_id}/gate", status_code=303)


def _proposing(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    request_id: str,
    *,
    form: Mapping[str, str],
    faults: Mapping[str, str] = NOTHING,
) -> Response:
    page = read_request(session, request_id, actor=actor)
    standing = standing_of(session, actor, page)
    if not (standing.may_propose and standing.reviewable and standing.waiting is None):
        raise _nothing()
    context = {**_context(page, standing), "form": form, "faults": faults}
    return render(request, "gate_propose.html", context, status=422 if faults else 200)


def _deciding(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    request_id: str,
    review_id: str,
    *,
    typed: Typed | None = None,
) -> Response:
    page = read_request(session, request_id, actor=actor)
    standing = standing_of(session, actor, page)
    review = standing.waiting
    if review is None or review.id != review_id or not standing.may_decide:
        raise _nothing()
    form, faults = (typed.form, typed.faults) if typed else ({"outcome": "", "words": ""}, NOTHING)
    context = {**_context(page, standing), "review": review, "form": form, "faults": faults}
    return render(request, "gate_decide.html", context, status=422 if faults else 200)


def _context(page: RequestPage, standing: Standing) -> dict[str, object]:
    return {"page": page, "standing": standing, "gate_words": gate_words, "nobody": LOCAL.id}


def _nothing() -> NotFound:
    return NotFound("段階の審査", "gate review")
