"""The plans: the list, and one plan by slot, on the map, and by how sure and how tight it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.workflows.paging import Page, Paging
from hub.workflows.plan_rows import PlanPage, PlanSlotFilter, PlanSlotRow
from hub.workflows.plans import end_force, find_plan_slots, find_plans, prefecture_rows, put_in_force, read_plan
from web.addresses import address_of, paging_of
from web.assets import assets
from web.charts.bars import fit_bar
from web.charts.map import Place, Trip, assignment_map
from web.language import Language
from web.limits import limit_sentences
from web.list_files import files_of
from web.subsidy import sources_of, subsidy_note, year_rules
from web.templating import render, spoken_language
from web.terms import terms_of
from web.views.runs import FINISHED

router = APIRouter(prefix="/plans")

Text = Annotated[str, Query(max_length=100)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
MOST_ON_MAP = 1000
"""More arcs than this would hide each other; the map says how many it leaves out."""


@dataclass(frozen=True, slots=True)
class Head:
    """What every view of a plan begins with. ``prefectures``: (with a filled slot, with any slot)."""

    page: PlanPage
    prefectures: tuple[int, int]
    subsidy_note: str


@router.get("", dependencies=[decides("plan.read")])
def list_plans(request: Request, session: ReadingSession, actor: ActorDep, page: PageNumber = 1) -> Response:
    """List the plans, newest first."""
    found = find_plans(session, Paging(page=page, descending=True), actor=actor)
    return render(request, "plans.html", {"found": found, "address": address_of("/plans", found)})


@router.get("/{plan_id}", dependencies=[decides("plan.read")])
def show_plan(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    plan_id: str,
    *,
    q: Text = "",
    show: Annotated[str, Query(pattern="^(all|open|filled)$")] = "all",
    sort: Text = "",
    page: PageNumber = 1,
) -> Response:
    """Show a plan slot by slot; htmx gets the rows alone. A run without a result leads to its progress."""
    head = _head(session, actor, plan_id, spoken_language(request))
    if head.page.row.status not in FINISHED:
        return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
    wanted = PlanSlotFilter(text=q, filled={"open": False, "filled": True}.get(show))
    found = find_plan_slots(session, plan_id, wanted, paging_of(sort, page), actor=actor)
    context = {
        "head": head,
        "plan": head.page.row,
        "view": "slots",
        "asked": {"q": q, "show": show},
        "found": found,
        "address": address_of(f"/plans/{plan_id}", found, q=q, show="" if show == "all" else show),
        "files": files_of(spoken_language(request), f"plans/{plan_id}/slots", text=q, filled=wanted.filled),
        "fit_bar": fit_bar,
    }
    return render(request, "plan.html", context, block="results")


@router.get("/{plan_id}/map", dependencies=[decides("plan.read")])
def show_map(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Show who goes where on the map, and how many slots each prefecture has filled."""
    spoken = spoken_language(request)
    head = _head(session, actor, plan_id, spoken)
    if head.page.row.status not in FINISHED:
        return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
    rows = _all_slots(session, actor, plan_id)
    context = {
        "head": head,
        "plan": head.page.row,
        "view": "map",
        "trips": [row for row in rows if row.assigned],
        "left_out": head.page.row.slots - len(rows),
        "prefectures": prefecture_rows(session, plan_id, actor=actor),
        "chart": _map(rows, spoken),
    }
    return render(request, "plan_map.html", context)


@router.get("/{plan_id}/limits", dependencies=[decides("plan.read")])
def show_limits(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Show how sure the plan is, what it was made of, and which limits bind."""
    spoken = spoken_language(request)
    head = _head(session, actor, plan_id, spoken)
    if head.page.row.status not in FINISHED:
        return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
    context = {
        "head": head,
        "plan": head.page.row,
        "view": "limits",
        "terms": terms_of(head.page, spoken),
        "limits": limit_sentences(head.page.binding, spoken),
        "rules": [(rule, sources_of(rule)) for rule in year_rules(head.page.months)],
    }
    return render(request, "plan_limits.html", context)


@router.post("/{plan_id}/adopt", dependencies=[decides("plan.publish")])
def adopt_plan(session: WritingSession, actor: ActorDep, plan_id: str) -> Response:
    """Put the plan in force: the next run tries to keep it. 409 when it has no result."""
    put_in_force(session, actor, plan_id)
    log_event("plan_in_force", plan=plan_id, actor=actor.id)
    return RedirectResponse(f"/plans/{plan_id}", status_code=303)


@router.post("/{plan_id}/release", dependencies=[decides("plan.publish")])
def release_plan(session: WritingSession, actor: ActorDep, plan_id: str) -> Response:
    """Take the plan out of force. 404 when it is not in force."""
    end_force(session, actor, plan_id)
    log_event("plan_out_of_force", plan=plan_id, actor=actor.id)
    return RedirectResponse(f"/plans/{plan_id}", status_code=303)


def _head(session: ReadingSession, actor: ActorDep, plan_id: str, spoken: Language) -> Head:
    page = read_plan(session, plan_id, actor=actor)
    areas = prefecture_rows(session, plan_id, actor=actor)
    filled = sum(1 for area in areas if area.filled)
    return Head(page, (filled, len(areas)), subsidy_note(page.months, spoken))


def _all_slots(session: ReadingSession, actor: ActorDep, plan_id: str) -> list[PlanSlotRow]:
    rows: list[PlanSlotRow] = []
    found: Page[PlanSlotRow] | None = None
    while len(rows) < MOST_ON_MAP and (found is None or found.page < found.pages):
        paging = Paging(page=found.page + 1 if found else 1, size=100)
        found = find_plan_slots(session, plan_id, PlanSlotFilter(), paging, actor=actor)
        rows += found.items
    return rows


def _map(rows: Sequence[PlanSlotRow], spoken: Language) -> str:
    trips, open_places = [], []
    for row in rows:
        if row.latitude is None or row.longitude is None:
            continue
        place = Place(row.latitude, row.longitude, f"{spoken.pick(row.organization, row.organization_en)} {row.title}")
        who = row.assigned
        if who is None:
            open_places.append(place)
        elif who.latitude is not None and who.longitude is not None:
            base = Place(who.latitude, who.longitude, spoken.pick(who.base, who.base_en))
            trips.append(Trip(base, place, remote=not row.onsite_days))
    outline = assets().get("vendor/japan.svg")
    return assignment_map(
        "trips",
        spoken.say("誰がどこへ行くか"),
        spoken.say("専門人材の拠点（四角）から、配置先の自治体（丸）への弧です。同じ内容が表にあります。"),
        trips,
        open_places,
        outline=outline.url if outline else None,
    )
