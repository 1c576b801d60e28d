"""Who is to be told: accounts by what they are to a thing. Nobody who may not sign in is among them."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.auth.actor import NATIONWIDE, ORGANIZATION_ROLES
from hub.models import Account, AccountGrant
from hub.models.base import columns, table_of


def people_of_organization(session: Session, code: str, *roles: str) -> tuple[str, ...]:
    """Return the ids of the accounts of organization ``code`` with one of ``roles`` (none told: any of its roles)."""
    g = columns(AccountGrant)
    return _accounts(session, g.scope == code, g.role.in_(roles or ORGANIZATION_ROLES))


def coordinators_of(session: Session, prefecture: str | None) -> tuple[str, ...]:
    """Return the ids of the coordinators of ``prefecture`` (2 digits) and the country; None: of the country alone."""
    g = columns(AccountGrant)
    return _accounts(session, g.role == "coordinator", g.scope.in_((prefecture or NATIONWIDE, NATIONWIDE)))


def person_of_expert(session: Session, expert_id: str) -> tuple[str, ...]:
    """Return the id of the account whose profile ``expert_id`` is; nothing when the person has none."""
    a = columns(Account)
    return tuple(session.execute(select(a.id).where(a.expert_id == expert_id, a.active)).scalars())


def administrators(session: Session) -> tuple[str, ...]:
    """Return the ids of the administrators of the system."""
    return _accounts(session, columns(AccountGrant).role == "system_admin")


def _accounts(session: Session, *conditions: ColumnElement[bool]) -> tuple[str, ...]:
    a, g = columns(Account), columns(AccountGrant)
    query = select(a.id).join(table_of(AccountGrant), g.account_id == a.id).where(a.active, *conditions)
    return tuple(session.execute(query.distinct().order_by(a.id)).scalars())
