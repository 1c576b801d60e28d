"""What every import of a table shares: what may be imported, what came of it, and which organizations it may name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models import Organization
from hub.models.base import columns
from hub.workflows.organizations import full_name
from hub.workflows.sheets.faults import CellFault
from hub.workflows.sheets.forms import Form
from hub.workflows.sheets.places import Bodies
from seed_data.municipalities import municipalities

Kind = Literal["experts", "requests", "availability", "organizations"]
Progress: TypeAlias = Callable[[int, int], None]
MayWrite: TypeAlias = Callable[[int], bool]
"""Tells whether to write, given the number of faults."""


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
