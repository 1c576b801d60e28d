"""What each role may do, decided in one place: pages, the interface and commands all ask here.

``hub.auth.rules`` lists for each action which roles may, and how the thing acted on has to belong to who acts. What is
not listed is refused.
"""

from dataclasses import dataclass

from hub.auth.actor import NATIONWIDE, Actor, Grant
from hub.auth.rules import RULES, Relation
from hub.errors import Forbidden

PREFECTURE_LENGTH = 2


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose a thing is: its organization (団体コード), those it serves, its expert, its prefecture. Empty: nobody's."""

    organization: str | None = None
    served: tuple[str, ...] = ()
    expert: str | None = None
    prefecture: str | None = None

    @property
    def area(self) -> str | None:
        """The code of the prefecture the thing lies in, None when it belongs to the whole country."""
        return self.organization[:PREFECTURE_LENGTH] if self.organization else self.prefecture


NOBODYS = Belonging()


def allows(actor: Actor, action: str, thing: Belonging = NOBODYS) -> bool:
    """Return whether ``actor`` may do ``action`` to ``thing``. KeyError for an action nobody listed."""
    return any(
        grant.role == role and _relates(actor, grant, relation, thing)
        for role, relation in RULES[action]
        for grant in actor.grants
    )


def require(actor: Actor, action: str, thing: Belonging = NOBODYS) -> None:
    """Raise Forbidden unless ``actor`` may do ``action`` to ``thing``."""
    if not allows(actor, action, thing):
        raise Forbidden


def _relates(actor: Actor, grant: Grant, relation: Relation, thing: Belonging) -> bool:
    if relation == "anywhere":
        return True
    if relation == "own_area":
        return grant.scope in {NATIONWIDE, thing.area}
    if relation == "own_organization":
        return thing.organization is not None and grant.scope == thing.organization
    if relation == "served_organization":
        return grant.scope in thing.served
    return thing.expert is not None and actor.expert == thing.expert
