"""Skills asked for beside those on offer, region by region, as a heat map, a table and files."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hub.auth.actor import Actor
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession
from hub.workflows.supply_demand import SupplyDemand, read_supply_demand
from skill_standards import load_framework
from web.chart_files import Ending
from web.figures import as_file, named
from web.names import FRAMEWORK
from web.supply_figures import supply_figures
from web.templating import render, spoken_language
from web.views.kpi import area_told

router = APIRouter(prefix="/supply-demand")


Category = Annotated[str, Query(pattern="^([A-Z]{2})?$")]


@router.get("", dependencies=[decides("figures.read")])
def show_supply_demand(request: Request, session: ReadingSession, actor: ActorDep, category: Category = "") -> Response:
    """Show where open requests find nobody with hours left, by subcategory, or by skill within one ``category``."""
    spoken = spoken_language(request)
    found = _read(session, actor, category)
    heat, unmet = supply_figures(found, spoken)
    context = {
        "found": found,
        "heat": heat,
        "unmet": unmet,
        "category": category,
        "categories": [
            (key, spoken.pick(told.name_ja, told.name_en)) for key, told in load_framework(FRAMEWORK).categories.items()
        ],
        "area": area_told(found.areas, spoken),
    }
    return render(request, "supply_demand.html", context)


@router.get("/{name}.{ending}", dependencies=[decides("figures.read")])
def keep_supply_demand(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    name: str,
    ending: Ending,
    *,
    category: Category = "",
) -> Response:
    """Return the heat map (svg), its table, or what is unmet (csv) as a file. 404 when there is none."""
    spoken = spoken_language(request)
    return as_file(named(supply_figures(_read(session, actor, category), spoken), name), ending, spoken)


def _read(session: ReadingSession, actor: Actor, category: str) -> SupplyDemand:
    """Return all subcategories, or the skills of one category: all skills at once make a page too heavy to wait for."""
    found = read_supply_demand(session, "skill" if category else "group", actor=actor)
    return replace(found, rows=tuple(row for row in found.rows if row.code.startswith(category)))
