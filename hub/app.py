"""The application: the JSON interface, the pages, and the worker beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response

from hub.api import faults
from hub.api.routes import router as api_router
from hub.db.engine import create_engine
from hub.db.schema import require_newest
from hub.errors import HubError
from hub.jobs.worker import Worker
from hub.protection import BodyLimit, RequestLog
from hub.settings import Settings

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
    )
    app.state.settings = settings
    app.include_router(api_router())
    app.add_exception_handler(HTTPException, faults.http_fault)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, faults.invalid_request)  # type: ignore[arg-type]
    app.add_exception_handler(HubError, _hub_fault)  # type: ignore[arg-type]
    app.add_middleware(RequestLog, broken=_broken)
    app.add_middleware(BodyLimit, largest=settings.largest_body, refuse=_refuse)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.allowed_hosts))
    _install_pages(app, settings)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    app.state.engine = create_engine(settings)
    require_newest(app.state.engine)
    worker = Worker(app.state.engine, settings) if settings.worker else None
    if worker:
        worker.start()
    try:
        yield
    finally:
        if worker:
            worker.close()
        app.state.engine.dispose()


def _install_pages(app: FastAPI, settings: Settings) -> None:
    from web.routes import install

    install(app, language=settings.language)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(API)


def _hub_fault(request: Request, fault: HubError) -> Response:
    from web.errors import error_page

    if _is_api(request):
        return faults.hub_fault(request, fault)
    return error_page(request, faults.STATUS_OF[type(fault)][0])


def _refuse(request: Request, status: int) -> Response:
    from web.errors import error_page

    return faults.plain_fault(request, status) if _is_api(request) else error_page(request, status)


def _broken(request: Request, reference: str) -> Response:
    from web.errors import error_page

    if _is_api(request):
        answer: Response = faults.plain_fault(request, 500, reference)
    else:
        request.state.reference = reference
        answer = error_page(request, 500)
    answer.headers[REFERENCE_HEADER] = reference
    return answer
