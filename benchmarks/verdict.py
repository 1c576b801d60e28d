"""Whether a rival's plan keeps all limits, and what it is worth: counted here, whatever the rival says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.results import EXACT
from benchmarks.rivals.answer import Answer
from matching.feasibility import broken_limits, known, missing_pins
from matching.figures import right_objective, right_terms
from matching.plan import Assignment
from matching.policy import resolve
from matching.problem import Problem

MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """``value`` as counted, None without a plan; ``faults``: limits broken and false claims, none when all is well."""

    value: float | None
    filled: int | None
    faults: tuple[str, ...]


def _made_up(problem: Problem, assignments: Sequence[Assignment]) -> Iterator[str]:
    """Yield assignments that are none of the problem's ready-made pairs, or whose figures are not the pair's."""
    if problem.pairs is None:
        return
    pairs = {(one.slot, one.expert): one for one in problem.pairs}
    for one in assignments:
        pair = pairs.get((one.slot, one.expert))
        if pair is None or (one.fit, one.cost, one.net_cost, one.hours) != (
            pair.fit,
            pair.cost,
            pair.net_cost,
            pair.hours,
        ):
            yield f"{one.expert} in {one.slot} is no pair of the problem"


def judge(problem: Problem, answer: Answer) -> Verdict:
    """Return what ``answer`` is worth by the rules of ``matching.check``."""
    if answer.assignments is None:
        return Verdict(None, None, ())
    filled = known(problem, answer.assignments)
    faults = [str(violation) for violation in (*broken_limits(problem, filled), *missing_pins(problem, filled))]
    faults += _made_up(problem, answer.assignments)
    value = right_objective(resolve(problem.policy), right_terms(problem, filled))
    room = EXACT * (max(1.0, abs(value)) + len(filled))
    # A solver may say too little: not every step of equity that a plan has reached need be set before the optimum.
    if answer.value is not None and answer.value > value + room:
        faults.append(f"says its plan is worth {answer.value:.6f}, it is worth {value:.6f}")
    if answer.bound is not None and answer.bound < value - room:
        faults.append(f"says no plan is worth more than {answer.bound:.6f}, its own is worth {value:.6f}")
    if len(faults) > MOST_TOLD:
        faults = [*faults[:MOST_TOLD], f"and {len(faults) - MOST_TOLD} more"]
    return Verdict(value, len(filled), tuple(faults))
