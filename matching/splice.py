"""Eligible pairs after a small change to a problem: only what the change touches is worked out again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from matching.columns import Mask
from matching.pairs import PairTable
from matching.problem import Expert, Problem, Request
from matching.scoring import eligible_pairs

COLUMNS = ("expert", "slot", "fit", "cost", "net_cost", "hours", "parts", "travel_minutes", "travel_yen")


def with_request(problem: Problem, pairs: PairTable, position: int, request: Request) -> tuple[Problem, PairTable]:
    """Return the problem with request number ``position`` replaced (same slots by id), and its pairs.

    Ready-made pairs stay as they are, since no rule is looked at.
    """
    requests = (*problem.requests[:position], request, *problem.requests[position + 1 :])
    changed = replace(problem, requests=requests)
    if problem.pairs is not None:
        return changed, pairs
    first = sum(len(one.slots) for one in problem.requests[:position])
    fresh = pairs_of_request(changed, request)
    kept = (pairs.slot < first) | (pairs.slot >= first + len(request.slots))
    return changed, _joined(pairs, kept, replace(fresh, slot=(fresh.slot + first).astype(np.int32)))


def pairs_of_request(problem: Problem, request: Request) -> PairTable:
    """Return the eligible pairs of ``request`` alone, slots counted from its first."""
    return eligible_pairs(_part(problem, problem.experts, (request,)))


def with_expert(problem: Problem, pairs: PairTable, position: int, expert: Expert) -> tuple[Problem, PairTable]:
    """Return the problem with expert number ``position`` replaced, and its pairs."""
    changed = replace(problem, experts=(*problem.experts[:position], expert, *problem.experts[position + 1 :]))
    if problem.pairs is not None:
        return changed, pairs
    fresh = eligible_pairs(_part(changed, (expert,), changed.requests))
    kept = pairs.expert != position
    return changed, _joined(pairs, kept, replace(fresh, expert=(fresh.expert + position).astype(np.int32)))


def _part(problem: Problem, experts: Sequence[Expert], requests: Sequence[Request]) -> Problem:
    people = {expert.id for expert in experts}
    slots = {slot.id for request in requests for slot in request.slots}
    forbidden = tuple(link for link in problem.forbidden if link.slot in slots and link.expert in people)
    return replace(problem, experts=tuple(experts), requests=tuple(requests), pins=(), previous=(), forbidden=forbidden)


def _joined(pairs: PairTable, kept: Mask, fresh: PairTable) -> PairTable:
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(pairs, name)[kept], getattr(fresh, name)]) for name in COLUMNS
    }
    order = np.lexsort((columns["expert"], columns["slot"]))
    return replace(pairs, **{name: column[order] for name, column in columns.items()})
