"""The instances to measure on, by name, and how long everyone may work on each."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.generalized_assignment import KINDS, Kind, as_problem, generate_assignments
from benchmarks.ready import ready_made
from benchmarks.rivals import CP_SAT, NAMES, OWN, PLAIN_HIGHS
from benchmarks.tight import tight
from matching.pairs import PairTable
from matching.policy import resolve
from matching.problem import Limits, Problem, ReadyPair
from matching.scoring import eligible_pairs
from seed_data.generator import generate
from seed_data.problem import build_problem

Suite = Literal["quick", "default", "national"]

SHORTLIST = 20
"""Pairs kept for each slot where the whole table would be too much for the rivals."""
GAP = 0.001


@dataclass(frozen=True, slots=True)
class Instance:
    """``make`` gives the problem; ``seconds`` by suite are everyone's limit, in suites not named it is not measured."""

    name: str
    title: str
    make: Callable[[], Problem]
    seconds: dict[Suite, float]
    rivals: tuple[str, ...] = NAMES
    is_assignment: bool = False


def made(name: str, seconds: float) -> Problem:
    """Return the problem of the instance ``name``, with its limits set."""
    problem = BY_NAME[name].make()
    limits = replace(problem.limits, seconds=seconds, threads=min(2, os.cpu_count() or 1))
    return replace(problem, limits=limits)


def with_pairs(problem: Problem, most: int | None = None) -> Problem:
    """Return ``problem`` with its eligible pairs ready-made, the ``most`` that are worth most for each slot."""
    table = eligible_pairs(problem)
    rows = np.arange(len(table)) if most is None else best_rows(problem, table, most)
    experts = [expert.id for expert in problem.experts]
    slots = [slot.id for _, slot in problem.seats()]
    columns = (table.expert, table.slot, table.fit, table.cost, table.net_cost, table.hours)
    pairs = tuple(
        ReadyPair(experts[expert], slots[slot], fit, cost, net_cost, hours)
        for expert, slot, fit, cost, net_cost, hours in zip(*(column[rows].tolist() for column in columns), strict=True)
    )
    return replace(problem, pairs=pairs)


def best_rows(problem: Problem, table: PairTable, most: int) -> NDArray[np.int64]:
    """Return the rows of the ``most`` pairs worth most for each slot, in the order of the table."""
    goal = resolve(problem.policy)
    priority = np.array([request.priority for request, _ in problem.seats()])[table.slot]
    worth = priority * (goal.weights.coverage + goal.weights.fit * table.fit) - table.net_cost / goal.yen_per_point
    order = np.lexsort((-worth, table.slot))
    slot = table.slot[order]
    rank = np.arange(len(order)) - np.searchsorted(slot, slot)
    return np.sort(order[rank < most])


def _seeded(experts: int, requests: int, most: int | None = None) -> Problem:
    problem = build_problem(generate(experts, requests), limits=Limits(gap=GAP))
    return with_pairs(problem, most)


def _tight(experts: int, slots: int, most: int | None = None) -> Problem:
    return with_pairs(tight(experts, slots, limits=Limits(gap=GAP)), most)


def _tight_from_scratch(experts: int, slots: int) -> Problem:
    return tight(experts, slots, limits=Limits(gap=GAP))


def _assignment(kind: Kind, agents: int, jobs: int) -> Problem:
    return as_problem(generate_assignments(kind, agents, jobs), seconds=1.0)


def _assignment_instance(kind: Kind, agents: int, jobs: int, seconds: dict[Suite, float]) -> Instance:
    return Instance(
        name=f"gap-{kind}-{agents}x{jobs}",
        title=f"Generalized assignment, type {kind}, {agents} agents × {jobs} jobs",
        make=partial(_assignment, kind, agents, jobs),
        seconds=seconds,
        is_assignment=True,
    )


_LISTED = (
    Instance(
        "seed-60x40",
        "Seed data: 60 experts, 40 requests",
        partial(_seeded, 60, 40),
        {"quick": 8, "default": 20, "national": 20},
    ),
    Instance(
        "seed-200x300",
        "Seed data: 200 experts, 300 requests",
        partial(_seeded, 200, 300),
        {"quick": 8, "default": 15, "national": 60},
    ),
    Instance(
        "seed-2000x3000",
        f"Seed data: 2,000 experts, 3,000 requests, the best {SHORTLIST} pairs of each slot",
        partial(_seeded, 2_000, 3_000, SHORTLIST),
        {"default": 30, "national": 120},
    ),
    Instance(
        "ready-2000x3000",
        "Ready-made pairs: 2,000 experts × 3,000 slots",
        partial(ready_made, 2_000, 3_000),
        {"default": 120, "national": 300},
    ),
    Instance(
        "tight-200x300",
        "Tight: 200 experts × 300 slots, all eligible pairs",
        partial(_tight, 200, 300),
        {"quick": 8, "default": 15, "national": 60},
    ),
    Instance(
        "tight-2000x3000",
        f"Tight: 2,000 experts × 3,000 slots, the best {SHORTLIST} pairs of each slot",
        partial(_tight, 2_000, 3_000, SHORTLIST),
        {"default": 45, "national": 150},
    ),
    Instance(
        "tight-2000x3000-all",
        "Tight: 2,000 experts × 3,000 slots, all eligible pairs",
        partial(_tight, 2_000, 3_000),
        {"default": 45, "national": 120},
        rivals=(OWN, PLAIN_HIGHS, CP_SAT),
    ),
    Instance(
        "tight-20000x20000",
        f"Tight: 20,000 experts × 20,000 slots, the best {SHORTLIST} pairs of each slot",
        partial(_tight, 20_000, 20_000, SHORTLIST),
        {"national": 600},
        rivals=(OWN, PLAIN_HIGHS, CP_SAT),
    ),
    Instance(
        "tight-20000x20000-all",
        "Tight: 20,000 experts × 20,000 slots, from the problem itself over all eligible pairs",
        partial(_tight_from_scratch, 20_000, 20_000),
        {"national": 600},
        rivals=(OWN,),
    ),
    _assignment_instance("C", 5, 100, {"quick": 4}),
    _assignment_instance("D", 5, 100, {"quick": 4, "default": 8, "national": 60}),
    _assignment_instance("E", 5, 100, {"default": 8, "national": 60}),
    *(_assignment_instance(kind, 20, 200, {"default": 8, "national": 60}) for kind in KINDS),
    *(_assignment_instance(kind, 80, 1_600, {"national": 120}) for kind in ("C", "D", "E")),
)

BY_NAME = {instance.name: instance for instance in _LISTED}


def of_suite(suite: Suite, only: str | None = None) -> tuple[Instance, ...]:
    """Return the instances of ``suite``; with ``only``, those whose name begins so, from whichever suite has them.

    Raises:
        KeyError: no instance has such a name.
    """
    if only is None:
        return tuple(instance for instance in _LISTED if suite in instance.seconds)
    return tuple(instance for instance in _LISTED if instance.name == only or instance.name.startswith(f"{only}-"))


def seconds_of(instance: Instance, suite: Suite) -> float:
    """Return everyone's limit on ``instance`` in ``suite``, or in the smallest suite that has it."""
    if suite in instance.seconds:
        return instance.seconds[suite]
    return next(iter(instance.seconds.values()))
