"""Who is to be told: accounts by what they are to a thing. Nobody who may not sign in is among them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from hub.auth.actor import NATIONWIDE, ORGANIZATION_ROLES
from hub.models import Account, AccountGrant
from hub.models.base import columns, table_of


def people_of_organization(session: Session, code: str, *roles: str) -> tuple[str, ...]:
    """Return the ids of the accounts of organization ``code`` with one of ``roles`` (none told: any of its roles)."""
    return _granted(session, roles or ORGANIZATION_ROLES, (code,))


def coordinators_of(session: Session, prefecture: str | None) -> tuple[str, ...]:
    """Return the ids of the coordinators of ``prefecture`` (2 digits) and the country; None: of the country alone."""
    return _granted(session, ("coordinator",), (prefecture or NATIONWIDE, NATIONWIDE))


def person_of_expert(session: Session, expert_id: str) -> tuple[str, ...]:
    """Return the id of the account whose profile ``expert_id`` is; nothing when the person has none."""
    return tuple(session.execute(_of_expert(), {"expert": expert_id}).scalars())


def administrators(session: Session) -> tuple[str, ...]:
    """Return the ids of the administrators of the system."""
    return _granted(session, ("system_admin",))


def _granted(session: Session, roles: Sequence[str], scopes: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the ids of the accounts with one of ``roles`` in one of ``scopes`` (None: in any)."""
    told: dict[str, Sequence[str]] = {"roles": roles}
    if scopes is not None:
        told["scopes"] = scopes
    return tuple(session.execute(_by_grant(scoped=scopes is not None), told).scalars())


# Made once: whoever accepts holds locks that others wait for.
@cache
def _by_grant(*, scoped: bool) -> Select[Any]:
    a, g = columns(Account), columns(AccountGrant)
    query = select(a.id).join(table_of(AccountGrant), g.account_id == a.id)
    query = query.where(a.active, g.role.in_(bindparam("roles", expanding=True))).distinct().order_by(a.id)
    return query.where(g.scope.in_(bindparam("scopes", expanding=True))) if scoped else query


@cache
def _of_expert() -> Select[Any]:
    a = columns(Account)
    return select(a.id).where(a.expert_id == bindparam("expert"), a.active)
