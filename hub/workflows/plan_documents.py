"""A plan's files: its problem and its result, compressed, so that a plan can always be re-checked."""

import json
import re
import zlib
from collections.abc import Collection

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.models import PlanDocument
from hub.models.base import columns, table_of
from hub.models.plans import DocumentKind
from matching.interchange import read_plan, read_problem
from matching.plan import Plan
from matching.problem import Problem, Request

_REQUEST = TypeAdapter(Request)
_DECODER = json.JSONDecoder()
_ID = re.compile(r'\{"id": "([^"\\]*)"')


def store_document(session: Session, plan_id: str, kind: DocumentKind, content: bytes) -> None:
    """Keep ``content`` as the plan's document of this kind, in place of an earlier one."""
    d, table = columns(PlanDocument), table_of(PlanDocument)
    session.execute(delete(table).where(d.plan_id == plan_id, d.kind == kind))
    session.execute(insert(table).values(plan_id=plan_id, kind=kind, content=zlib.compress(content)))


def read_document(session: Session, plan_id: str, kind: DocumentKind) -> bytes:
    """Return the plan's document. Raises NotFound when there is none (yet)."""
    d = columns(PlanDocument)
    found = session.execute(select(d.content).where(d.plan_id == plan_id, d.kind == kind)).scalar()
    if found is None:
        raise NotFound("計画のファイル", "file of the plan")
    return zlib.decompress(found)


def problem_of(session: Session, plan_id: str) -> Problem:
    """Return the problem the plan was made for, as it was then. Raises NotFound."""
    return read_problem(read_document(session, plan_id, "problem"))


def requests_of(session: Session, plan_id: str, request_ids: Collection[str]) -> dict[str, Request]:
    """Return requests of the plan's problem as they were then, by id; those it did not have are left out.

    Reads their lines alone: a problem of the whole country has tens of thousands. Raises NotFound.
    """
    found = {}
    for line in read_document(session, plan_id, "problem").decode().split("\n"):
        start = line.find("{")
        wanted = _ID.match(line, start) if start >= 0 else None
        if wanted and wanted[1] in request_ids and '"slots": ' in line:
            _, end = _DECODER.raw_decode(line, start)
            found[wanted[1]] = _REQUEST.validate_json(line[start:end])
    return found


def result_of(session: Session, plan_id: str) -> Plan:
    """Return the finished plan as ``matching`` gave it. Raises NotFound."""
    return read_plan(read_document(session, plan_id, "plan"))
