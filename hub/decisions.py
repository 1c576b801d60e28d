"""What each route declares of who may use it; a test walks all of them, and one that declares nothing fails it.

``decides`` names an action of ``hub.auth.rules`` that who acts may do to something at least; what it does to the very
thing that was asked for is decided by the workflow, by the same ``hub.auth.permissions``. ``PUBLIC``: anybody, also who
has not signed in. ``HALF``: who gave a password, the second factor being what the route is about.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends

from hub.auth.permissions import may_ever
from hub.auth.rules import RULES
from hub.dependencies import ActorDep, HalfDep
from hub.errors import Forbidden


@dataclass(frozen=True)
class Decided:
    """Refuses (401, 403) who may do none of ``actions`` to anything."""

    actions: tuple[str, ...]

    async def __call__(self, actor: ActorDep) -> None:
        """Raise SignInNeeded or Forbidden."""
        if not any(may_ever(actor, action) for action in self.actions):
            raise Forbidden


@dataclass(frozen=True)
class Public:
    """Lets anybody through."""

    async def __call__(self) -> None:
        """Do nothing: that is the decision."""


@dataclass(frozen=True)
class Half:
    """Refuses (401) who has not even given a password."""

    async def __call__(self, visitor: HalfDep) -> None:
        """Raise SignInNeeded."""


DECISIONS = (Decided, Public, Half)
PUBLIC = Depends(Public())
HALF = Depends(Half())


def decides(*actions: str) -> Any:
    """Return the dependency of a route that does one of ``actions``. KeyError for one nobody listed."""
    for action in actions:
        RULES[action]
    return Depends(Decided(actions))
