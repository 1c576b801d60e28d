"""Lists out of the hub as xlsx or CSV, laid out so that reading them back changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.auth.permissions import require
from hub.models import Expert, Organization
from hub.models.base import columns
from hub.workflows.availability import read_months
from hub.workflows.drafts import ExpertDraft, MonthDraft, RequestDraft
from hub.workflows.expert_records import read_experts
from hub.workflows.expert_rows import ExpertFilter
from hub.workflows.experts import expert_ids
from hub.workflows.import_results import Kind, known_bodies
from hub.workflows.organizations import organization_conditions
from hub.workflows.ratings import ratings
from hub.workflows.records import fetch
from hub.workflows.request_records import read_requests
from hub.workflows.request_rows import RequestFilter
from hub.workflows.requests import request_ids
from hub.workflows.sheets.availability_sheets import TimeTold, availability_sheets
from hub.workflows.sheets.csv_text import write_csv
from hub.workflows.sheets.expert_sheets import expert_sheets
from hub.workflows.sheets.organization_sheets import organization_sheets
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.request_sheets import request_sheets
from hub.workflows.sheets.templates import (
    availability_template,
    expert_template,
    organization_template,
    request_template,
)
from hub.workflows.sheets.wording import JAPANESE, Wording
from hub.workflows.sheets.workbook import Sheet, as_text_rows, write_workbook

D = TypeVar("D", ExpertDraft, RequestDraft)

TableFormat = Literal["xlsx", "csv"]


@dataclass(frozen=True, slots=True)
class OrganizationFilter:
    """Which organizations to list. ``text``: words of code, name, kana or romaji. ``prefecture``: two digits."""

    text: str = ""
    prefecture: str | None = None


Wanted: TypeAlias = ExpertFilter | RequestFilter | OrganizationFilter
"""Which rows of a list; experts and their availability share a filter."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How a list is written, and for whom.

    ``short``: the main sheet alone, as CSV has it (no evidence, career or partners).
    """

    wanted: Wanted | None
    wording: Wording
    short: bool
    actor: Actor = LOCAL


def export_table(
    session: Session,
    kind: Kind,
    form: TableFormat,
    wanted: Wanted | None = None,
    wording: Wording = JAPANESE,
    *,
    actor: Actor = LOCAL,
) -> bytes:
    """Return a list as a file; ``wanted`` None: all of it. Raises Forbidden; FileError beyond what Excel takes.

    ``exports.record_export`` records that it is handed out.
    """
    require(actor, "export.run")
    return as_file(SHEETS[kind](session, Listing(wanted, wording, form == "csv", actor)), form)


def as_file(sheets: Sequence[Sheet], form: TableFormat) -> bytes:
    """Return sheets as a workbook, or the first of them as CSV."""
    return write_csv(as_text_rows(sheets[0])) if form == "csv" else write_workbook(sheets)


def blank_form(kind: Kind, months: tuple[str, ...]) -> bytes:
    """Return the form to fill in; one for experts or availability has a column for each of ``months`` (``YYYY-MM``)."""
    if kind == "experts":
        return expert_template(months, Bodies())
    if kind == "availability":
        return availability_template(months)
    return request_template(Bodies()) if kind == "requests" else organization_template(Bodies())


def _expert_sheets(session: Session, listing: Listing) -> list[Sheet]:
    rated = ratings(session)
    told = [
        (draft.reference or key, replace(draft, rating_mean=rated[key][0], rating_count=rated[key][1]))
        for key, draft in read_experts(session, _wanted_experts(session, listing)).items()
    ]
    return expert_sheets(_in_order(told), known_bodies(session), short=listing.short, wording=listing.wording)


def _request_sheets(session: Session, listing: Listing) -> list[Sheet]:
    asked = listing.wanted if isinstance(listing.wanted, RequestFilter) else RequestFilter()
    ids = request_ids(session, asked, actor=listing.actor)
    told = [(draft.reference or key, draft) for key, draft in read_requests(session, ids).items()]
    return request_sheets(_in_order(told), known_bodies(session), short=listing.short, wording=listing.wording)


def _availability_sheets(session: Session, listing: Listing) -> list[Sheet]:
    e = columns(Expert)
    query = select(e.id, e.reference, e.family_name, e.given_name)
    rows = list(fetch(session, query, e.id, _wanted_experts(session, listing)))
    months: dict[str, dict[str, MonthDraft]] = {row.id: {} for row in rows}
    for (expert_id, month), row in read_months(session, list(months)).items():
        months[expert_id][month] = MonthDraft(month, row.hours, row.engagements, row.onsite_days)
    people = [
        TimeTold(row.reference or row.id, f"{row.family_name} {row.given_name}".strip(), months[row.id])
        for row in sorted(rows, key=lambda row: (row.reference is None, row.reference or row.id))
    ]
    return availability_sheets(people, listing.wording)


def _organization_sheets(session: Session, listing: Listing) -> list[Sheet]:
    o = columns(Organization)
    names = ("code", "name", "name_en", "latitude", "longitude", "budget", "kind", "prefecture", "kana")
    asked = listing.wanted if isinstance(listing.wanted, OrganizationFilter) else OrganizationFilter()
    query = select(*(o[name] for name in names)).where(*organization_conditions(asked.text, asked.prefecture))
    return organization_sheets((dict(row._mapping) for row in session.execute(query.order_by(o.code))), listing.wording)


def _wanted_experts(session: Session, listing: Listing) -> list[str]:
    return expert_ids(session, listing.wanted if isinstance(listing.wanted, ExpertFilter) else ExpertFilter())


def _in_order(told: list[tuple[str, D]]) -> list[tuple[str, D]]:
    """Return (reference, draft) pairs by the office's numbers, those without one last."""
    return sorted(told, key=lambda pair: (pair[1].reference is None, pair[0]))


SHEETS: Mapping[Kind, Callable[[Session, Listing], list[Sheet]]] = MappingProxyType(
    {
        "experts": _expert_sheets,
        "requests": _request_sheets,
        "availability": _availability_sheets,
        "organizations": _organization_sheets,
    }
)
