import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from matching.interchange import read_plan, write_problem
from matching.problem import Limits
from seed_data.generator import generate
from seed_data.problem import build_problem

COMMAND = Path(sys.executable).parent / "talent-hub"


def test_a_plan_is_written_and_told_in_words(run, problem_file, folder):
    result = run("match", problem_file, "-o", "plan.json")
    assert result.exit_code == 0
    plan = read_plan((folder / "plan.json").read_bytes())
    assert plan.status == "optimal"
    assert f"埋まった枠: {len(plan.assignments)} / {len(plan.assignments) + len(plan.open_slots)}" in result.stdout
    assert "実質負担（試算）" in result.stdout
    assert "改善の余地 最大0.00%" in result.stdout
    assert all(slot.slot in result.stdout for slot in plan.open_slots)


def test_the_words_are_english_where_the_settings_say_so(run, problem_file, monkeypatch):
    monkeypatch.setenv("HUB_LANGUAGE", "en")
    assert "filled slots: " in run("match", problem_file).stdout


def test_the_plan_goes_to_standard_output_for_a_script(run, problem_file):
    for words in (("--json",), ("-o", "-")):
        result = run("match", problem_file, *words)
        assert result.exit_code == 0
        assert json.loads(result.stdout)["format"] == "talent-hub-plan/1"


def test_without_an_output_nothing_is_written(run, problem_file, folder):
    run("match", problem_file)
    assert sorted(path.name for path in folder.iterdir()) == ["problem.json"]


def test_limits_and_policy_of_the_command_line_go_before_those_of_the_file(run, problem_file, folder):
    run("match", problem_file, "-o", "plan.json", "--seconds", 5, "--gap", 0.02, "--policy", "cost_first")
    plan = read_plan((folder / "plan.json").read_bytes())
    assert plan.limits["seconds"] == 5
    assert plan.limits["gap"] == 0.02
    assert plan.policy["name"] == "cost_first"
    assert plan.policy["yen_per_point"] == 300_000


def test_a_plan_made_is_a_plan_that_passes_the_check(run, problem_file):
    run("match", problem_file, "-o", "plan.json", "--policy", "fit_first", "--seconds", 7)
    result = run("check", problem_file, "plan.json")
    assert (result.exit_code, result.stdout) == (0, "違反はありません / no violations\n")


@pytest.mark.parametrize(
    ("key", "value"), [("fit", 0.123), ("cost", 1), ("net_cost", 1), ("hours", 0.5), ("expert", "nobody")]
)
def test_a_plan_tampered_with_has_each_violation_on_a_line(run, problem_file, folder, key, value):
    run("match", problem_file, "-o", "plan.json")
    plan = json.loads((folder / "plan.json").read_text())
    plan["assignments"][0][key] = value
    (folder / "plan.json").write_text(json.dumps(plan))
    result = run("check", problem_file, "plan.json")
    assert result.exit_code == 1
    assert any(line.startswith("/assignments/0/") for line in result.stdout.splitlines())
    told = run("check", problem_file, "plan.json", "--json")
    assert told.exit_code == 1
    assert not json.loads(told.stdout)["good"]


def test_pins_that_cannot_hold_end_with_3_and_are_named(run, clashing_file, folder, problem):
    result = run("match", clashing_file, "-o", "plan.json")
    assert result.exit_code == 3
    plan = read_plan((folder / "plan.json").read_bytes())
    assert plan.status == "infeasible"
    assert plan.conflicts
    for clash in plan.conflicts:
        if clash.kind == "pin":
            assert clash.expert in result.stderr


