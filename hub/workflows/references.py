"""The office's own numbers (``reference``): how a row told again is recognised."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.models.base import columns
from hub.workflows.records import fetch
from matching.faults import Fault, quote


def ids_by_reference(session: Session, model: type[SQLModel], references: Sequence[str]) -> dict[str, str]:
    """Return the id of each row of ``model`` with one of ``references``, which may be as a person told them."""
    c = columns(model)
    possible = [reference for reference in references if "\0" not in reference]  # PostgreSQL does not even compare it
    return {row.reference: row.id for row in fetch(session, select(c.reference, c.id), c.reference, possible)}


def reference_faults(session: Session, model: type[SQLModel], told: Mapping[str, str | None]) -> list[Fault]:
    """Return a fault for each reference (by row id) that another row has, or that is told twice."""
    owners = ids_by_reference(session, model, [reference for reference in told.values() if reference is not None])
    faults = []
    for position, (row_id, reference) in enumerate(told.items()):
        if reference is not None and owners.setdefault(reference, row_id) != row_id:
            ja = f"番号「{quote(reference)}」はほかの行が使っています。別の番号にしてください"
            en = f"the number “{quote(reference)}” belongs to another row: choose another"
            faults.append(Fault(f"/{position}/reference", ja, en))
    return faults
