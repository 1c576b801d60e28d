"""Who is told of what happens in an engagement.

``about``: the log, report or the like it is about, as (kind, id), None: the engagement itself. ``occasion``: as
``notifications.tell`` takes it, for what no move of a life cycle tells apart.
"""

from sqlalchemy.orm import Session

from hub.auth.permissions import PREFECTURE_LENGTH
from hub.workflows.engagement_reading import Engaged
from hub.workflows.notifications import tell
from hub.workflows.recipients import coordinators_of, people_of_organization, person_of_expert

About = tuple[str, str]


def tell_both(
    session: Session, event: str, engaged: Engaged, about: About | None = None, *, occasion: str | None = None
) -> None:
    """Tell the expert and the organization."""
    tell_expert(session, event, engaged, about, occasion=occasion)
    tell_organization(session, event, engaged, about, occasion=occasion)


def tell_expert(
    session: Session, event: str, engaged: Engaged, about: About | None = None, *, occasion: str | None = None
) -> int:
    """Tell the expert; return how many people were newly told."""
    people = person_of_expert(session, engaged.row.expert_id)
    return tell(session, event, *_subject(engaged, about), people, occasion=occasion)


def tell_organization(
    session: Session, event: str, engaged: Engaged, about: About | None = None, *, occasion: str | None = None
) -> int:
    """Tell those of the organization who work on it; return how many were newly told."""
    people = people_of_organization(session, engaged.row.organization_code, "requester", "approver")
    return tell(session, event, *_subject(engaged, about), people, occasion=occasion)


def tell_coordinators(
    session: Session, event: str, engaged: Engaged, about: About | None = None, *, occasion: str | None = None
) -> int:
    """Tell the coordinators of the organization's prefecture and of the country; return how many were newly told."""
    people = coordinators_of(session, engaged.row.organization_code[:PREFECTURE_LENGTH])
    return tell(session, event, *_subject(engaged, about), people, occasion=occasion)


def tell_dispatching_body(session: Session, event: str, engaged: Engaged, *, occasion: str) -> int:
    """Tell the approvers of the body whose staff the expert is, if there is one; return how many were newly told."""
    if not engaged.row.dispatching_body:
        return 0
    people = people_of_organization(session, engaged.row.dispatching_body, "approver")
    return tell(session, event, *_subject(engaged, None), people, occasion=occasion)


def _subject(engaged: Engaged, about: About | None) -> About:
    return about or ("engagement", engaged.row.id)