BAD = {
    "not_json": b"{",
    "not_utf8": b"\xff\xfe\x00",
    "empty": b"",
    "long_string": b'"' + b"x" * 10_000_000 + b'"',
    "unknown_key": b'{"format": "talent-hub-problem/1", "surprise": 1}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_with_2_and_a_line_for_each_fault_and_writes_nothing(run, folder, name):
    (folder / "problem.json").write_bytes(BAD[name])
    (folder / "plan.json").write_text("what was here before")
    result = run("match", "problem.json", "-o", "plan.json")
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines
    assert all(line.startswith("/") and ": " in line and " / " in line and len(line) < 500 for line in lines)
    assert (folder / "plan.json").read_text() == "what was here before"
    assert sorted(path.name for path in folder.iterdir()) == ["plan.json", "problem.json"]


def test_every_fault_of_a_problem_has_its_place(run, folder, problem_file):
    problem = json.loads(problem_file.read_text())
    problem["experts"][0]["skills"] = {"ZZ9-99": 2, "TE1-08": 9}
    problem["experts"][1]["hourly_rate"] = -5
    problem["experts"][2]["hours"] = [1]
    problem_file.write_text(json.dumps(problem))
    result = run("match", problem_file)
    assert result.exit_code == 2
    places = [line.partition(": ")[0] for line in result.stderr.splitlines()]
    assert any(place.startswith("/experts/0/skills") for place in places)
    assert "/experts/1/hourly_rate" in places


@pytest.mark.parametrize("target", ["missing/plan.json", "folder", "problem.json"])
def test_an_output_that_cannot_be_is_refused_before_the_work(run, problem_file, folder, target, monkeypatch):
    (folder / "folder").mkdir()
    monkeypatch.setattr("matching.solve.solve", lambda *_, **__: pytest.fail("solved"))
    before = problem_file.read_bytes()
    result = run("match", problem_file, "-o", target)
    assert result.exit_code == 2
    assert target in result.stderr
    assert problem_file.read_bytes() == before


@pytest.mark.parametrize("path", ["missing.json", "."])
def test_an_input_that_is_not_there_is_told_in_a_line(run, path):
    result = run("match", path)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"{path}: ")


def test_a_plan_that_cannot_be_read_is_named_with_its_file(run, problem_file, folder):
    (folder / "plan.json").write_text("{}")
    result = run("check", problem_file, "plan.json")
    assert result.exit_code == 2
    assert all(line.startswith("plan.json /") for line in result.stderr.splitlines())


def test_a_full_disk_leaves_the_old_plan_and_no_half_file(run, problem_file, folder, monkeypatch):
    (folder / "plan.json").write_text("old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    result = run("match", problem_file, "-o", "plan.json")
    assert result.exit_code == 2
    assert "plan.json: ディスクに空きがありません" in result.stderr
    assert (folder / "plan.json").read_text() == "old"
    assert sorted(path.name for path in folder.iterdir()) == ["plan.json", "problem.json"]


def test_a_full_device_is_told_without_a_traceback(problem_file):
    result = subprocess.run(
        [COMMAND, "match", problem_file, "-o", "/dev/full"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert result.stderr.startswith("/dev/full: ディスクに空きがありません")


def test_a_written_file_keeps_its_permissions(run, problem_file, folder):
    (folder / "plan.json").write_text("old")
    (folder / "plan.json").chmod(0o640)
    run("match", problem_file, "-o", "plan.json")
    assert (folder / "plan.json").stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(run, problem_file, folder):
    (folder / "real.json").write_text("old")
    (folder / "plan.json").symlink_to("real.json")
    run("match", problem_file, "-o", "plan.json")
    assert (folder / "plan.json").is_symlink()
    assert read_plan((folder / "real.json").read_bytes())


def test_a_reader_that_goes_away_causes_no_traceback(problem_file):
    line = f"{COMMAND} match {problem_file} --json | head -c 10"
    result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert result.stderr == ""


def test_the_problem_may_come_from_standard_input(problem_file):
    with problem_file.open("rb") as file:
        result = subprocess.run([COMMAND, "match", "-", "--json"], stdin=file, capture_output=True, check=False)
    assert result.returncode == 0
    assert read_plan(result.stdout).status == "optimal"


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_plan_so_far(folder):
    problem = build_problem(generate(1500, 900, 0), limits=Limits(seconds=300, gap=0))
    (folder / "large.json").write_bytes(write_problem(replace(problem)))
    process = subprocess.Popen(
        [COMMAND, "match", "large.json", "-o", "plan.json"],
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if "埋まった枠" in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=200)  # well before its own limit
    assert process.returncode == 0, err
    plan = read_plan((folder / "plan.json").read_bytes())
    assert plan.status == "interrupted"
    assert plan.assignments
    assert "途中で停止" in out
    assert "止めています" in err
