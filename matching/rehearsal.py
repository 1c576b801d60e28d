"""The compiled loops gone through once on a handful of pairs, so that no run's time limit pays for machine code.

On a machine that has never run them, making the machine code takes a minute and more; after that it is read from where
``matching.national.compiled`` keeps it. Which code is needed follows from the types alone, not from the size.
"""

from functools import cache
from types import MappingProxyType
from typing import Literal

import numpy as np

from matching.columns import Columns
from matching.expert_columns import ExpertColumns
from matching.policy import resolve
from matching.problem import Expert, Limits, Location, Organization, Policy, Problem, Request, SkillNeed, Slot

NO_GAP = -1.0
"""A gap that no plan is within, so that every part of the search has its turn."""
INSTANT = 0.001
"""Seconds of a limit that buys a few moves."""


def rehearse_pairs() -> float:
    """Go through the loops that make the pairs of large problems; return the seconds that machine code took to make.

    0 where it was kept from before, and from the second call in a process on.
    """
    # Not at the top, because loading numba takes longer than solving a small problem.
    from matching.national.compiled import making

    with making() as made:
        _go_through_pairs()
    return made.seconds


def rehearse_search() -> float:
    """Go through the search at national size; return the seconds that machine code took to make (0 as above)."""
    from matching.national.compiled import making

    with making() as made:
        _go_through_search()
    return made.seconds


@cache
def _go_through_pairs() -> None:
    from matching.pairing.tables import every_pair, given_pairs

    problem = _handful()
    columns = ExpertColumns(problem.experts, problem)
    for lean in (True, False):
        every_pair(problem, columns, {}, lean=lean)
    slots = sum(1 for _ in problem.seats())
    given_pairs(problem, columns, [np.zeros(1, dtype=np.int32)] * slots)


@cache
def _go_through_search() -> None:
    from matching.national.course import Course
    from matching.scoring import eligible_pairs
    from matching.usable import usable_pairs

    problem = _handful()
    columns, goal = Columns(problem, eligible_pairs(problem)), resolve(problem.policy)
    Course(
        columns,
        goal,
        Limits(seconds=INSTANT, gap=NO_GAP, threads=1),
        usable_pairs(columns),
        (),
        seconds=float("inf"),
        stop=lambda: False,
        report=lambda *_: None,
        merge=lambda *_: None,
    ).through()


def _handful() -> Problem:
    """Return three experts and two requests, one of them filled whole or not at all."""
    months = ("2026-04", "2026-05")
    home = Location(36.0, 138.0)
    experts = tuple(
        Expert(
            id=f"E{number}",
            hours=(40.0, 40.0),
            max_engagements=(2, 2),
            onsite_days=(4.0, 4.0),
            talent_types=("D",),
            skills=MappingProxyType({"A": 3}),
            hourly_rate=6_000.0,
            base=home,
            work_modes=("remote", "onsite"),
        )
        for number in range(3)
    )
    needs = (SkillNeed("A", 2, 1.0, mandatory=True),)
    teams: tuple[tuple[str, Literal["all", "any"]], ...] = (("R", "all"), ("S", "any"))
    requests = tuple(
        Request(
            id=name,
            organization="M",
            slots=tuple(
                Slot(
                    id=f"{name}{number}",
                    talent_type="D",
                    start=0,
                    length=2,
                    hours=8.0,
                    onsite_days=1.0,
                    needs=needs,
                    remote_ok=number == 0,
                    required=number < 2,
                )
                for number in range(3)
            ),
            budget=5_000_000.0,
            team=team,
        )
        for name, team in teams
    )
    office = Organization("M", "city", home, 9_000_000.0)
    return Problem(months, experts, (office,), requests, policy=Policy(security_floor=0))
