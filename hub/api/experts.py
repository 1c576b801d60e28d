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
from hub.models.privacy import Audience
from hub.workflows.declared_conflicts import declare_vendors
from hub.workflows.disclosure_choices import choose, own_choices
from hub.workflows.disclosures import disclose_expert
from hub.workflows.drafts import ExpertDraft
from hub.workflows.expert_rows import ExpertFilter, ExpertPage, ExpertRow
from hub.workflows.experts import edit_expert, find_experts, set_paused
from hub.workflows.paging import Page
from hub.workflows.profile_reads import Reading, find_readings
from hub.workflows.shown_experts import ShownExpert, look_at_expert, preview_expert
from matching.problem import STRICT, TalentType, WorkMode

router = APIRouter(prefix="/experts", tags=["experts"])


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The widest audience that sees a part, by part."""

    __pydantic_config__ = STRICT
    parts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Vendors:
    """Companies an expert must not be matched around, by name."""

    __pydantic_config__ = STRICT
    vendors: tuple[str, ...]


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
def show_expert(
    session: ReadingSession, records: WritingSession, actor: ActorDep, expert_id: str
) -> ExpertPage | ShownExpert:
    """Return an expert, and record to whom: all of it to the office, to organizations what they may see.

    404 when there is none, or none for who asks.
    """
    shown, viewer = look_at_expert(session, actor, expert_id)
    disclose_expert(records, actor, expert_id, viewer)
    return shown


@router.put(
    "/{expert_id}/vendor-conflicts",
    status_code=204,
    openapi_extra=described(Vendors),
    dependencies=[decides("expert.edit")],
)
def declare_vendor_conflicts(
    session: WritingSession, actor: ActorDep, expert_id: str, told: Annotated[Vendors, Depends(body_of(Vendors))]
) -> None:
    """Declare the companies whose requests the expert stays out of; all others are taken back."""
    declare_vendors(session, actor, expert_id, told.vendors)
    log_event("conflicts_declared", expert=expert_id, actor=actor.id)


@router.get("/{expert_id}/readings", dependencies=[decides("expert.see_readers")])
def list_readings(session: ReadingSession, actor: ActorDep, expert_id: str, paging: PagingDep) -> Page[Reading]:
    """List who saw one's own profile: role and organization, when and why, the latest first."""
    return find_readings(session, actor, expert_id, paging)


@router.get("/{expert_id}/disclosure", dependencies=[decides("expert.choose_disclosure")])
def show_disclosure(session: ReadingSession, actor: ActorDep, expert_id: str) -> dict[str, Audience]:
    """Return the widest audience that sees each part of a profile."""
    return own_choices(session, actor, expert_id)


@router.put(
    "/{expert_id}/disclosure",
    status_code=204,
    openapi_extra=described(Disclosure),
    dependencies=[decides("expert.choose_disclosure")],
)
def choose_disclosure(
    session: WritingSession,
    actor: ActorDep,
    expert_id: str,
    told: Annotated[Disclosure, Depends(body_of(Disclosure))],
    version: Version = None,
) -> None:
    """Set who sees the parts named; the others stay. 422 names each that cannot be chosen, 409 as for the profile."""
    choose(session, actor, expert_id, told.parts, version)
    log_event("disclosure_chosen", expert=expert_id, actor=actor.id)


@router.get("/{expert_id}/disclosure/{audience}", dependencies=[decides("expert.choose_disclosure")])
def preview_disclosure(session: ReadingSession, actor: ActorDep, expert_id: str, audience: Audience) -> ShownExpert:
    """Return a profile as an audience would see it, to who decides what they see."""
    return preview_expert(session, actor, expert_id, audience)


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
