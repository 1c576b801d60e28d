"""The rows of a list that who acts may see: the table of permissions as a condition of the query."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, true

from hub.auth.actor import NATIONWIDE, Actor, Grant
from hub.auth.permissions import PREFECTURE_LENGTH
from hub.auth.rules import RULES, Relation
from hub.errors import Forbidden

Served = Callable[[str], ColumnElement[bool]]
"""From a 団体コード to the condition that a row's thing serves it."""


def visible(
    actor: Actor,
    action: str,
    organization: ColumnElement[Any],
    expert: ColumnElement[Any] | None = None,
    served: Served | None = None,
) -> ColumnElement[bool]:
    """Return the condition that ``actor`` may do ``action`` to a row, by its columns and what it serves.

    The counterpart of ``hub.auth.permissions.allows``; a test compares them. Raises Forbidden for who may do it to no
    row at all.
    """
    found = [
        condition
        for role, relation in RULES[action]
        for grant in actor.grants
        if grant.role == role and actor.takes(action)
        for condition in [_related(grant, relation, organization, served, _own(actor, expert))]
        if condition is not None
    ]
    if not found:
        raise Forbidden
    return or_(false(), *found)


def areas_seen(actor: Actor, action: str) -> tuple[str, ...] | None:
    """Return the prefectures (two digits) ``actor`` may do ``action`` in, None for the whole country.

    For what is counted by area alone. Raises Forbidden for who may do it nowhere.
    """
    told = [(grant, relation) for role, relation in RULES[action] for grant in actor.grants if grant.role == role]
    if not told or not actor.takes(action):
        raise Forbidden
    if any(relation == "anywhere" or grant.scope == NATIONWIDE for grant, relation in told):
        return None
    return tuple(sorted({grant.scope for grant, _ in told}))


def _own(actor: Actor, expert: ColumnElement[Any] | None) -> ColumnElement[bool] | None:
    return None if expert is None or actor.expert is None else expert == actor.expert


def _related(
    grant: Grant,
    relation: Relation,
    organization: ColumnElement[Any],
    served: Served | None,
    own: ColumnElement[bool] | None,
) -> ColumnElement[bool] | None:
    if relation == "anywhere" or (relation == "own_area" and grant.scope == NATIONWIDE):
        return true()
    if relation == "own_area":
        return func.substr(organization, 1, PREFECTURE_LENGTH) == grant.scope
    if relation == "own_organization":
        return organization == grant.scope
    if relation == "served_organization":
        return None if served is None else served(grant.scope)
    return own
