"""A plan on the map: how far it fills each prefecture as tiles, then who goes where as arcs; both as files as well."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.workflows.exports import record_export
from hub.workflows.kpi import Share
from hub.workflows.paging import Page, Paging
from hub.workflows.plan_rows import PlanSlotFilter, PlanSlotRow
from hub.workflows.plans import find_plan_slots, prefecture_rows
from web.assets import assets
from web.chart_files import Ending
from web.charts.map import Place, Trip, assignment_map
from web.coverage_figures import coverage_figure
from web.figures import Column, Figure, as_file
from web.language import Language
from web.names import Names
from web.plan_head import read_head
from web.templating import render, spoken_language
from web.views.runs import FINISHED

router = APIRouter(prefix="/plans")

MOST_ON_MAP = 1000
"""More arcs than this would hide each other; the map says how many it leaves out."""


@router.get("/{plan_id}/map", dependencies=[decides("plan.read")])
def show_map(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Show how many slots each prefecture has filled, as tiles, and who goes where on the map."""
    spoken = spoken_language(request)
    head = read_head(session, actor, plan_id, spoken)
    if head.page.row.status not in FINISHED:
        return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
    rows = _all_slots(session, actor, plan_id)
    context = {
        "head": head,
        "plan": head.page.row,
        "view": "map",
        "trips": [row for row in rows if row.assigned],
        "left_out": head.page.row.slots - len(rows),
        "figure": _tiles(session, actor, plan_id, spoken),
        "chart": _map(rows, spoken),
    }
    return render(request, "plan_map.html", context)


@router.get("/{plan_id}/coverage.{ending}", dependencies=[decides("plan.read")])
def keep_tiles(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str, ending: Ending) -> Response:
    """Return the tile map (svg) or its table (csv) as a file. 404 when there is no such plan."""
    spoken = spoken_language(request)
    return as_file(_tiles(session, actor, plan_id, spoken), ending, spoken)


@router.get("/{plan_id}/trips.svg", dependencies=[decides("plan.read")])
def keep_map(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Return the map of who goes where as a file: places, and no names of people. 404 when there is no such plan."""
    spoken = spoken_language(request)
    return as_file(_trips(_all_slots(session, actor, plan_id), spoken), "svg", spoken)


@router.get("/{plan_id}/trips.csv", dependencies=[decides("export.run")])
def keep_trips(
    request: Request, session: ReadingSession, log: WritingSession, actor: ActorDep, plan_id: str
) -> Response:
    """Return the map's table, with the names of people, and record that it left the hub. 404 without such a plan."""
    spoken = spoken_language(request)
    rows = _all_slots(session, actor, plan_id)
    made = as_file(_trips(rows, spoken), "csv", spoken)
    people = {row.assigned.expert_id for row in rows if row.assigned and not row.assigned.imagined}
    record_export(log, actor, "plan", "csv", plan_id, people=people)
    return made


def _tiles(session: ReadingSession, actor: ActorDep, plan_id: str, spoken: Language) -> Figure:
    shares = {row.code: Share(row.slots, row.filled) for row in prefecture_rows(session, plan_id, actor=actor)}
    return coverage_figure(shares, spoken.say("この計画の対象となった枠のうち、計画が人を決めた枠の割合です。"), spoken)


def _trips(rows: Sequence[PlanSlotRow], spoken: Language) -> Figure:
    names = Names(spoken)
    return Figure(
        "trips",
        spoken.say("誰がどこへ行くか"),
        "",
        _map(rows, spoken),
        (
            Column(spoken.say("人材")),
            Column(spoken.say("拠点")),
            Column(spoken.say("配置先")),
            Column(spoken.say("枠")),
            Column(spoken.say("現地の日数（月）"), "count"),
            Column(spoken.say("片道（分）"), "count"),
        ),
        [
            (
                spoken.pick(who.name, who.romaji),
                spoken.pick(who.base, who.base_en),
                names.place(row.organization_code),
                row.title,
                row.onsite_days,
                who.travel_minutes,
            )
            for row in rows
            for who in (row.assigned,)
            if who
        ],
    )


def _all_slots(session: ReadingSession, actor: ActorDep, plan_id: str) -> list[PlanSlotRow]:
    rows: list[PlanSlotRow] = []
    found: Page[PlanSlotRow] | None = None
    while len(rows) < MOST_ON_MAP and (found is None or found.page < found.pages):
        paging = Paging(page=found.page + 1 if found else 1, size=100)
        found = find_plan_slots(session, plan_id, PlanSlotFilter(), paging, actor=actor)
        rows += found.items
    return rows


def _map(rows: Sequence[PlanSlotRow], spoken: Language) -> Markup:
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
