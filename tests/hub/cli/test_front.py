import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from matching.check import check
from matching.interchange import read_plan, read_problem, write_plan, write_problem
from matching.plan import Plan
from matching.policy import resolve
from matching.problem import Limits, Policy
from seed_data.generator import generate
from seed_data.problem import build_problem


@pytest.fixture
def scarce_file(folder: Path) -> Path:
    """Return a problem with few experts for many requests, where fairness has its price."""
    path = folder / "scarce.json"
    path.write_bytes(write_problem(build_problem(generate(10, 30, 1), limits=Limits(seconds=20))))
    return path


@pytest.fixture(scope="module")
def weights() -> str:
    return "3,0,0.5"


def plans_of(text: str) -> list[tuple[dict, Plan]]:
    return [(point, read_plan(json.dumps(point["plan"]))) for point in json.loads(text)["points"]]


def test_each_point_is_a_proven_plan_that_passes_the_check(run, scarce_file, weights):
    result = run("front", scarce_file, "--equity", weights, "--json", "-o", "front.json")
    assert result.exit_code == 0
    assert (scarce_file.parent / "front.json").read_text() == result.stdout
    points = plans_of(result.stdout)
    assert [point["equity"] for point, _ in points] == [0, 0.5, 3]
    problem = read_problem(scarce_file.read_bytes())
    goal = resolve(problem.policy)
    for point, plan in points:
        assert plan.status == "optimal"
        assert plan.gap <= 0.001 + 1e-6
        weighted = Policy(weights=replace(goal.weights, equity=point["equity"]), yen_per_point=goal.yen_per_point)
        assert check(replace(problem, policy=weighted), plan) == ()
    equities = [plan.terms.equity for _, plan in points]
    assert equities[0] < equities[1] < equities[2]
    price = json.loads(result.stdout)["prices"][-1]
    assert price["equity"] == pytest.approx(equities[2] - equities[0])
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
    for word in ("Plans by equity weight", "Bound", "To gain, at most"):
        assert word in result.stdout
    assert re.findall(r"^│ +([0-9.]+)(?: \*)? │", result.stdout, re.MULTILINE) == ["0", "0.5", "3"]


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
