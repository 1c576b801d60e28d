import json
from dataclasses import replace

import pytest

from matching.interchange import read_plan, write_problem
from matching.problem import ReadyPair
from matching.scoring import eligible_pairs
from web.words import OPEN_REASONS, PARTS, RULES


@pytest.fixture
def plan(run, problem_file, folder):
    assert run("match", problem_file, "-o", "plan.json").exit_code == 0
    return read_plan((folder / "plan.json").read_bytes())


def test_the_whole_plan_is_explained_by_what_binds(run, problem_file, plan):
    result = run("explain", problem_file, "plan.json")
    assert result.exit_code == 0
    assert f"埋まった枠: {len(plan.assignments)} / {len(plan.assignments) + len(plan.open_slots)}" in result.stdout
    told = json.loads(run("explain", problem_file, "plan.json", "--json").stdout)
    assert set(told) == {"limits", "skills"}
    for limit in told["limits"][:3]:
        assert (limit["expert"] or limit["request"] or limit["organization"]) in result.stdout


def test_a_filled_slot_is_explained_by_the_parts_of_its_fit_and_by_others(run, problem_file, plan):
    one = plan.assignments[0]
    result = run("explain", problem_file, "plan.json", "--slot", one.slot)
    assert result.exit_code == 0
    assert one.expert in result.stdout
    assert all(f"{PARTS[name]}: {points:.3f}" in result.stdout for name, points in one.parts.items())
    told = json.loads(run("explain", problem_file, "plan.json", "--slot", one.slot, "--json").stdout)
    assert told["assignment"]["expert"] == one.expert
    assert all(other["expert"] in result.stdout for other in told["alternatives"])
    # No other person in the slot makes the plan better: it was proven to be the best.
    assert all(other["delta"] is None or other["delta"] <= 1e-3 * abs(plan.objective) for other in told["alternatives"])


def test_an_open_slot_is_explained_by_its_reason_and_what_would_fill_it(run, problem_file, plan):
    one = plan.open_slots[0]
    result = run("explain", problem_file, "plan.json", "--slot", one.slot)
    assert result.exit_code == 0
    assert OPEN_REASONS[one.reason] in result.stdout
    assert all(RULES[step.rule] in result.stdout for step in one.funnel if step.removed)
    assert "埋めるには:" in result.stdout


def test_remedies_are_looked_for_and_kept_in_the_plan_when_asked(run, problem_file, folder):
    assert run("match", problem_file, "-o", "plan.json", "--remedies", 20).exit_code == 0
    plan = read_plan((folder / "plan.json").read_bytes())
    assert any(slot.remedies for slot in plan.open_slots)
    assert run("check", problem_file, "plan.json").exit_code == 0


def test_why_not_is_answered_by_the_first_rule_or_by_what_the_plan_would_lose(run, problem_file, plan, problem):
    table = eligible_pairs(problem)
    slots = [slot.id for _, slot in problem.seats()]
    eligible = {
        (slots[slot], problem.experts[expert].id) for slot, expert in zip(table.slot, table.expert, strict=True)
    }
    placed = {(one.slot, one.expert) for one in plan.assignments}
    slot, expert = next(
        (slot, expert.id) for slot in slots for expert in problem.experts if (slot, expert.id) not in eligible
    )
    blocked = run("explain", problem_file, "plan.json", "--slot", slot, "--expert", expert)
    assert any(f"{expert}: {words}" in blocked.stdout for words in RULES.values())
    slot, expert = sorted(eligible - placed)[0]
    other = run("explain", problem_file, "plan.json", "--slot", slot, "--expert", expert)
    assert other.stdout.startswith(expert)
    assert "計画の値" in other.stdout or "両立しない" in other.stdout
    slot, expert = sorted(placed)[0]
    assert (
        "この枠に入っています" in run("explain", problem_file, "plan.json", "--slot", slot, "--expert", expert).stdout
    )


def test_an_unknown_slot_or_expert_gets_the_nearest(run, problem_file, plan):
    one = plan.assignments[0]
    result = run("explain", problem_file, "plan.json", "--slot", one.slot + "x")
    assert result.exit_code == 2
    assert one.slot in result.stderr
    assert run("explain", problem_file, "plan.json", "--slot", one.slot, "--expert", "誰か").exit_code == 2
    assert run("explain", problem_file, "plan.json", "--expert", one.expert).exit_code == 2


def test_a_plan_that_is_not_right_is_not_explained(run, problem_file, plan, folder):
    told = json.loads((folder / "plan.json").read_text())
    told["assignments"][0]["fit"] = 0.123
    (folder / "plan.json").write_text(json.dumps(told))
    result = run("explain", problem_file, "plan.json")
    assert result.exit_code == 2
    assert "talent-hub check" in result.stderr


def test_a_plan_whose_pins_clash_is_explained_as_far_as_it_goes(run, clashing_file, problem):
    assert run("match", clashing_file, "-o", "plan.json").exit_code == 3
    slot = next(problem.seats())[1].id
    assert run("explain", clashing_file, "plan.json").exit_code == 0
    assert run("explain", clashing_file, "plan.json", "--slot", slot).exit_code == 0


def test_a_problem_with_ready_pairs_is_solved_checked_and_explained(run, folder, problem):
    table = eligible_pairs(problem)
    slots = [slot.id for _, slot in problem.seats()]
    pairs = tuple(
        ReadyPair(problem.experts[e].id, slots[s], float(f), float(c), float(n), float(h))
        for e, s, f, c, n, h in zip(
            table.expert, table.slot, table.fit, table.cost, table.net_cost, table.hours, strict=True
        )
    )
    (folder / "ready.json").write_bytes(write_problem(replace(problem, pairs=pairs)))
    assert run("match", "ready.json", "-o", "plan.json").exit_code == 0
    assert run("check", "ready.json", "plan.json").exit_code == 0
    plan = read_plan((folder / "plan.json").read_bytes())
    assert run("explain", "ready.json", "plan.json", "--slot", plan.assignments[0].slot).exit_code == 0
    assert run("explain", "ready.json", "plan.json", "--slot", plan.open_slots[0].slot).exit_code == 0
