"""The one who acts: while there are no accounts, the service acts for one coordinator on this machine alone."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as the log names them: an id, never a name."""

    id: str
    role: Literal["coordinator"]


COORDINATOR = Actor("local", "coordinator")
