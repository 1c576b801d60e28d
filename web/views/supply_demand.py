"""Skills asked for beside those on offer, region by region, as a heat map, a table and files."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession
from hub.workflows.supply_demand import Grouping, read_supply_demand
from web.figures import Ending, as_file, named
from web.supply_figures import supply_figures
from web.templating import render, spoken_language
from web.views.kpi import area_told

router = APIRouter(prefix="/supply-demand")


@router.get("", dependencies=[decides("figures.read")])
def show_supply_demand(request: Request, session: ReadingSession, actor: ActorDep, by: Grouping = "group") -> Response:
    """Show where open requests find nobody with hours left, by subcategory of skills or by skill."""
    spoken = spoken_language(request)
    found = read_supply_demand(session, by, actor=actor)
    heat, unmet = supply_figures(found, spoken)
    context = {"found": found, "heat": heat, "unmet": unmet, "by": by, "area": area_told(found.areas, spoken)}
    return render(request, "supply_demand.html", context)


@router.get("/{name}.{ending}", dependencies=[decides("figures.read")])
def keep_supply_demand(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    name: str,
    ending: Ending,
    *,
    by: Grouping = "group",
) -> Response:
    """Return the heat map (svg), its table, or what is unmet (csv) as a file. 404 when there is none."""
    spoken = spoken_language(request)
    return as_file(named(supply_figures(read_supply_demand(session, by, actor=actor), spoken), name), ending, spoken)
