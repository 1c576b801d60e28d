import json
from dataclasses import replace

import pytest

from matching.check import check
from matching.interchange import read_problem, write_plan
from matching.plan import Plan
from matching.policy import resolve
from matching.problem import Policy


@pytest.fixture(scope="module")
def weights() -> str:
    return "3,0,0.5"


def plans_of(text: str) -> list[tuple[dict, Plan]]:
    from matching.interchange import read_plan

    return [(point, read_plan(json.dumps(point["plan"]))) for point in json.loads(text)["points"]]


def test_each_point_is_a_proven_plan_that_passes_the_check(run, problem_file, weights):
    result = run("front", problem_file, "--equity", weights, "--json", "-o", "front.json")
    assert result.exit_code == 0
    assert (problem_file.parent / "front.json").read_text() == result.stdout
    points = plans_of(result.stdout)
    assert [point["equity"] for point, _ in points] == [0, 0.5, 3]
    problem = read_problem(problem_file.read_bytes())
    goal = resolve(problem.policy)
    for point, plan in points:
        assert plan.status == "optimal"
        assert plan.gap <= 0.001 + 1e-6
        weighted = Policy(weights=replace(goal.weights, equity=point["equity"]), yen_per_point=goal.yen_per_point)
        assert check(replace(problem, policy=weighted), plan) == ()
    assert points[0][1].terms.equity <= points[-1][1].terms.equity
    price = json.loads(result.stdout)["prices"][-1]
    assert price["filled"] == len(points[0][1].assignments) - len(points[-1][1].assignments)


def test_a_plan_of_a_point_can_be_checked_against_the_file_as_any_other(run, problem_file, weights):
    run("front", problem_file, "--equity", weights, "-o", "front.json")
    for _, plan in plans_of((problem_file.parent / "front.json").read_text()):
        (problem_file.parent / "plan.json").write_bytes(write_plan(plan))
        assert run("check", problem_file, "plan.json").exit_code == 0


def test_points_are_told_in_a_table_with_what_is_proven(run, problem_file, weights, monkeypatch):
    monkeypatch.setenv("HUB_LANGUAGE", "en")
    result = run("front", problem_file, "--equity", weights)
    assert result.exit_code == 0
    for word in ("Plans by equity weight", "Bound", "To gain, at most", "│      0 │", "│    0.5"):
        assert word in result.stdout


@pytest.mark.parametrize("weights", ["", "1,x", "-1", "nan", "inf"])
def test_weights_that_are_none_are_refused_before_anything_is_written(run, problem_file, weights):
    result = run("front", problem_file, "--equity", weights, "-o", "front.json")
    assert result.exit_code == 2
    assert "--equity" in result.stderr
    assert not (problem_file.parent / "front.json").exists()


def test_pins_that_clash_leave_no_front(run, clashing_file):
    result = run("front", clashing_file, "--equity", "0,1")
    assert result.exit_code == 4
    assert "talent-hub match" in result.stderr
