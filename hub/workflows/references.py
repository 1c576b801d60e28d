"""The office's own numbers (``reference``): how a row told again is recognised."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.models.base import columns
from hub.workflows.records import AT_ONCE, fetch
from matching.faults import Fault, quote


def ids_by_reference(session: Session, model: type[SQLModel], references: Sequence[str]) -> dict[str, str]:
    """Return the id of each row of ``model`` with one of ``references``, which may be as a person told them."""
    c = columns(model)
    return {row.reference: row.id for row in _named(session, select(c.reference, c.id), c.reference, references)}


def existing_ids(session: Session, model: type[SQLModel], names: Sequence[str]) -> list[str]:
    """Return those of ``names`` that are ids of rows of ``model``; they may be as a person told them."""
    c = columns(model)
    return [row.id for row in _named(session, select(c.id), c.id, names)]


def _named(session: Session, query: Select[Any], column: ColumnElement[str], names: Sequence[str]) -> Iterator[Any]:
    possible = [name for name in names if "\0" not in name]  # PostgreSQL does not even compare it
    if len(possible) <= AT_ONCE:
        yield from fetch(session, query, column, possible)
        return
    # To ask for each of so many takes longer than to look through all there are.
    wanted = set(possible)
    yield from (row for row in session.execute(query) if row[0] in wanted)


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
