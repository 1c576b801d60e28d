"""What of a list who acts may see: the table of permissions as a condition of a query."""

from typing import Any

from sqlalchemy import ColumnElement, false, or_, true

from hub.auth.actor import NATIONWIDE, Actor
from hub.auth.rules import RULES
from hub.errors import Forbidden


def visible(actor: Actor, action: str, organization: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that ``actor`` may do ``action`` to a row of ``organization`` (a column of 団体コード).

    For the people of organizations and the office; what is a person's own is another list. Raises Forbidden for who
    sees none of it.
    """
    found = [
        condition
        for role, relation in RULES[action]
        for grant in actor.grants
        if grant.role == role and (condition := _condition(relation, grant.scope, organization)) is not None
    ]
    if not found:
        raise Forbidden
    return or_(false(), *found)


def _condition(relation: str, scope: str, organization: ColumnElement[str]) -> Any:
    if relation == "anywhere" or (relation == "own_area" and scope == NATIONWIDE):
        return true()
    if relation == "own_area":
        return organization.startswith(scope, autoescape=True)
    return organization == scope if relation == "own_organization" else None
