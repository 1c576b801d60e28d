"""Organizations as JSON."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from hub.api.bodies import body_of, described
from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.workflows.declared_conflicts import Declaration, declare, read_declaration
from hub.workflows.organizations import OrganizationRow, find_organizations, read_organization
from hub.workflows.paging import Page
from matching.problem import STRICT

router = APIRouter(prefix="/organizations", tags=["organizations"])

Code6 = Annotated[str, Path(pattern="^[0-9]{6}$")]


@dataclass(frozen=True, slots=True)
class DeclarationDraft:
    """Whom an organization must not be matched with."""

    __pydantic_config__ = STRICT
    experts: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()


@router.get("", dependencies=[decides("organization.read")])
def list_organizations(
    session: ReadingSession,
    paging: PagingDep,
    text: Annotated[str, Query(max_length=200)] = "",
    prefecture: Annotated[str | None, Query(pattern="^[0-9]{2}$")] = None,
) -> Page[OrganizationRow]:
    """List organizations by words of their code or names, a page at a time."""
    return find_organizations(session, text, prefecture, paging)


@router.get("/{code}/conflicts", dependencies=[decides("conflict.read")])
def show_declaration(session: ReadingSession, actor: ActorDep, code: Code6) -> Declaration:
    """Return whom an organization must not be matched with, as it declared: to itself and the office alone."""
    return read_declaration(session, actor, code)


@router.put(
    "/{code}/conflicts",
    status_code=204,
    openapi_extra=described(DeclarationDraft),
    dependencies=[decides("conflict.declare")],
)
def declare_conflicts(
    session: WritingSession,
    actor: ActorDep,
    code: Code6,
    told: Annotated[DeclarationDraft, Depends(body_of(DeclarationDraft))],
) -> None:
    """Declare them: experts by id, companies by name, and all others are taken back. 422 names what is wrong."""
    declare(session, actor, code, Declaration(told.experts, told.vendors))
    log_event("conflicts_declared", organization=code, actor=actor.id)


@router.get("/{code}", dependencies=[decides("organization.read")])
def show_organization(session: ReadingSession, code: str) -> OrganizationRow:
    """Return the organization with a 団体コード. 404 when there is none."""
    return read_organization(session, code)
