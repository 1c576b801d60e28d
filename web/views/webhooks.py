"""Webhooks: the addresses of other systems that are told of what happens, of an organization's events or of all."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.actor import Actor
from hub.auth.keys import Keyring
from hub.decisions import decides
from hub.dependencies import ActorDep, KeyringDep, ReadingSession, SettingsDep, WritingSession
from hub.errors import Invalid
from hub.settings import Settings
from hub.workflows import webhooks
from hub.workflows.events import words_of
from hub.workflows.organizations import read_organization
from hub.workflows.webhook_events import ANNOUNCED
from web.templating import render, spoken_language
from web.typed import told_at_fields
from web.views.sign_in import Text

router = APIRouter()

MANAGE = decides("webhook.manage")
Events = Annotated[list[str] | None, Form()]


class Sent:
    """What the form of a new webhook holds, and what is wrong with it."""

    def __init__(self, url: Text = "", events: Events = None) -> None:
        self.url, self.events = url.strip(), tuple(events or ())
        self.faults: dict[str, str] = {}


SentDep = Annotated[Sent, Depends()]


@router.get("/webhooks", dependencies=[MANAGE])
def show_all(request: Request, session: ReadingSession, actor: ActorDep) -> Response:
    """Show the webhooks of all organizations' events. 403 but for administrators of the system."""
    return _list(request, session, actor, None, Sent())


@router.get("/organizations/{code}/webhooks", dependencies=[MANAGE])
def show_own(request: Request, session: ReadingSession, actor: ActorDep, code: str) -> Response:
    """Show the webhooks of an organization's events. 404 for others' organizations."""
    return _list(request, session, actor, code, Sent())


@router.post("/webhooks", dependencies=[MANAGE])
def register_for_all(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    keys: KeyringDep,
    *,
    settings: SettingsDep,
    sent: SentDep,
) -> Response:
    """Register a webhook for all organizations' events and show its secret, once. 422 names what is wrong."""
    return _register(request, session, actor, None, sent, keys=keys, settings=settings)


@router.post("/organizations/{code}/webhooks", dependencies=[MANAGE])
def register_own(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    keys: KeyringDep,
    *,
    settings: SettingsDep,
    code: str,
    sent: SentDep,
) -> Response:
    """Register a webhook for an organization's events and show its secret, once. 422 names what is wrong."""
    return _register(request, session, actor, code, sent, keys=keys, settings=settings)


@router.get("/webhooks/{webhook_id}", dependencies=[MANAGE])
def show_one(request: Request, session: ReadingSession, actor: ActorDep, webhook_id: str) -> Response:
    """Show a webhook with its last deliveries. 404 for others'."""
    return _one(request, session, actor, webhook_id, {})


@router.post("/webhooks/{webhook_id}/events", dependencies=[MANAGE])
def change_events(
    request: Request, session: WritingSession, actor: ActorDep, webhook_id: str, *, events: Events = None
) -> Response:
    """Choose the events a webhook is told of. 422 without any, 404 for others'."""
    try:
        webhooks.change_events(session, actor, webhook_id, tuple(events or ()))
    except Invalid as refused:
        return _one(request, session, actor, webhook_id, told_at_fields(refused.faults, spoken_language(request)))
    return _back(webhook_id)


@router.post("/webhooks/{webhook_id}/rotate", dependencies=[MANAGE])
def rotate(request: Request, session: WritingSession, actor: ActorDep, keys: KeyringDep, webhook_id: str) -> Response:
    """Make a new secret and show it, once; the former one signs besides for a day. 404 for others'."""
    return _secret(request, webhook_id, webhooks.rotate(session, actor, keys, webhook_id), rotated=True)


@router.post("/webhooks/{webhook_id}/test", dependencies=[MANAGE])
def send_test(session: WritingSession, actor: ActorDep, webhook_id: str) -> Response:
    """Have a test sent, in the background. 404 for others', 409 while it is stopped."""
    webhooks.send_test(session, actor, webhook_id)
    return _back(webhook_id)


@router.post("/webhooks/{webhook_id}/stop", dependencies=[MANAGE])
def stop(session: WritingSession, actor: ActorDep, webhook_id: str) -> Response:
    """Tell a webhook nothing more. 404 for others'."""
    webhooks.stop(session, actor, webhook_id)
    return _back(webhook_id)


@router.post("/webhooks/{webhook_id}/start", dependencies=[MANAGE])
def start(session: WritingSession, actor: ActorDep, webhook_id: str) -> Response:
    """Tell a webhook again. 404 for others'."""
    webhooks.start(session, actor, webhook_id)
    return _back(webhook_id)


def _register(
    request: Request,
    session: WritingSession,
    actor: Actor,
    code: str | None,
    sent: Sent,
    *,
    keys: Keyring,
    settings: Settings,
) -> Response:
    draft = webhooks.WebhookDraft(code, sent.url, sent.events)
    try:
        return _secret(request, *webhooks.register(session, actor, keys, settings, draft))
    except Invalid as refused:
        sent.faults = told_at_fields(refused.faults, spoken_language(request))
        return _list(request, session, actor, code, sent)


def _secret(request: Request, webhook_id: str, secret: str, *, rotated: bool = False) -> Response:
    return render(request, "webhook_secret.html", {"secret": secret, "webhook": webhook_id, "rotated": rotated})


def _list(request: Request, session: ReadingSession, actor: Actor, code: str | None, sent: Sent) -> Response:
    context = {
        "webhooks": webhooks.list_webhooks(session, actor, code),
        "organization": read_organization(session, code) if code else None,
        "address": f"/organizations/{code}/webhooks" if code else "/webhooks",
        "form": sent,
        "faults": sent.faults,
        "events": _events(request),
    }
    return render(request, "webhooks.html", context, status=422 if sent.faults else 200)


def _one(
    request: Request, session: ReadingSession, actor: Actor, webhook_id: str, faults: Mapping[str, str]
) -> Response:
    found, deliveries = webhooks.read_webhook(session, actor, webhook_id)
    spoken = spoken_language(request)
    context = {
        "webhook": found,
        "back": f"/organizations/{found.organization}/webhooks" if found.organization else "/webhooks",
        "deliveries": [(row, words_of(row.event).text(spoken.code)) for row in deliveries],
        "faults": faults,
        "events": _events(request),
    }
    return render(request, "webhook.html", context, status=422 if faults else 200)


def _events(request: Request) -> list[tuple[str, str]]:
    code = spoken_language(request).code
    return [(event, words_of(event).text(code)) for event in ANNOUNCED]


def _back(webhook_id: str) -> Response:
    return RedirectResponse(f"/webhooks/{webhook_id}", status_code=303)
