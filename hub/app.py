"""The application: the JSON interface, the pages, and the worker beside them."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from inspect import isawaitable

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response

from hub.api import faults, operations
from hub.api.routes import sections
from hub.auth.keys import keyring_of
from hub.auth.providers import providers_of
from hub.db.engine import create_engine
from hub.db.faults import BeyondTheDatabase, meaning
from hub.db.schema import newest, require_newest
from hub.dependencies import refuse_nul
from hub.errors import HubError
from hub.jobs.worker import Worker
from hub.logging import log_event
from hub.metrics import Metrics
from hub.progress_feed import ProgressFeed
from hub.protection import BodyLimit, RequestLog
from hub.settings import Settings, read_secret
from hub.turns import turns_of
from hub.workflows.accounts.token_pace import paces_for
from web.errors import error_page
from web.plan_words import plan_words
from web.routes import install as install_pages

API = "/api/"
REFERENCE_HEADER = "X-Reference"


def create_app(settings: Settings) -> FastAPI:
    """Return the application for ``settings``; its database is opened when it starts and must be migrated by then."""
    app = FastAPI(
        title="デジタル人材ハブ",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_lifespan,
        dependencies=[Depends(refuse_nul)],
        # It would carry messages of exceptions, which quote what people wrote, wherever the environment says.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.settings = settings
    app.state.plan_words = plan_words
    app.state.metrics = Metrics()
    for section in sections():
        app.include_router(section)
    app.include_router(operations.router)
    app.add_exception_handler(HTTPException, faults.http_fault)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, faults.invalid_request)  # type: ignore[arg-type]
    app.add_exception_handler(HubError, faults.hub_fault)  # type: ignore[arg-type]
    app.add_middleware(BodyLimit, largest=settings.largest_body, refuse=_refuse)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.allowed_hosts))
    app.add_middleware(RequestLog, broken=_broken, observe=app.state.metrics.observe)
    install_pages(app, language=settings.language)
    for fault in (SQLAlchemyError, BeyondTheDatabase):
        app.add_exception_handler(fault, _database_fault)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    try:
        worker = _opened(app)
    except Exception as fault:  # the server that starts the application tells its words to its own log alone
        said = {"said": str(fault)} if isinstance(fault, HubError) else {}
        log_event("not_started", level=logging.ERROR, fault=fault, **said)
        raise
    try:
        if worker:
            worker.start()
        log_event("started")
        yield
    finally:
        await app.state.feed.close()
        if worker:
            worker.close()
        app.state.engine.dispose()
        log_event("ended")


def _opened(app: FastAPI) -> Worker | None:
    """Open what the application works with, and return its worker, not yet begun. Raises Conflict, OSError."""
    settings: Settings = app.state.settings
    app.state.keyring = keyring_of(settings) if settings.sign_in == "required" else None
    app.state.metrics_token = read_secret(settings.metrics_token_file, settings.metrics_token)
    app.state.providers = providers_of(settings)
    app.state.engine = create_engine(settings)
    app.state.token_paces = paces_for(app.state.engine)
    app.state.feed = ProgressFeed(app.state.engine)
    app.state.turns = turns_of(settings.database_connections, app.state.engine.dialect.name)
    app.state.newest = newest()
    app.state.worker = Worker(app.state.engine, settings) if settings.worker else None
    try:
        require_newest(app.state.engine)
    except Exception:
        app.state.engine.dispose()
        raise
    worker: Worker | None = app.state.worker
    return worker


async def _database_fault(request: Request, fault: Exception) -> Response:
    """Say what the database refused as any fault of the hub is said; what nobody foresaw is answered as broken."""
    said = meaning(fault)
    if said is None:
        raise fault
    log_event("database_refused", level=logging.WARNING, fault=fault, meaning=type(said).__name__)
    answered = request.app.exception_handlers[HubError](request, said)
    answer: Response = await answered if isawaitable(answered) else answered
    return answer


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(API)


def _refuse(request: Request, status: int) -> Response:
    return faults.plain_fault(request, status) if _is_api(request) else error_page(request, status)


def _broken(request: Request, reference: str) -> Response:
    if _is_api(request):
        answer: Response = faults.plain_fault(request, 500, reference)
    else:
        request.state.reference = reference
        answer = error_page(request, 500)
    answer.headers[REFERENCE_HEADER] = reference
    return answer
