"""The optimiser and its rivals find the same optimum, and a wrong answer of any of them is found out."""

import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.generalized_assignment import as_problem, generate_assignments
from benchmarks.rivals.answer import Answer, Trace, assignments_of
from benchmarks.rivals.arrays import NotCoveredError, plain_model
from benchmarks.rivals.naive import read_line, solve_with_naive_pulp
from benchmarks.rivals.own import solve_with_own
from benchmarks.rivals.plain_highs import solve_with_plain_highs
from benchmarks.verdict import judge
from matching.problem import Policy, Subsidy
from tests.benchmarks.cp_sat_values import SEEDS, problem_without_heads
from tests.matching.exhaustive import best, every_plan

ROOT = Path(__file__).resolve().parents[2]
IN_PROCESS = {"own": solve_with_own, "HiGHS": solve_with_plain_highs, "naive": solve_with_naive_pulp}


@pytest.mark.parametrize("name", IN_PROCESS)
def test_a_rival_finds_the_best_of_all_plans_of_small_problems(name):
    for seed in SEEDS:
        problem = problem_without_heads(seed)
        answer = IN_PROCESS[name](problem, Trace())
        verdict = judge(problem, answer)
        assert verdict.faults == (), seed
        assert verdict.value == pytest.approx(best(problem, every_plan(problem)), abs=1e-5), seed


@pytest.mark.skipif(find_spec("ortools") is None, reason="OR-Tools is only in the benchmarks' environment")
def test_cp_sat_finds_the_best_of_all_plans_of_small_problems():
    # In a process of its own: OR-Tools cannot be loaded beside highspy.
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.cp_sat_values"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert len(found) == len(SEEDS)
    for seed, (value, bound, faults) in zip(SEEDS, found, strict=True):
        problem = problem_without_heads(seed)
        optimum = best(problem, every_plan(problem))
        assert faults == [], seed
        assert value == pytest.approx(optimum, abs=1e-4), seed
        assert bound >= optimum - 1e-4, seed


def test_a_rivals_model_refuses_what_it_does_not_know():
    problem = problem_without_heads(1)
    for other in (
        replace(problem, pairs=None),
        replace(problem, policy=Policy(order=("coverage", "fit"))),
        replace(problem, policy=Policy(name="maxmin")),
        replace(problem, subsidy=Subsidy(heads={"M0": 1})),
    ):
        with pytest.raises(NotCoveredError):
            plain_model(other)


def test_a_plan_that_breaks_a_limit_is_not_valid():
    problem = as_problem(generate_assignments("D", 2, 6), seconds=5)
    assert problem.pairs is not None
    all_to_one = [row for row, pair in enumerate(problem.pairs) if pair.expert == "A000"]
    verdict = judge(problem, Answer(assignments_of(problem, all_to_one), None, None, "", 0.0))
    assert any("A000 has hours" in fault for fault in verdict.faults)


def test_a_pair_that_is_not_the_problems_is_not_valid():
    problem = as_problem(generate_assignments("C", 2, 6), seconds=5)
    answer = solve_with_plain_highs(problem, Trace())
    assert answer.assignments is not None
    cheaper = replace(answer.assignments[0], cost=0.0, net_cost=0.0)
    verdict = judge(problem, replace(answer, assignments=(cheaper, *answer.assignments[1:])))
    assert any("is no pair of the problem" in fault for fault in verdict.faults)


def test_a_rival_cannot_claim_more_than_its_plan_is_worth():
    problem = as_problem(generate_assignments("C", 2, 6), seconds=5)
    answer = solve_with_plain_highs(problem, Trace())
    assert judge(problem, answer).faults == ()
    assert answer.value is not None
    assert judge(problem, replace(answer, value=answer.value + 1)).faults
    assert judge(problem, replace(answer, bound=answer.value - 1)).faults
    assert judge(problem, replace(answer, value=answer.value - 1)).faults == ()


def test_a_trace_tells_only_what_is_better(tmp_path):
    with (tmp_path / "trace").open("w") as sink:
        trace = Trace(sink)
        for value, bound in ((None, 9.0), (3.0, 9.0), (2.0, 9.5), (3.0, 8.0), (5.0, None)):
            trace.tell(value, bound)
    told = [json.loads(line)[1:] for line in (tmp_path / "trace").read_text().splitlines()]
    assert told == [[None, 9.0], [3.0, 9.0], [3.0, 8.0], [5.0, 8.0]]


@pytest.mark.parametrize(
    ("line", "value", "bound"),
    [
        ("Continuous objective value is 24426.8 - 0.00 seconds", None, 24426.8),
        ("Cbc0012I Integer solution of -24348 found by feasibility pump after 0 iterations", 24348.0, None),
        (
            "Cbc0010I After 0 nodes, 1 on tree, -24348 best solution, best possible -24421.917 (1.89 seconds)",
            24348.0,
            24421.917,
        ),
        ("Cbc0010I After 0 nodes, 1 on tree, 1e+50 best solution, best possible -691.8 (1.89 seconds)", None, 691.8),
        ("Cbc0005I Partial search - best objective -24348 (best possible -24421.916), took 49", 24348.0, 24421.916),
        ("Cbc0038I No solution found this major pass", None, None),
    ],
)
def test_lines_of_cbcs_log_are_read_with_their_sign(line, value, bound):
    found, proven = read_line(line)
    assert found == value
    assert proven == (None if bound is None else pytest.approx(bound, rel=1e-5))
    assert bound is None or (proven is not None and proven >= bound)
