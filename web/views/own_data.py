"""Data about oneself: what there is, who looked, consents, all of it as a file, and being erased."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.actor import Actor
from hub.decisions import decides
from hub.dependencies import (
    ActorDep,
    DatabaseDep,
    KeyringDep,
    ReadingSession,
    SignedInDep,
    WritingSession,
)
from hub.errors import Forbidden, Invalid
from hub.logging import log_event
from hub.visitors import forget_session
from hub.workflows.consent_texts import newest
from hub.workflows.consents import agree_to, asked_of, read_consents, withdraw_consent
from hub.workflows.erasing_people import erase_confirmed, look_ahead
from hub.workflows.paging import Paging
from hub.workflows.personal_data import own_data
from hub.workflows.profile_reads import find_readings
from hub.workflows.standing_consents import withdrawn
from web.addresses import address_of, local_path
from web.templating import render, spoken_language
from web.typed import told_at_fields
from web.views.own_password import password_faults_of
from web.views.sign_in import Next, Text

router = APIRouter(prefix="/account")

OWN = decides("account.own")
CONSENTING = decides("expert.consent")


def profile_of(actor: Actor) -> str:
    """Return the id of one's own profile. Raises Forbidden for who has none."""
    if actor.expert is None:
        raise Forbidden
    return actor.expert


@router.get("/data", dependencies=[OWN])
def show_data(request: Request, session: ReadingSession, actor: ActorDep) -> Response:
    """Show how much the hub keeps about who looks, and what can be done about it."""
    parts = [part for part in own_data(session, actor) if part.rows]
    consents = read_consents(session, actor, actor.expert) if actor.expert else ()
    context = {"parts": parts, "expert_id": actor.expert, "consents": consents, "asked": asked_of(session, actor)}
    return render(request, "own_data.html", context)


@router.get("/data/readings", dependencies=[decides("expert.see_readers")])
def list_readings(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    *,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """List who saw one's own profile, the latest first."""
    found = find_readings(session, actor, profile_of(actor), Paging(page=page))
    return render(request, "readings.html", {"found": found, "address": address_of("/account/data/readings", found)})


@router.get("/consent", dependencies=[CONSENTING])
def ask_for_consent(request: Request, session: ReadingSession, actor: ActorDep, *, next: Next = "/") -> Response:
    """Show the text that is asked for now, and whether it was agreed to."""
    expert_id = profile_of(actor)
    waiting = asked_of(session, actor)
    context = {
        "text": newest("matching"),
        "waiting": waiting is not None,
        "withdrawn": bool(withdrawn(session, [expert_id])),
        "next": local_path(next),
        "expert_id": expert_id,
    }
    return render(request, "consent.html", context)


@router.post("/consent", dependencies=[CONSENTING])
def answer_consent(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    *,
    answer: Text = "",
    version: Text = "",
    next: Text = "",
) -> Response:
    """Agree to being matched, or do not (any more), which pauses the profile. 409 when the text has changed."""
    expert_id = profile_of(actor)
    if answer == "agree":
        agree_to(session, actor, expert_id, version, spoken_language(request).code)
    else:
        withdraw_consent(session, actor, expert_id)
    log_event("consent_given" if answer == "agree" else "consent_withdrawn", expert=expert_id, actor=actor.id)
    return RedirectResponse(local_path(next), status_code=303)


@router.get("/erase", dependencies=[OWN])
def ask_to_erase(request: Request, session: ReadingSession, actor: ActorDep) -> Response:
    """Show what being erased would do, why it cannot be now, and what would stay."""
    return _erase_page(request, session, actor, {})


@router.post("/erase", dependencies=[OWN])
def erase(
    request: Request,
    database: DatabaseDep,
    keyring: KeyringDep,
    visitor: SignedInDep,
    *,
    mail: Text = "",
    current: Text = "",
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """Erase who acts and show what stays. 422 unless they typed password and address and ticked; 409 with reasons."""
    spoken = spoken_language(request)
    faults = {} if sure else {"sure": spoken.say("元に戻せないことを確かめ、チェックを入れてください")}
    faults |= password_faults_of(database, keyring, visitor, current, spoken)
    if not faults:
        try:
            with database.writing() as session:
                outlook = erase_confirmed(session, visitor.actor, mail)
        except Invalid as refused:
            faults = told_at_fields(refused.faults, spoken)
        else:
            log_event("person_erased", actor=visitor.actor.id)
            request.state.visitor = None
            response = render(request, "erased.html", {"outlook": outlook})
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
            forget_session(request, response)
            return response
    with database.reading() as session:
        return _erase_page(request, session, visitor.actor, faults)


def _erase_page(request: Request, session: ReadingSession, actor: Actor, faults: dict[str, str]) -> Response:
    context = {"outlook": look_ahead(session, actor), "faults": faults}
    return render(request, "erase.html", context, status=422 if faults else 200)
