"""What every import of a table shares: what may be imported, what came of it, and which organizations it may name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.models import Organization
from hub.models.base import columns
from hub.workflows.organizations import full_name
from hub.workflows.sheets.faults import CellFault
from hub.workflows.sheets.forms import Form
from hub.workflows.sheets.places import Bodies
from seed_data.municipalities import municipalities

Kind = Literal["experts", "requests", "availability", "organizations"]
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Orders:
    """How a file is taken in, and by whom. ``progress``: told of each step done, and of how many there are."""

    actor: Actor
    valid_only: bool = False
    dry_run: bool = False
    progress: Progress | None = None

    def may_write(self, faults: int) -> bool:
        """Tell whether to write, given the number of faults."""
        return not self.dry_run and (self.valid_only or not faults)

    def done(self, count: int, of: int) -> None:
        """Tell how far the work is."""
        if self.progress:
            self.progress(count, of)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: how many things were (or would be) new, changed and unchanged, and how many rows faulty.

    Things are experts, requests (with their faulty ones, whatever their rows), organizations, or months of experts.
    ``written`` off: nothing was changed. ``form``: the file as read, for the workbook of errors.
    """

    created: int
    changed: int
    unchanged: int
    faulty: int
    written: bool
    faults: tuple[CellFault, ...]
    notices: tuple[str, ...]
    examples: int
    form: Form


def known_bodies(session: Session) -> Bodies:
    """Return the organizations a code may name: the register, and those the service knows besides."""
    o = columns(Organization)
    registered = {place.code for place in municipalities()}
    rows = session.execute(select(o.code, full_name(o)))
    return Bodies({code: name for code, name in rows if code not in registered})
