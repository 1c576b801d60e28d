"""Who a request comes from: the session a browser's cookie stands for, or the token a system sends; and the cookies.

Over TLS the cookies have the prefix ``__Host-``: sent to this host alone, over TLS alone, and set by nobody else. Plain
HTTP is for this machine itself, where browsers refuse the prefix.
"""

import logging

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from hub.auth.actor import LOCAL
from hub.auth.challenges import LASTS
from hub.db.transaction import reading, transaction
from hub.logging import log_event
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.accounts.sessions import LONGEST, SignedIn, find_session, mark_seen
from hub.workflows.accounts.token_pace import Pace
from hub.workflows.accounts.tokens import find_token, mark_used

SESSION, DEVICE = "hub_session", "hub_device"
STEP, JOURNEY = "hub_step", "hub_journey"
"""What a browser holds before it has a session: while it is on the sign-in page, and while it is at a provider."""
DEVICE_SECONDS = 180 * 24 * 3600
"""How long a browser is known as one that signed in before."""
BEARER = "bearer "


def cookie_name(request: Request, name: str) -> str:
    """Return the name of a cookie as this way of reaching the hub has it."""
    return f"__Host-{name}" if is_secure(request) else name


def is_secure(request: Request) -> bool:
    """Return whether the hub is reached over TLS, by itself or behind what ends it."""
    settings: Settings = request.app.state.settings
    return request.url.scheme == "https" or settings.links_to.startswith("https://")


def session_secret(request: Request) -> str:
    """Return the secret of the session a browser sends, empty without one."""
    return request.cookies.get(cookie_name(request, SESSION), "")


def find_visitor(request: Request) -> SignedIn | None:
    """Return who is signed in, with the roles of this moment; None: nobody, or not any more.

    A request with a token is a system's, whatever cookies it has, and counts. Raises TooOften.
    """
    if request.app.state.settings.sign_in == "local":
        return SignedIn(LOCAL)
    told = request.headers.get("authorization")
    secret = session_secret(request)
    if told is None and not secret:
        return None
    now = utc_now()
    if told is not None and not told.casefold().startswith(BEARER):
        return None
    with reading(request.app.state.engine) as session:
        if told is None:
            return find_session(session, secret, now)
        found = find_token(session, told[len(BEARER) :].strip(), now)
    if found is not None and found.token is not None:
        request.app.state.token_paces.count(found.token, _pace_of(request, found), now)
    return found


def _pace_of(request: Request, visitor: SignedIn) -> Pace:
    settings: Settings = request.app.state.settings
    return Pace(min(visitor.per_minute or settings.token_requests, settings.most_token_requests))


def write_use(request: Request, visitor: SignedIn) -> None:
    """Write down that a session or token is in use, after the answer was sent: nobody waits for it."""
    try:
        with transaction(request.app.state.engine) as session:
            if visitor.session is not None:
                mark_seen(session, visitor.session, utc_now())
            elif visitor.token is not None:
                mark_used(session, visitor.token, utc_now())
    except SQLAlchemyError as fault:  # the next request does it
        log_event("use_not_written", level=logging.WARNING, fault=fault)


def keep_session(request: Request, response: Response, secret: str) -> None:
    """Have the browser keep a session's secret until the session ends at the latest."""
    _keep(request, response, SESSION, secret, int(LONGEST.total_seconds()))


def step_of(request: Request) -> str:
    """Return what a browser holds while it signs in, and has no session yet; empty without it."""
    return request.cookies.get(cookie_name(request, STEP), "")


def keep_step(request: Request, response: Response, told: str) -> None:
    """Have the browser hold something while it signs in: what it answers is bound to it."""
    _keep(request, response, STEP, told, int(LASTS.total_seconds()))


def journey_of(request: Request) -> str:
    """Return what a browser holds while its person is at a provider; empty without it."""
    return request.cookies.get(cookie_name(request, JOURNEY), "")


def keep_journey(request: Request, response: Response, told: str) -> None:
    """Have the browser hold something while its person is at a provider."""
    _keep(request, response, JOURNEY, told, int(LASTS.total_seconds()))


def end_journey(request: Request, response: Response) -> None:
    """Have the browser forget what it held while its person was at a provider."""
    _forget(request, response, JOURNEY)


def keep_device(request: Request, response: Response, device: str) -> None:
    """Have the browser keep by what it is known again."""
    _keep(request, response, DEVICE, device, DEVICE_SECONDS)


def forget_session(request: Request, response: Response) -> None:
    """Have the browser forget its session."""
    _forget(request, response, SESSION)


def _forget(request: Request, response: Response, name: str) -> None:
    told = cookie_name(request, name)
    response.delete_cookie(told, path="/", secure=is_secure(request), httponly=True, samesite="lax")


def _keep(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
