"""Experts as JSON."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.api.paging import PagingDep
from hub.dependencies import ReadingSession
from hub.workflows.expert_rows import ExpertFilter, ExpertPage, ExpertRow
from hub.workflows.experts import find_experts, read_expert
from hub.workflows.paging import Page
from matching.problem import TalentType, WorkMode

router = APIRouter(prefix="/experts", tags=["experts"])

Word = Annotated[str | None, Query(max_length=100)]


def _wanted(
    *,
    text: Annotated[str, Query(max_length=200)] = "",
    talent_type: TalentType | None = None,
    role: Word = None,
    skill: Word = None,
    level: Annotated[int, Query(ge=1, le=4)] = 1,
    stage: Word = None,
    theme: Word = None,
    prefecture: Annotated[str | None, Query(pattern="^[0-9]{2}$")] = None,
    work_mode: WorkMode | None = None,
    month: Annotated[str | None, Query(pattern="^[0-9]{4}-[0-9]{2}$")] = None,
    paused: bool | None = None,
) -> ExpertFilter:
    return ExpertFilter(text, talent_type, role, skill, level, stage, theme, prefecture, work_mode, month, paused)


@router.get("")
def list_experts(
    session: ReadingSession, wanted: Annotated[ExpertFilter, Depends(_wanted)], paging: PagingDep
) -> Page[ExpertRow]:
    """List experts, a page at a time."""
    return find_experts(session, wanted, paging)


@router.get("/{expert_id}")
def show_expert(session: ReadingSession, expert_id: str) -> ExpertPage:
    """Return everything about one expert. 404 when there is none."""
    return read_expert(session, expert_id)
