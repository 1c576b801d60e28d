"""What those who run the service ask: whether it lives, whether it is ready, and its figures."""

from hmac import compare_digest

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import SQLAlchemyError

from hub.api.faults import KEPT_NOWHERE
from hub.db.schema import current
from hub.decisions import PUBLIC
from hub.dependencies import ReadingSession
from hub.logging import log_event
from hub.metrics import Metrics
from hub.models.base import utc_now
from hub.workflows.service_figures import count_service

router = APIRouter(include_in_schema=False)

BEARER = "bearer "


@router.get("/health/live", dependencies=[PUBLIC])
async def show_life() -> Response:
    """Answer 200 as long as the process answers at all: who gets no answer starts it again."""
    return PlainTextResponse("ok\n", headers=KEPT_NOWHERE)


@router.get("/health/ready", dependencies=[PUBLIC])
def show_readiness(request: Request) -> Response:
    """Answer 200 when requests can be served, else 503: database there, its schema this version's, worker at work."""
    state = request.app.state
    found = {"database": True, "schema": False}
    try:
        found["schema"] = current(state.engine) == state.newest
    except SQLAlchemyError as fault:
        log_event("not_ready", fault=fault)
        found["database"] = False
    if state.worker is not None:
        found["worker"] = state.worker.alive
    ready = all(found.values())
    return JSONResponse({"ready": ready, **found}, status_code=200 if ready else 503, headers=KEPT_NOWHERE)


def _by_token(request: Request) -> None:
    """Refuse (404, as if there were nothing) who does not send the token of HUB_METRICS_TOKEN, or where none is set."""
    wanted: str | None = request.app.state.metrics_token
    told = request.headers.get("authorization", "")
    if not wanted or not told.casefold().startswith(BEARER):
        raise HTTPException(404)
    if not compare_digest(told[len(BEARER) :].strip().encode("utf-8", "surrogatepass"), wanted.encode()):
        raise HTTPException(404)


@router.get("/metrics", dependencies=[PUBLIC, Depends(_by_token)])
def show_metrics(request: Request, session: ReadingSession) -> Response:
    """Return the figures as Prometheus reads them."""
    metrics: Metrics = request.app.state.metrics
    content = metrics.text(count_service(session, utc_now()))
    return Response(content, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=KEPT_NOWHERE)
