"""Tables taken in, whoever asks (command line, API, pages): judged cell by cell, then written whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.auth.permissions import require
from hub.workflows.audit import record
from hub.workflows.availability_imports import import_availability
from hub.workflows.collecting import without_collecting
from hub.workflows.draft_imports import import_experts, import_requests
from hub.workflows.import_results import Imported, Kind, Orders, Progress
from hub.workflows.organization_imports import import_organizations
from hub.workflows.sheets.book import Book, read_book

__all__ = ["Imported", "Kind", "Progress", "import_book", "import_file"]

WAYS: dict[Kind, Callable[[Session, Book, Orders], Imported]] = {
    "experts": import_experts,
    "requests": import_requests,
    "availability": import_availability,
    "organizations": import_organizations,
}


def import_file(
    session: Session,
    source: Path | bytes | BinaryIO,
    kind: Kind,
    *,
    name: str | None = None,
    valid_only: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    actor: Actor = LOCAL,
) -> Imported:
    """Read a file and take it in as ``import_book`` does; ``name``: what the sender called it, where it has no path.

    The file is read before the session touches the database: nobody waits for a writer that is still reading.
    Raises FileError saying why a file cannot be read; Forbidden; OSError.
    """
    require(actor, "import.run")
    with without_collecting():
        book = read_book(source, name)
        return import_book(session, book, kind, valid_only=valid_only, dry_run=dry_run, progress=progress, actor=actor)


def import_book(
    session: Session,
    book: Book,
    kind: Kind,
    *,
    valid_only: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    actor: Actor = LOCAL,
) -> Imported:
    """Take in a file: what is known is updated, what is new is added; ``book`` comes from ``read_book``.

    Nothing is written when anything is wrong, unless ``valid_only``; nor on a ``dry_run`` (a reading session will do).
    Raises FileError for a table of too many rows; Forbidden.
    """
    require(actor, "import.run")
    taken = WAYS[kind](session, book, Orders(actor, valid_only=valid_only, dry_run=dry_run, progress=progress))
    if taken.written:
        counts = {name: getattr(taken, name) for name in ("created", "changed", "unchanged", "faulty")}
        record(session, actor, "table:import", kind, "", after=counts)
    return taken
