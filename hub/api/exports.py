"""Lists as files: every one as a workbook or as CSV, narrowed as the lists themselves are, in either language."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from hub.api.descriptions import TABLE
from hub.api.experts import wanted_experts
from hub.api.faults import KEPT_NOWHERE
from hub.api.plans import wanted_slots
from hub.api.requests import wanted_requests
from hub.api.uploads import CSV, XLSX
from hub.decisions import decides
from hub.dependencies import ActorDep, PlanWordsDep, ReadingSession, WritingSession
from hub.errors import Invalid
from hub.workflows.expert_finding import expert_ids
from hub.workflows.expert_rows import ExpertFilter
from hub.workflows.exports import export_plan_list, people_of_plan, record_export
from hub.workflows.import_results import Kind
from hub.workflows.list_exports import OrganizationFilter, TableFormat, Wanted, export_table
from hub.workflows.plan_rows import PlanSlotFilter
from hub.workflows.request_rows import RequestFilter
from hub.workflows.sheets.faults import FileError
from hub.workflows.sheets.wording import WORDINGS, Spoken
from matching.faults import Fault

router = APIRouter(prefix="/exports", tags=["exports"])

Language = Annotated[Spoken, Query(description="The list's language; in either it can be imported again.")]
TYPES: dict[TableFormat, str] = {"xlsx": XLSX, "csv": f"{CSV}; charset=utf-8"}


class Handing:
    """Hands out a list: what is read sees one state of the database, that it left is recorded beside it."""

    def __init__(self, session: ReadingSession, records: WritingSession, actor: ActorDep) -> None:
        self.session = session
        self.records = records
        self.actor = actor

    def table(self, kind: Kind, form: TableFormat, wanted: Wanted, language: Spoken) -> Response:
        """Return a list as a file. Raises Forbidden; Invalid beyond what Excel takes."""
        try:
            content = export_table(self.session, kind, form, wanted, WORDINGS[language], actor=self.actor)
        except FileError as refused:
            raise Invalid([Fault("", refused.ja, refused.en)]) from None
        people = expert_ids(self.session, wanted) if isinstance(wanted, ExpertFilter) else ()
        record_export(self.records, self.actor, kind, form, people=people)
        return as_attachment(content, kind, form)


HandingDep = Annotated[Handing, Depends(Handing)]


def as_attachment(content: bytes, name: str, form: TableFormat) -> Response:
    """Return a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', **KEPT_NOWHERE}
    return Response(content, media_type=TYPES[form], headers=headers)


@router.get("/experts.{form}", response_class=Response, responses=TABLE, dependencies=[decides("export.run")])
def export_experts(
    out: HandingDep,
    form: TableFormat,
    wanted: Annotated[ExpertFilter, Depends(wanted_experts)],
    language: Language = "ja",
) -> Response:
    """Return experts; a workbook has their evidence and career too."""
    return out.table("experts", form, wanted, language)


@router.get("/availability.{form}", response_class=Response, responses=TABLE, dependencies=[decides("export.run")])
def export_availability(
    out: HandingDep,
    form: TableFormat,
    wanted: Annotated[ExpertFilter, Depends(wanted_experts)],
    language: Language = "ja",
) -> Response:
    """Return the months of experts."""
    return out.table("availability", form, wanted, language)


@router.get("/requests.{form}", response_class=Response, responses=TABLE, dependencies=[decides("export.run")])
def export_requests(
    out: HandingDep,
    form: TableFormat,
    wanted: Annotated[RequestFilter, Depends(wanted_requests)],
    language: Language = "ja",
) -> Response:
    """Return requests, a row for each slot; a workbook has their partners too."""
    return out.table("requests", form, wanted, language)


@router.get("/organizations.{form}", response_class=Response, responses=TABLE, dependencies=[decides("export.run")])
def export_organizations(
    out: HandingDep,
    form: TableFormat,
    text: Annotated[str, Query(max_length=200)] = "",
    prefecture: Annotated[str | None, Query(pattern="^[0-9]{2}$")] = None,
    language: Language = "ja",
) -> Response:
    """Return organizations."""
    return out.table("organizations", form, OrganizationFilter(text, prefecture), language)


@router.get(
    "/plans/{plan_id}/slots.{form}", response_class=Response, responses=TABLE, dependencies=[decides("export.run")]
)
def export_slots(
    out: HandingDep,
    words: PlanWordsDep,
    plan_id: str,
    form: TableFormat,
    *,
    wanted: Annotated[PlanSlotFilter, Depends(wanted_slots)],
    language: Language = "ja",
) -> Response:
    """Return a plan's slots, each with who fills it or why nobody does. 404 when there is no such plan."""
    content = export_plan_list(out.session, plan_id, words(language), wanted, form, actor=out.actor)
    record_export(out.records, out.actor, "plan", form, plan_id, people=people_of_plan(out.session, plan_id))
    return as_attachment(content, plan_id, form)
