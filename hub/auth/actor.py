"""Who acts, and in which roles. Knows no web framework and no database."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

Role = Literal[
    "requester", "approver", "organization_admin", "expert", "coordinator", "auditor", "system_admin", "system"
]
"""``system``: the hub itself, when a deadline passes or a state follows from others; never given to a person."""

ROLES: tuple[str, ...] = get_args(Role)
ORGANIZATION_ROLES: tuple[Role, ...] = ("requester", "approver", "organization_admin")
SECOND_FACTOR_ROLES = frozenset({*ORGANIZATION_ROLES, "coordinator", "auditor", "system_admin"})
"""Roles that ask for a second factor: whoever sees or changes what is other people's."""
NATIONWIDE = ""
"""The scope of a coordinator of the whole country, and of roles that have no scope."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within ``scope``: a 団体コード (6 digits), a prefecture's code (2 digits) or ``NATIONWIDE``."""

    role: Role
    scope: str = NATIONWIDE


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: ``id`` is what logs and records say, never a name. ``expert``: the profile that is theirs.

    ``limited_to``: the only actions a token may do of what its account may; None: no token acts.
    """

    id: str
    grants: tuple[Grant, ...]
    expert: str | None = None
    limited_to: frozenset[str] | None = None

    def takes(self, action: str) -> bool:
        """Return whether this way of signing in is good for ``action`` at all, whatever the roles."""
        return self.limited_to is None or action in self.limited_to


SYSTEM = Actor("system", (Grant("system"),))
"""The hub itself."""

NOBODY = Actor("nobody", ())
"""Whoever has not signed in: may do nothing that is decided, and is who a failed sign-in is recorded under."""

LOCAL = Actor("local", (Grant("coordinator"), Grant("system_admin")))
"""Who sits at this machine: commands of the terminal, and the service where nobody signs in."""


def hub_for(actor: Actor) -> Actor:
    """Return the hub doing what follows from what ``actor`` did: allowed as the hub is, and recorded under their id."""
    return replace(SYSTEM, id=actor.id)
