"""Problems and plans out of the hub, and the record of whatever leaves it."""

import json
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.auth.permissions import require
from hub.errors import Conflict, NotFound
from hub.models import Assignment, Plan, PlanSlot
from hub.models.base import columns
from hub.models.plans import DocumentKind
from hub.workflows.audit import record
from hub.workflows.disclosures import note_files
from hub.workflows.list_exports import TableFormat, as_file
from hub.workflows.plan_documents import read_document
from hub.workflows.plan_reading import read_plan, slot_conditions, slot_row, slots_query
from hub.workflows.plan_rows import PlanSlotFilter
from hub.workflows.problems import Question, build_problem, usual_months
from hub.workflows.seeing import require_plan
from hub.workflows.sheets.plan_sheets import PlanWords, plan_sheets
from matching.interchange import write_problem
from matching.problem import Limits, Policy

EVERY_SLOT = PlanSlotFilter()


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


def export_plan_list(
    session: Session,
    plan_id: str | None,
    words: PlanWords,
    wanted: PlanSlotFilter = EVERY_SLOT,
    form: TableFormat = "xlsx",
    *,
    actor: Actor = LOCAL,
) -> bytes:
    """Return a finished plan's slots (配置計画一覧); ``plan_id`` None: the newest. CSV has the slots alone.

    Raises NotFound, Forbidden.
    """
    require(actor, "export.run")
    chosen = plan_id or newest_plan(session)
    page = read_plan(session, chosen, actor=actor)
    d = columns(PlanSlot)
    query = slots_query().where(d.plan_id == chosen, *slot_conditions(wanted)).order_by(d.position, d.slot_id)
    return as_file(plan_sheets(page, [slot_row(row) for row in session.execute(query)], words), form)


def export_plan_file(session: Session, plan_id: str, kind: DocumentKind, *, actor: Actor = LOCAL) -> bytes:
    """Return a plan's file of interchange, or its problem's. Raises Forbidden, NotFound, Unseen."""
    require(actor, "export.run")
    require_plan(session, actor, plan_id)
    return read_document(session, plan_id, kind)


def record_export(
    session: Session,
    actor: Actor,
    what: str,
    form: str,
    plan_id: str | None = None,
    *,
    people: Collection[str] = (),
) -> None:
    """Record that a file left the hub; call it in a transaction of its own, before the file is handed out.

    ``what``: a kind of list or of picture, ``problem`` or ``plan``; ``form``: the file's ending without its dot;
    ``plan_id`` None: the plan newest now, or no plan; ``people``: the experts who are in it, each of whom can see that
    they were. Raises Forbidden.
    """
    require(actor, "export.run")
    note_files(session, actor, people)
    if what in ("problem", "plan") or plan_id is not None:
        record(session, actor, "plan:export", "plan", plan_id or "", after={"what": what, "form": form})
    else:
        record(session, actor, "table:export", what, "", after={"form": form})


def people_of_plan(session: Session, plan_id: str, kind: DocumentKind = "plan") -> list[str]:
    """Return the experts a plan places, or all of its problem."""
    if kind == "problem":
        return [str(expert["id"]) for expert in json.loads(read_document(session, plan_id, "problem"))["experts"]]
    a = columns(Assignment)
    return list(session.execute(select(a.expert_id).where(a.plan_id == plan_id).distinct()).scalars())


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
