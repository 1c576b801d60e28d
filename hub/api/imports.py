"""Tables sent in as files: judged, counted and stored; their forms and their workbooks of errors."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from hub.api.descriptions import WORKBOOK
from hub.api.faults import KEPT_NOWHERE, WORDS, answer
from hub.api.once import OnceRoute
from hub.api.uploads import FILE_BODY, XLSX, Upload, upload
from hub.auth.permissions import require
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import Invalid
from hub.logging import log_event
from hub.models.base import utc_now
from hub.workflows.imports import Imported, Kind, import_file
from hub.workflows.list_exports import blank_form
from hub.workflows.sheets.error_book import error_book
from hub.workflows.sheets.faults import CellFault, FileError
from hub.workflows.sheets.sheet_xml import JAPAN
from matching.faults import Fault
from seed_data.months import months_from

router = APIRouter(prefix="/imports", tags=["imports"])
storing = APIRouter(route_class=OnceRoute)
"""What stores takes an ``Idempotency-Key``: sent again for want of an answer, a file is answered as before."""

Sent = Annotated[Upload, Depends(upload)]
FORM_MONTHS = 12
MENDED = {**WORKBOOK, 204: {"description": "Nothing is faulty."}}
MOST_TOLD = 1_000
"""Faults in one answer; the workbook of errors has them all."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of a file: counts of what is (or would be) new, changed and unchanged, and of faulty rows or entries.

    ``written`` off: nothing was changed. ``fault_count``: of all faults, of which ``faults`` has the first.
    """

    created: int
    changed: int
    unchanged: int
    faulty: int
    written: bool
    examples: int
    notices: tuple[str, ...]
    fault_count: int
    faults: tuple[dict[str, Any], ...]


@storing.post("/{kind}", openapi_extra=FILE_BODY, response_model=ImportReport, dependencies=[decides("import.run")])
def import_table(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    kind: Kind,
    sent: Sent,
    *,
    dry_run: bool = False,
    valid_only: bool = False,
) -> ImportReport | Response:
    """Take in a table: all of it, only what is valid (``valid_only``), or nothing (``dry_run``: look only).

    A reference that is known is updated, another is new. 422 names every fault by sheet, row and column, with the
    counts under ``report``; nothing is stored then.
    """
    taken = _take_in(session, actor, kind, sent, dry_run=dry_run, valid_only=valid_only)
    report = _report(taken)
    if taken.written:
        log_event("table_imported", kind=kind, actor=actor.id, created=taken.created, changed=taken.changed)
    elif not dry_run:
        told = [Fault(fault.place, fault.ja, fault.en) for fault in taken.faults[:MOST_TOLD]]
        return answer(request, 422, "invalid", WORDS[422], faults=told, more={"report": asdict(report)})
    return report


@router.post(
    "/{kind}/errors.xlsx",
    openapi_extra=FILE_BODY,
    response_class=Response,
    responses=MENDED,
    dependencies=[decides("import.run")],
)
def errors_of_table(session: ReadingSession, actor: ActorDep, kind: Kind, sent: Sent) -> Response:
    """Look at a table without storing any of it, and return what is faulty as a workbook to mend; 204: nothing is."""
    taken = _take_in(session, actor, kind, sent, dry_run=True, valid_only=False)
    return _workbook(error_book(taken.form), f"{kind}-errors") if taken.faults else Response(status_code=204)


@router.get("/{kind}/form.xlsx", response_class=Response, responses=WORKBOOK, dependencies=[decides("import.run")])
def form_of_table(
    actor: ActorDep, kind: Kind, month: Annotated[str | None, Query(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$")] = None
) -> Response:
    """Return the form to fill in; one for experts or availability has a column for each of a year's months.

    ``month``: the first of them, or else the present one in Japan.
    """
    require(actor, "import.run")
    months = months_from(month or f"{_today():%Y-%m}", FORM_MONTHS)
    return _workbook(blank_form(kind, months), f"{kind}-form")


def _take_in(
    session: ReadingSession, actor: ActorDep, kind: Kind, sent: Upload, *, dry_run: bool, valid_only: bool
) -> Imported:
    try:
        return import_file(
            session, sent.content, kind, name=sent.name, valid_only=valid_only, dry_run=dry_run, actor=actor
        )
    except FileError as refused:
        raise Invalid([Fault("/body/file", refused.ja, refused.en)]) from None


def _report(taken: Imported) -> ImportReport:
    return ImportReport(
        created=taken.created,
        changed=taken.changed,
        unchanged=taken.unchanged,
        faulty=taken.faulty,
        written=taken.written,
        examples=taken.examples,
        notices=taken.notices,
        fault_count=len(taken.faults),
        faults=tuple(_fault(fault) for fault in taken.faults[:MOST_TOLD]),
    )


def _fault(fault: CellFault) -> dict[str, Any]:
    return {**asdict(fault), "cell": fault.cell}


def _today() -> datetime:
    return utc_now().astimezone(JAPAN)


def _workbook(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', **KEPT_NOWHERE}
    return Response(content, media_type=XLSX, headers=headers)


router.include_router(storing)
