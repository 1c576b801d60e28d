"""The figures of a fiscal year: the KPI, and coverage by prefecture; each picture and table as a file as well."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hub.auth.actor import Actor
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession
from hub.workflows.coverage import read_coverage
from hub.workflows.japanese_days import fiscal_year, today_in_japan
from hub.workflows.kpi import read_kpi, years_with_figures
from web.chart_files import Ending
from web.coverage_figures import by_code, coverage_figure
from web.figures import Figure, as_file, named
from web.kpi_figures import kpi_figures
from web.language import Language
from web.names import Names
from web.templating import render, spoken_language

router = APIRouter()

Year = Annotated[int | None, Query(ge=2000, le=2200)]


@router.get("/kpi", dependencies=[decides("figures.read")])
def show_kpi(request: Request, session: ReadingSession, actor: ActorDep, year: Year = None) -> Response:
    """Show what a coordinator answers for in a fiscal year; the present one unless another is chosen."""
    spoken = spoken_language(request)
    chosen = year or _present()
    kpi = read_kpi(session, chosen, actor=actor)
    context = {
        "kpi": kpi,
        "figures": kpi_figures(kpi, spoken),
        "area": area_told(kpi.areas, spoken),
        **_years(session, chosen),
    }
    return render(request, "kpi.html", context)


@router.get("/kpi/{name}.{ending}", dependencies=[decides("figures.read")])
def keep_kpi(
    request: Request, session: ReadingSession, actor: ActorDep, name: str, ending: Ending, *, year: Year = None
) -> Response:
    """Return a figure's table (csv) or picture (svg) as a file. 404 when there is none."""
    spoken = spoken_language(request)
    figures = kpi_figures(read_kpi(session, year or _present(), actor=actor), spoken)
    return as_file(named(figures, name), ending, spoken)


@router.get("/coverage", dependencies=[decides("figures.read")])
def show_coverage(request: Request, session: ReadingSession, actor: ActorDep, year: Year = None) -> Response:
    """Show how many of the slots asked for in a fiscal year are filled, prefecture by prefecture."""
    chosen = year or _present()
    coverage = read_coverage(session, chosen, actor=actor)
    spoken = spoken_language(request)
    context = {
        "coverage": coverage,
        "figure": _coverage_of(session, actor, chosen, spoken),
        "area": area_told(coverage.areas, spoken),
        **_years(session, chosen),
    }
    return render(request, "coverage.html", context)


@router.get("/coverage.{ending}", dependencies=[decides("figures.read")])
def keep_coverage(
    request: Request, session: ReadingSession, actor: ActorDep, ending: Ending, *, year: Year = None
) -> Response:
    """Return the table (csv) or the tile map (svg) as a file."""
    spoken = spoken_language(request)
    return as_file(_coverage_of(session, actor, year or _present(), spoken), ending, spoken)


def area_told(areas: tuple[str, ...] | None, spoken: Language) -> str:
    """Return whose figures they are: of the whole country, or of the prefectures by name."""
    if areas is None:
        return spoken.say("全国")
    return spoken.say("、").join(Names(spoken).prefecture(code) for code in areas)


def _coverage_of(session: ReadingSession, actor: Actor, year: int, spoken: Language) -> Figure:
    lead = spoken.say(
        "この年度に始まる枠のうち、双方が受けて人が決まった枠の割合です。受付を始めた人材ニーズを数えます。"
    )
    return coverage_figure(by_code(read_coverage(session, year, actor=actor).prefectures), lead, spoken)


def _present() -> int:
    return fiscal_year(today_in_japan())


def _years(session: ReadingSession, chosen: int) -> dict[str, object]:
    years = {*years_with_figures(session, _present()), chosen}
    return {"year": chosen, "years": sorted(years, reverse=True)}
