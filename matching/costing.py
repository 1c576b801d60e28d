"""What a pair costs: hours a month with travel, yen over the slot, and yen after each fiscal year's subsidy."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from matching.expert_columns import ExpertColumns, Floats, Marks, Positions
from matching.problem import Location, Problem, Request, Slot, Subsidy
from matching.travel import Journeys, journeys, lodging_yen

ONE_MILLIONTH = 1e-6
"""Added before rounding down, so that 0.7 × 90 is 63 and not 62."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A slot with what its request and organization say about it. ``place`` None: not known.

    ``rates``: months active and share that comes back, by fiscal year; empty when nothing can be subsidised.
    """

    request: Request
    slot: Slot
    place: Location | None
    lodging: int
    rates: tuple[tuple[int, float], ...]
    travel_eligible: bool
    travel_counts: bool
    security_floor: int


@dataclass(frozen=True, slots=True)
class Offers:
    """M experts for one seat: their positions and what each would cost. Arrays are M long.

    ``hours``: a month. ``cost``, ``net_cost``, ``travel_yen``: whole yen over the slot.
    """

    experts: Positions
    journeys: Journeys
    hours: Floats
    cost: Floats
    net_cost: Floats
    travel_yen: Floats

    def where(self, keep: Marks) -> "Offers":
        """Return the offers that ``keep`` marks."""
        return Offers(
            self.experts[keep],
            self.journeys.where(keep),
            self.hours[keep],
            self.cost[keep],
            self.net_cost[keep],
            self.travel_yen[keep],
        )


def seat_of(problem: Problem, request: Request, slot: Slot) -> Seat:
    """Return ``slot`` with what decides its pairs' hours and cost."""
    organization = problem.organization_by_id[request.organization]
    subsidy = problem.subsidy
    return Seat(
        request=request,
        slot=slot,
        place=organization.location,
        lodging=lodging_yen(organization.id),
        rates=_rates(subsidy, organization.id, [problem.months[month] for month in slot.months]),
        travel_eligible=subsidy is not None and subsidy.travel_eligible,
        travel_counts=problem.policy.travel_counts,
        security_floor=problem.policy.security_floor,
    )


def offers(columns: ExpertColumns, seat: Seat, experts: Positions) -> Offers:
    """Return what each of ``experts`` would cost in ``seat``."""
    slot = seat.slot
    place = seat.place if slot.onsite_days > 0 else None
    trips = journeys(columns.bases[experts], place, seat.lodging)
    travel_hours = slot.onsite_days * 2 * trips.minutes / 60 if seat.travel_counts else 0.0
    labour = _whole_yen(columns.hourly_rate[experts] * slot.hours * slot.length)
    travel = _whole_yen(slot.onsite_days * slot.length * trips.yen)
    cost = labour + travel
    eligible = cost if seat.travel_eligible else labour
    return Offers(
        experts=experts,
        journeys=trips,
        hours=slot.hours + travel_hours + np.zeros(len(experts)),
        cost=cost,
        net_cost=cost - _subsidy(eligible, seat.rates, slot.length),
        travel_yen=travel,
    )


@lru_cache(maxsize=2_400)
def fiscal_year(month: str) -> str:
    """Return the fiscal year (April to March) of ``month`` (``YYYY-MM``)."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year if number >= 4 else year - 1:04d}"


def _rates(subsidy: Subsidy | None, organization: str, months: list[str]) -> tuple[tuple[int, float], ...]:
    if subsidy is None or subsidy.heads.get(organization) == 0:
        return ()
    years = Counter(fiscal_year(month) for month in months)
    return tuple((count, subsidy.rates[year]) for year, count in years.items() if year in subsidy.rates)


def _subsidy(eligible: Floats, rates: tuple[tuple[int, float], ...], length: int) -> Floats:
    total = np.zeros(len(eligible))
    for months, rate in rates:
        total += np.floor(rate * eligible * months / length + ONE_MILLIONTH)
    return total


def _whole_yen(yen: NDArray[np.floating]) -> Floats:
    whole: Floats = np.floor(yen + 0.5)
    return whole
