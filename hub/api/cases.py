"""Cases (事例) as JSON: finished work, by name only where both sides share it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.api.answers import Id
from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession
from hub.workflows.cases import Case, CaseFilter, find_cases
from hub.workflows.paging import Page
from seed_data.samples import GateStage

router = APIRouter(prefix="/cases", tags=["cases"])

Word = Annotated[str | None, Query(max_length=100)]


def _wanted(*, theme: Word = None, stage: Word = None, gate: GateStage | None = None, like: Id = None) -> CaseFilter:
    return CaseFilter(theme, stage, gate, like)


@router.get("", dependencies=[decides("case.read")])
def list_cases(
    session: ReadingSession, actor: ActorDep, wanted: Annotated[CaseFilter, Depends(_wanted)], paging: PagingDep
) -> Page[Case]:
    """List cases, a page at a time; ``like`` a request: those that share a theme or a stage with it."""
    return find_cases(session, actor, wanted, paging)
