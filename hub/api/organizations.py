"""Organizations as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query

from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ReadingSession
from hub.workflows.organizations import OrganizationRow, find_organizations, read_organization
from hub.workflows.paging import Page

router = APIRouter(prefix="/organizations", tags=["organizations"])


@router.get("", dependencies=[decides("organization.read")])
def list_organizations(
    session: ReadingSession,
    paging: PagingDep,
    text: Annotated[str, Query(max_length=200)] = "",
    prefecture: Annotated[str | None, Query(pattern="^[0-9]{2}$")] = None,
) -> Page[OrganizationRow]:
    """List organizations by words of their code or names, a page at a time."""
    return find_organizations(session, text, prefecture, paging)


@router.get("/{code}", dependencies=[decides("organization.read")])
def show_organization(session: ReadingSession, code: str) -> OrganizationRow:
    """Return the organization with a 団体コード. 404 when there is none."""
    return read_organization(session, code)
