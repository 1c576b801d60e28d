"""Who saw a profile, as its person reads it: role and organization, when and why; never which official."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.models import Organization, ProfileRead
from hub.models.base import columns, table_of
from hub.workflows.organizations import full_name
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.seeing import require_expert


@dataclass(frozen=True, slots=True)
class Reading:
    """One time a profile was seen. ``role`` empty: an organization as such, by an offer. ``scope``: a 団体コード, a
    prefecture's two digits, or empty for the country; ``organization`` its name. ``audience``: as whom it was seen.
    """

    at: datetime
    role: str
    scope: str
    organization: str | None
    organization_en: str | None
    purpose: str
    audience: str


def find_readings(session: Session, actor: Actor, expert_id: str, paging: Paging = FIRST_PAGE) -> Page[Reading]:
    """Return a page of who saw a profile, the latest first, to its person. Raises NotFound, Forbidden."""
    require_expert(session, actor, expert_id, "expert.see_readers")
    v, o = columns(ProfileRead), columns(Organization)
    query = (
        select(v.at, v.role, v.scope, full_name(o).label("place"), o.name_en, v.purpose, v.audience)
        .outerjoin_from(table_of(ProfileRead), table_of(Organization), o.code == v.scope)
        .where(v.expert_id == expert_id)
    )
    newest = Paging(paging.page, paging.size, "at", descending=True)
    page = fetch_page(session, query, newest, {"at": v.at}, v.id)
    return page.showing(Reading(*row) for row in page.items)
