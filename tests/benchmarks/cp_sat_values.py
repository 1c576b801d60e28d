"""What CP-SAT says of small problems, as JSON: ``python -m tests.benchmarks.cp_sat_values``."""

import json
import sys
from dataclasses import replace

from matching.problem import Problem
from tests.matching.small_problems import small_problem

SEEDS = range(40)


def problem_without_heads(seed: int) -> Problem:
    """Return small problem number ``seed`` without what the rivals' models leave out."""
    return replace(small_problem(seed), subsidy=None)


def main() -> None:
    from benchmarks.rivals.answer import Trace
    from benchmarks.rivals.cp_sat import solve_with_cp_sat
    from benchmarks.verdict import judge

    found = []
    for seed in SEEDS:
        problem = problem_without_heads(seed)
        answer = solve_with_cp_sat(problem, Trace())
        verdict = judge(problem, answer)
        found.append((verdict.value, answer.bound, verdict.faults))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
