"""Lists, problems and plans out of the hub; lists are laid out so that reading them back changes nothing."""

from dataclasses import replace
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.errors import Conflict, NotFound
from hub.models import Plan, PlanSlot
from hub.models.base import columns
from hub.workflows.audit import record
from hub.workflows.expert_records import read_experts
from hub.workflows.import_results import Kind, known_bodies
from hub.workflows.plan_documents import read_document
from hub.workflows.plan_reading import read_plan, slot_row, slots_query
from hub.workflows.problems import Question, build_problem, usual_months
from hub.workflows.ratings import ratings
from hub.workflows.request_records import read_requests
from hub.workflows.sheets.csv_text import write_csv
from hub.workflows.sheets.expert_sheets import expert_sheets
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.plan_sheets import PlanWords, plan_sheets
from hub.workflows.sheets.request_sheets import request_sheets
from hub.workflows.sheets.templates import (
    availability_template,
    expert_template,
    organization_template,
    request_template,
)
from hub.workflows.sheets.workbook import Sheet, as_text_rows, write_workbook
from matching.interchange import write_problem
from matching.problem import Limits, Policy

TableFormat = Literal["xlsx", "csv"]


def export_table(session: Session, kind: Kind, form: TableFormat) -> bytes:
    """Return all experts or requests as a file; CSV has the main sheet alone (no evidence, career or partners)."""
    sheets = _expert_sheets(session, form) if kind == "experts" else _request_sheets(session, form)
    return write_csv(as_text_rows(sheets[0])) if form == "csv" else write_workbook(sheets)


def _expert_sheets(session: Session, form: TableFormat) -> list[Sheet]:
    rated = ratings(session)
    told = [
        (draft.reference or key, replace(draft, rating_mean=rated[key][0], rating_count=rated[key][1]))
        for key, draft in read_experts(session).items()
    ]
    told.sort(key=lambda pair: (pair[1].reference is None, pair[0]))
    return expert_sheets(told, known_bodies(session), short=form == "csv")


def _request_sheets(session: Session, form: TableFormat) -> list[Sheet]:
    told = [(draft.reference or key, draft) for key, draft in read_requests(session).items()]
    told.sort(key=lambda pair: (pair[1].reference is None, pair[0]))
    return request_sheets(told, known_bodies(session), short=form == "csv")


def blank_form(kind: Kind, months: tuple[str, ...]) -> bytes:
    """Return the form to fill in; one for experts or availability has a column for each of ``months`` (``YYYY-MM``)."""
    if kind == "experts":
        return expert_template(months, Bodies())
    if kind == "availability":
        return availability_template(months)
    return request_template(Bodies()) if kind == "requests" else organization_template(Bodies())


def export_problem(session: Session, plan_id: str | None = None) -> bytes:
    """Return the problem a plan was made for; ``plan_id`` None: the one open requests and experts make now.

    Raises NotFound; Conflict when no request is open.
    """
    if plan_id is not None:
        return read_document(session, plan_id, "problem")
    months = usual_months(session)
    if not months:
        raise Conflict(
            "募集中の人材ニーズがありません。先に登録するか、募集中にしてください。",
            "No request is open. Add one or open one first.",
        )
    return write_problem(build_problem(session, Question(months, Policy(), Limits())).problem)


def export_plan(session: Session, plan_id: str | None = None) -> bytes:
    """Return a finished plan as the file of interchange; ``plan_id`` None: the newest. Raises NotFound."""
    return read_document(session, plan_id or newest_plan(session), "plan")


def export_plan_list(session: Session, plan_id: str | None, words: PlanWords) -> bytes:
    """Return a finished plan as a workbook (配置計画一覧); ``plan_id`` None: the newest. Raises NotFound."""
    chosen = plan_id or newest_plan(session)
    page = read_plan(session, chosen)
    d = columns(PlanSlot)
    query = slots_query().where(d.plan_id == chosen).order_by(d.position, d.slot_id)
    return write_workbook(plan_sheets(page, [slot_row(row) for row in session.execute(query)], words))


def record_export(session: Session, actor: Actor, what: str, form: str, plan_id: str | None = None) -> None:
    """Record that a file left the hub; call it in a transaction of its own, before the file is handed out.

    ``what``: ``experts``, ``requests``, ``problem`` or ``plan``; ``form``: the file's ending without its dot;
    ``plan_id`` None: the plan newest now, or no plan. Raises Forbidden.
    """
    require(actor, "export.run")
    if what in ("problem", "plan"):
        record(session, actor, "plan:export", "plan", plan_id or "", after={"what": what, "form": form})
    else:
        record(session, actor, "table:export", what, "", after={"form": form})


def record_whole_export(session: Session, actor: Actor, form: str, rows: int) -> None:
    """Record that a copy of everything left the hub, in a transaction after it was made: it is not in the copy.

    ``form``: ``backup`` or ``archive``; ``rows``: how many it holds. Raises Forbidden.
    """
    require(actor, "export.whole")
    record(session, actor, "hub:export", "hub", "", after={"form": form, "rows": rows})


def newest_plan(session: Session) -> str:
    """Return the id of the plan that was finished last. Raises NotFound."""
    p = columns(Plan)
    newest = select(p.id).where(p.status == "ready").order_by(p.finished_at.desc(), p.id).limit(1)
    found: str | None = session.execute(newest).scalar()
    if found is None:
        raise NotFound("完成した配置計画", "finished plan")
    return found
