"""Who acts, and in which roles. Knows no web framework and no database."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

Role = Literal[
    "requester", "approver", "organization_admin", "expert", "coordinator", "auditor", "system_admin", "system"
]
"""``system``: the hub itself, when a deadline passes or a state follows from others; never given to a person."""

ROLES: tuple[str, ...] = get_args(Role)
ORGANIZATION_ROLES = ("requester", "approver", "organization_admin")
NATIONWIDE = ""
"""The scope of a coordinator of the whole country, and of roles that have no scope."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within ``scope``: a 団体コード (6 digits), a prefecture's code (2 digits) or ``NATIONWIDE``."""

    role: Role
    scope: str = NATIONWIDE


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: ``id`` is what logs and records say, never a name. ``expert``: the profile that is theirs."""

    id: str
    grants: tuple[Grant, ...]
    expert: str | None = None


SYSTEM = Actor("system", (Grant("system"),))
"""The hub itself."""

LOCAL = Actor("local", (Grant("coordinator"), Grant("system_admin")))
"""Who sits at this machine: commands of the terminal, and the service where nobody signs in."""


def hub_for(actor: Actor) -> Actor:
    """Return the hub doing what follows from what ``actor`` did: allowed as the hub is, and recorded under their id."""
    return replace(SYSTEM, id=actor.id)
