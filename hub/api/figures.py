"""Figures as JSON: the KPI and the coverage of a fiscal year, and skills asked for beside those on offer."""

from typing import Annotated

from fastapi import APIRouter, Query

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession
from hub.workflows.coverage import Coverage, read_coverage
from hub.workflows.japanese_days import fiscal_year, today_in_japan
from hub.workflows.kpi import Kpi, read_kpi
from hub.workflows.supply_demand import Grouping, SupplyDemand, read_supply_demand

router = APIRouter(tags=["figures"])

Year = Annotated[int | None, Query(ge=2000, le=2200, description="A fiscal year, from April; default: the present one")]


@router.get("/kpi", dependencies=[decides("figures.read")])
def show_kpi(session: ReadingSession, actor: ActorDep, year: Year = None) -> Kpi:
    """Return what a coordinator answers for in a fiscal year: of their own area, or of the whole country."""
    return read_kpi(session, year or fiscal_year(today_in_japan()), actor=actor)


@router.get("/coverage", dependencies=[decides("figures.read")])
def show_coverage(session: ReadingSession, actor: ActorDep, year: Year = None) -> Coverage:
    """Return the slots asked for and filled in a fiscal year, by prefecture."""
    return read_coverage(session, year or fiscal_year(today_in_japan()), actor=actor)


@router.get("/supply-demand", dependencies=[decides("figures.read")])
def show_supply_demand(session: ReadingSession, actor: ActorDep, by: Grouping = "group") -> SupplyDemand:
    """Return the hours open requests ask for beside those experts have free, by subcategory or skill and region."""
    return read_supply_demand(session, by, actor=actor)
