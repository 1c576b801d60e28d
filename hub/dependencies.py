"""What routes depend on; the only place of FastAPI's ``Depends`` aliases.

A transaction ends before its answer is sent (``scope="function"``): a commit that fails cannot have answered 200.
What only looks at the request is ``async``: anything else costs a change of threads, several for each request.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from hmac import compare_digest
from typing import Annotated

from fastapi import BackgroundTasks, Depends, HTTPException, Request
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.keys import Keyring
from hub.auth.providers import Provider
from hub.auth.secrets import form_token
from hub.db.transaction import reading, transaction, undoable
from hub.errors import Conflict, Invalid, SecondFactorNeeded, SignInNeeded
from hub.progress_feed import ProgressFeed
from hub.settings import Settings
from hub.turns import Turns
from hub.visitors import find_visitor, session_secret, write_use
from hub.workflows.accounts.sessions import SignedIn, hold_to
from hub.workflows.sheets.plan_sheets import PlanWords
from hub.workflows.sheets.wording import Spoken
from matching.faults import Fault

__all__ = ["undoable"]
NUL = "\0"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_FIELD, FORM_HEADER = "form_token", "x-form-token"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


async def refuse_nul(request: Request) -> None:
    """Refuse an address that holds a NUL character, with its place: not every database takes one."""
    places = [f"/path/{name}" for name, value in request.path_params.items() if NUL in str(value)]
    places += [f"/query/{name}" for name, value in request.query_params.multi_items() if NUL in name + value]
    if places:
        raise Invalid([Fault(place, "NUL文字を取り除いてください", "take out the NUL character") for place in places])


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _reading(request: Request) -> Iterator[Session]:
    with reading(request.app.state.engine) as session:
        yield session


def _visitor(request: Request, after: BackgroundTasks) -> SignedIn | None:
    found = find_visitor(request)
    request.state.visitor = found
    if found is not None and found.stale:
        after.add_task(write_use, request, found)
    return found


VisitorDep = Annotated[SignedIn | None, Depends(_visitor)]
"""Who is signed in, with a second factor or still without; None: nobody."""


async def _turn(
    request: Request, visitor: VisitorDep, settings: Annotated[Settings, Depends(_settings)]
) -> AsyncIterator[None]:
    # Whoever sends slowly does so before it is their turn. A form has arrived already, and its stream is read up.
    with suppress(RuntimeError):
        await request.body()
    turns: Turns = request.app.state.turns
    async with turns.turn(visitor.actor.id if visitor is not None else None, settings.database_wait_seconds):
        yield


def _writing(
    request: Request, visitor: VisitorDep, _: Annotated[None, Depends(_turn, scope="function")]
) -> Iterator[Session]:
    # Who acts is known before the transaction begins, and still has to be who they were within it.
    with transaction(request.app.state.engine) as session:
        if visitor is not None:
            hold_to(session, visitor)
        yield session


async def _plan_words(request: Request) -> Callable[[Spoken], PlanWords]:
    words: Callable[[Spoken], PlanWords] = request.app.state.plan_words
    return words


async def _half(visitor: VisitorDep) -> SignedIn:
    if visitor is None:
        raise SignInNeeded
    return visitor


HalfDep = Annotated[SignedIn, Depends(_half)]
"""Who gave a password, with the second factor or still without."""


async def _whole(visitor: HalfDep) -> SignedIn:
    if visitor.missing != "nothing":
        raise SecondFactorNeeded(enrolled=visitor.missing == "second_factor")
    return visitor


SignedInDep = Annotated[SignedIn, Depends(_whole)]
"""Who is signed in as their roles ask for."""


async def _actor(visitor: SignedInDep) -> Actor:
    return visitor.actor


class Database:
    """Transactions for a route that must not hold one while it does something else, as comparing a password."""

    def __init__(self, request: Request) -> None:
        self._engine = request.app.state.engine

    def reading(self) -> AbstractContextManager[Session]:
        """Return a session that sees one state of the database, and cannot write."""
        return reading(self._engine)

    def writing(self) -> AbstractContextManager[Session]:
        """Return a session that is committed at its end."""
        return transaction(self._engine)


async def _keyring(request: Request) -> Keyring:
    keyring: Keyring | None = request.app.state.keyring
    if keyring is None:
        raise no_accounts()
    return keyring


def no_accounts() -> Conflict:
    """Return the refusal of what is about accounts where nobody signs in."""
    return Conflict("ここではサインインしません（HUB_SIGN_IN=local）。", "Nobody signs in here (HUB_SIGN_IN=local).")


async def prove_form(request: Request, visitor: VisitorDep) -> AsyncIterator[None]:
    """Refuse (403) a change by a session's cookie that no page of that session sent: its token is missing or wrong.

    A form carries the token in a field, htmx and scripts in a header. Tokens of systems are sent by no browser by
    itself, and where nobody signs in there is no session to bind anything to. A file that came with the form is gone
    at the end, whoever refuses it.
    """
    try:
        await _refuse_unproven(request, visitor)
        yield
    finally:
        await request.close()


async def _refuse_unproven(request: Request, visitor: SignedIn | None) -> None:
    if visitor is None or visitor.session is None or request.method in SAFE_METHODS:
        return
    told = request.headers.get(FORM_HEADER)
    if told is None and request.headers.get("content-type", "").startswith(FORM_TYPES):
        field = (await request.form()).get(FORM_FIELD)
        told = field if isinstance(field, str) else None
    wanted = form_token(session_secret(request)).encode()
    if told is None or not compare_digest(told.encode("utf-8", "surrogatepass"), wanted):
        raise HTTPException(403)


async def _providers(request: Request) -> Mapping[str, Provider]:
    providers: Mapping[str, Provider] = request.app.state.providers
    return providers


async def _feed(request: Request) -> ProgressFeed:
    feed: ProgressFeed = request.app.state.feed
    return feed


SettingsDep = Annotated[Settings, Depends(_settings)]
"""The settings of this process."""

ReadingSession = Annotated[Session, Depends(_reading, scope="function")]
"""A session that sees one state of the database, and cannot write."""

WritingSession = Annotated[Session, Depends(_writing, scope="function")]
"""A session whose transaction is committed once the route has returned, and rolled back when it raised."""

ActorDep = Annotated[Actor, Depends(_actor)]
"""Who acts: who signed in, or whoever sits at this machine where nobody does (``HUB_SIGN_IN=local``)."""

DatabaseDep = Annotated[Database, Depends(Database)]
"""The database, for a route that begins and ends its transactions itself."""

KeyringDep = Annotated[Keyring, Depends(_keyring)]
"""The hub's own keys. 409 where nobody signs in."""

ProvidersDep = Annotated[Mapping[str, Provider], Depends(_providers)]
"""The providers of sign-in, by name."""

FeedDep = Annotated[ProgressFeed, Depends(_feed)]
"""The progress of runs, for as many readers as there are."""

PlanWordsDep = Annotated[Callable[[Spoken], PlanWords], Depends(_plan_words)]
"""The words of a plan's list: the pages', in the language asked for."""
