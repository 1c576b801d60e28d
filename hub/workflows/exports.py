"""Lists out of the hub as xlsx and CSV, laid out so that reading them back changes nothing."""

from typing import Literal

from sqlalchemy.orm import Session

from hub.workflows.expert_records import read_experts
from hub.workflows.imports import Kind, known_bodies
from hub.workflows.request_records import read_requests
from hub.workflows.sheets.csv_text import write_csv
from hub.workflows.sheets.expert_sheets import expert_sheets
from hub.workflows.sheets.request_sheets import request_sheets
from hub.workflows.sheets.templates import expert_template, request_template
from hub.workflows.sheets.workbook import Sheet, as_text_rows, write_workbook

TableFormat = Literal["xlsx", "csv"]


def export_table(session: Session, kind: Kind, form: TableFormat) -> bytes:
    """Return all experts or requests as a file; CSV has the main sheet alone (no evidence, career or partners)."""
    sheets = _expert_sheets(session, form) if kind == "experts" else _request_sheets(session, form)
    return write_csv(as_text_rows(sheets[0])) if form == "csv" else write_workbook(sheets)


def _expert_sheets(session: Session, form: TableFormat) -> list[Sheet]:
    told = [(draft.reference or key, draft) for key, draft in read_experts(session).items()]
    told.sort(key=lambda pair: (pair[1].reference is None, pair[0]))
    return expert_sheets(told, known_bodies(session), short=form == "csv")


def _request_sheets(session: Session, form: TableFormat) -> list[Sheet]:
    told = [(draft.reference or key, draft) for key, draft in read_requests(session).items()]
    told.sort(key=lambda pair: (pair[1].reference is None, pair[0]))
    return request_sheets(told, known_bodies(session), short=form == "csv")


def template(session: Session, kind: Kind, months: tuple[str, ...]) -> bytes:
    """Return the form to fill in; one for experts has a column for each of ``months`` (``YYYY-MM``)."""
    bodies = known_bodies(session)
    return expert_template(months, bodies) if kind == "experts" else request_template(bodies)
