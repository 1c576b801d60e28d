"""Experts as JSON."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.api.answers import Version
from hub.api.bodies import body_of, described
from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.workflows.disclosures import disclose_expert
from hub.workflows.drafts import ExpertDraft
from hub.workflows.expert_rows import ExpertFilter, ExpertPage, ExpertRow
from hub.workflows.experts import edit_expert, find_experts, read_expert, set_paused
from hub.workflows.paging import Page
from matching.problem import STRICT, TalentType, WorkMode

router = APIRouter(prefix="/experts", tags=["experts"])

Word = Annotated[str | None, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class Pause:
    """Whether an expert stays out of every later plan."""

    __pydantic_config__ = STRICT
    paused: bool


def wanted_experts(
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
    """Return which experts the address asks for."""
    return ExpertFilter(text, talent_type, role, skill, level, stage, theme, prefecture, work_mode, month, paused)


@router.get("", dependencies=[decides("expert.list")])
def list_experts(
    session: ReadingSession,
    actor: ActorDep,
    wanted: Annotated[ExpertFilter, Depends(wanted_experts)],
    paging: PagingDep,
) -> Page[ExpertRow]:
    """List experts, a page at a time."""
    return find_experts(session, wanted, paging, actor=actor)


@router.get("/{expert_id}", dependencies=[decides("expert.read")])
def show_expert(session: ReadingSession, records: WritingSession, actor: ActorDep, expert_id: str) -> ExpertPage:
    """Return everything about one expert, and record to whom. 404 when there is none."""
    disclose_expert(records, actor, expert_id)
    return read_expert(session, expert_id, actor=actor)


@router.put(
    "/{expert_id}", status_code=204, openapi_extra=described(ExpertDraft), dependencies=[decides("expert.edit")]
)
def rewrite_expert(
    session: WritingSession,
    actor: ActorDep,
    expert_id: str,
    told: Annotated[ExpertDraft, Depends(body_of(ExpertDraft))],
    version: Version = None,
) -> None:
    """Make an expert what is told. 409 with both versions when somebody else was faster; 422 names every fault."""
    edit_expert(session, actor, expert_id, told, version)
    log_event("expert_edited", expert=expert_id, actor=actor.id)


@router.put(
    "/{expert_id}/paused", status_code=204, openapi_extra=described(Pause), dependencies=[decides("expert.pause")]
)
def pause_expert(
    session: WritingSession, actor: ActorDep, expert_id: str, told: Annotated[Pause, Depends(body_of(Pause))]
) -> None:
    """Take an expert out of every later plan, or back in. 404 when there is none."""
    set_paused(session, actor, expert_id, paused=told.paused)
    log_event("expert_paused" if told.paused else "expert_resumed", expert=expert_id, actor=actor.id)
