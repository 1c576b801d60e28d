"""Generalized assignment problems of the literature's types A to E, and how they become matching problems.

Agents have a capacity, each job goes to exactly one agent and uses ``use`` of it at ``cost``; the sum of costs is to be
least. Types A to D are those of Chu and Beasley (1997), type E that of Laguna and others (1995), as Yagiura, Ibaraki
and Glover (2006) state them. Types A to C are easy; in D and E what costs little uses much, which makes them hard.
"""

from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matching.problem import Expert, Limits, Organization, Policy, Problem, ReadyPair, Request, Slot, Weights

Kind = Literal["A", "B", "C", "D", "E"]
KINDS: tuple[Kind, ...] = ("A", "B", "C", "D", "E")

COVERAGE_PER_COST = 4
"""Points of a filled job, as a multiple of the largest cost: leaving a job out to save on others never pays here."""
BELOW_ONE_UNIT = 0.999
"""Costs are whole numbers, so a plan this close to its bound is the best."""
ROUNDING = 1e-6

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Assignments:
    """An instance with m agents and n jobs: ``cost`` and ``use`` are m × n, ``capacity`` is m; all whole numbers."""

    kind: Kind
    cost: Whole
    use: Whole
    capacity: Whole

    @property
    def agents(self) -> int:
        """How many agents there are."""
        return len(self.capacity)

    @property
    def jobs(self) -> int:
        """How many jobs there are."""
        return int(self.cost.shape[1])

    @property
    def coverage(self) -> float:
        """Points of a filled job in the matching problem."""
        return float(COVERAGE_PER_COST * self.cost.max())


def generate_assignments(kind: Kind, agents: int, jobs: int, seed: int = 0) -> Assignments:
    """Return an instance of ``kind``; the same numbers and seed give the same instance."""
    rng = np.random.default_rng([seed, ord(kind), agents, jobs])
    shape = (agents, jobs)
    if kind in "ABC":
        use, cost = rng.integers(5, 26, shape), rng.integers(10, 51, shape)
    elif kind == "D":
        use = rng.integers(1, 101, shape)
        cost = 111 - use + rng.integers(-10, 11, shape)
    else:
        use = np.rint(1 - 10 * np.log(1 - rng.random(shape))).astype(np.int64)
        cost = np.rint(1000 / use - 10 * rng.random(shape)).astype(np.int64)
    cost = np.maximum(cost, 1)
    return Assignments(kind, cost, use, _capacity(kind, cost, use))


def _capacity(kind: Kind, cost: Whole, use: Whole) -> Whole:
    agents, jobs = cost.shape
    if kind not in "AB":
        room_by_agent: Whole = np.floor(0.8 * use.sum(axis=1) / agents).astype(np.int64)
        return room_by_agent
    # Of types A and B: room for what the agent to whom most falls would use, if each job went where it costs least.
    cheapest = cost.argmin(axis=0)
    most = np.bincount(cheapest, use[cheapest, np.arange(jobs)], minlength=agents).max()
    room = 0.6 * (jobs / agents) * 15 + 0.4 * most
    return np.full(agents, int(room if kind == "A" else 0.7 * room), dtype=np.int64)


def as_problem(data: Assignments, seconds: float) -> Problem:
    """Return the matching problem: agents are experts over one month, jobs slots, use hours, cost yen; 1 yen = 1 point.

    A slot may stay open in a matching problem; ``coverage`` is so large that none does where all can be filled.
    """
    experts = tuple(
        Expert(f"A{number:03d}", hours=(float(room),), max_engagements=(data.jobs,), onsite_days=(0.0,))
        for number, room in enumerate(data.capacity.tolist())
    )
    requests = tuple(
        Request(f"J{number:04d}", "G", (Slot(f"J{number:04d}-1", "D", start=0, length=1, hours=0.0),))
        for number in range(data.jobs)
    )
    pairs = tuple(
        ReadyPair(
            expert.id,
            request.slots[0].id,
            fit=0.0,
            cost=float(data.cost[agent, job]),
            net_cost=float(data.cost[agent, job]),
            hours=float(data.use[agent, job]),
        )
        for job, request in enumerate(requests)
        for agent, expert in enumerate(experts)
        if data.use[agent, job] <= data.capacity[agent]
    )
    weights = Weights(coverage=data.coverage, fit=0.0, equity=0.0, stability=0.0)
    return Problem(
        months=("2026-04",),
        experts=experts,
        organizations=(Organization("G"),),
        requests=requests,
        pairs=pairs,
        policy=Policy(weights=weights, yen_per_point=1.0),
        limits=Limits(seconds=seconds, gap=BELOW_ONE_UNIT / (data.coverage * data.jobs)),
    )


def cost_of_plan(coverage: float, jobs: int, filled: int, objective: float) -> float | None:
    """Return the sum of costs that ``objective`` stands for, None while a job is left out."""
    return round(coverage * jobs - objective, 6) if filled == jobs else None


def cost_bound(coverage: float, jobs: int, bound: float) -> int:
    """Return the least cost that ``bound`` leaves possible; it holds however large or small ``coverage`` is.

    An assignment of all jobs at cost c is a plan worth coverage · jobs − c, so c ≥ coverage · jobs − bound.
    """
    return ceil(coverage * jobs - bound - ROUNDING * max(1.0, abs(bound)))
