"""Who is told of what happens in an engagement."""

from sqlalchemy.orm import Session

from hub.workflows.engagement_reading import Engaged


def tell_both(session: Session, event: str, engaged: Engaged) -> None:
    """Tell the expert and the organization."""


def tell_expert(session: Session, event: str, engaged: Engaged) -> None:
    """Tell the expert."""


def tell_organization(session: Session, event: str, engaged: Engaged) -> None:
    """Tell the organization's requesters and approvers."""


def tell_coordinators(session: Session, event: str, engaged: Engaged) -> None:
    """Tell the coordinators of the organization's prefecture and of the country."""
