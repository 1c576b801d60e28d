"""Schemes (制度) as JSON: a fiscal year's, and all that a request could use."""

from typing import Annotated

from fastapi import APIRouter, Query

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession
from hub.models.base import utc_now
from hub.workflows.adviser_rules import fiscal_year_of
from hub.workflows.scheme_reading import scheme_comparison
from hub.workflows.scheme_rows import Comparison, SchemeYear
from hub.workflows.schemes import schemes_of

router = APIRouter(tags=["schemes"])


@router.get("/schemes", dependencies=[decides("scheme.read")])
def list_schemes(fiscal_year: Annotated[int | None, Query(ge=2000, le=2100)] = None) -> SchemeYear:
    """Return the schemes of a fiscal year (from April; none given: the present one in Japan), all at once.

    A year without data has every scheme with nothing confirmed, and ``known`` false.
    """
    return schemes_of(fiscal_year if fiscal_year is not None else fiscal_year_of(utc_now()))


@router.get("/requests/{request_id}/schemes", dependencies=[decides("request.read")])
def compare_schemes(session: ReadingSession, actor: ActorDep, request_id: str) -> Comparison:
    """Return the schemes a request could use, best first, and those it cannot, with reasons. 404 when there is none.

    Every amount is an estimate (試算), with rule, fiscal year and source.
    """
    return scheme_comparison(session, request_id, utc_now(), actor=actor)
