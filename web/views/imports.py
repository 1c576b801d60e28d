"""Tables taken in by the browser: what a file would do, then its import, with the workbook of what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from hub.auth.actor import Actor
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, SettingsDep, WritingSession
from hub.logging import log_event
from hub.workflows.import_results import Imported, Kind
from hub.workflows.imports import import_file
from hub.workflows.sheets.book import LARGEST_FILE, MOST_ROWS
from hub.workflows.sheets.error_book import error_book
from hub.workflows.sheets.faults import FileError
from web import import_words
from web.list_files import files_of
from web.templating import render, spoken_language
from web.typed import NOTHING
from web.uploads import TableDep, TableSent

router = APIRouter(prefix="/imports")

KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_SHOWN = 200
"""Faults on the page; the workbook of errors has them all."""
MEBIBYTE = 2**20
HOWS = ("all", "valid")
"""What may be taken in: nothing unless all is right, or whatever is right."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

State = Literal["looked", "other", "written", "refused"]
"""What came of a file: looked at; looked at again, being another one than before; taken in; or found wrong by now."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file, for its page."""

    state: State
    sent: TableSent
    taken: Imported

    @property
    def to_write(self) -> int:
        """How much an import of what is valid would write."""
        return self.taken.created + self.taken.changed


class ImportPage:
    """The page of one kind of table, for who asked for it."""

    def __init__(self, request: Request, settings: SettingsDep, kind: Kind) -> None:
        self.request = request
        self.settings = settings
        self.kind = kind
        self.spoken = spoken_language(request)

    def shown(self, outcome: Outcome | None = None, status: int = 200, faults: Mapping[str, str] = NOTHING) -> Response:
        """Return the page with what came of a file, or with what is wrong with it as a whole (422)."""
        context = {
            "kind": self.kind,
            "kinds": KINDS,
            "told": import_words,
            "outcome": outcome,
            "faults": faults,
            "most": MOST_SHOWN,
            "rows": MOST_ROWS,
            "largest": min(self.settings.largest_body, LARGEST_FILE) // MEBIBYTE,
            "files": files_of(self.spoken, self.kind),
        }
        return render(self.request, "import.html", context, status=422 if faults else status)

    def taken(
        self, session: ReadingSession, actor: Actor, sent: TableSent, *, dry_run: bool = True, valid_only: bool = False
    ) -> Imported | Response:
        """Return what came of a file, or the page saying why it cannot be read."""
        if sent.content is None:
            return self.shown(faults={"file": self.spoken.say("取り込むファイルを選んでください")})
        try:
            return import_file(
                session, sent.content, self.kind, name=sent.name, valid_only=valid_only, dry_run=dry_run, actor=actor
            )
        except FileError as refused:
            return self.shown(faults={"file": self.spoken.pick(refused.ja, refused.en)})


PageDep = Annotated[ImportPage, Depends(ImportPage)]


@router.get("", dependencies=[decides("import.run")])
def list_kinds(request: Request) -> Response:
    """Show what can be taken in, and the form of each."""
    return render(request, "imports.html", {"kinds": KINDS, "told": import_words})


@router.get("/{kind}", dependencies=[decides("import.run")])
def ask_for_table(page: PageDep) -> Response:
    """Show how a table of this kind is filled in, and ask for one."""
    return page.shown()


@router.post("/{kind}", dependencies=[decides("import.run")])
def look_at_table(page: PageDep, sent: TableDep, session: ReadingSession, actor: ActorDep) -> Response:
    """Show what a file would do, and store nothing; 422 for one that cannot be read."""
    taken = page.taken(session, actor, sent)
    return taken if isinstance(taken, Response) else page.shown(Outcome("looked", sent, taken))


@router.post("/{kind}/take-in", dependencies=[decides("import.run")])
def take_in_table(page: PageDep, sent: TableDep, session: WritingSession, actor: ActorDep) -> Response:
    """Take in the file that was looked at: all of it, or what is valid. 409, with nothing written, shows it again.

    That is when it is another file than before, or when all of it was wanted and some of it is wrong by now.
    """
    known = sent.how in HOWS and sent.checked == sent.digest
    taken = page.taken(session, actor, sent, dry_run=not known, valid_only=sent.how == "valid")
    if isinstance(taken, Response):
        return taken
    if not known:
        return page.shown(Outcome("other", sent, taken), 409)
    if not taken.written:
        return page.shown(Outcome("refused", sent, taken), 409)
    log_event("table_imported", kind=page.kind, actor=actor.id, created=taken.created, changed=taken.changed)
    return page.shown(Outcome("written", sent, taken))


@router.post("/{kind}/errors.xlsx", dependencies=[decides("import.run")])
def hand_out_errors(page: PageDep, sent: TableDep, session: ReadingSession, actor: ActorDep) -> Response:
    """Return what is wrong in a file as a workbook to mend; the page where nothing is."""
    taken = page.taken(session, actor, sent)
    if isinstance(taken, Response):
        return taken
    if not taken.faults:
        return page.shown(Outcome("looked", sent, taken))
    headers = {"Content-Disposition": f'attachment; filename="{page.kind}-errors.xlsx"'}
    return Response(error_book(taken.form), media_type=XLSX, headers=headers)
