"""Measurements run apart, are stopped at their limits with all they started, and tell the memory they took."""

import os
import time
from dataclasses import replace

import pytest

from benchmarks import processes
from benchmarks.contest import measure_contest
from benchmarks.instances import BY_NAME
from benchmarks.processes import run
from benchmarks.rivals import NAIVE, OWN, PLAIN_HIGHS
from benchmarks.storage import keep, kept
from benchmarks.tight import tight


def test_a_problem_kept_in_a_file_is_the_same_again(tmp_path):
    problem = tight(20, 30)
    keep(problem, tmp_path / "problem")
    assert kept(tmp_path / "problem") == problem


def test_growth_is_measured_in_a_process_of_its_own(tmp_path):
    path = str(tmp_path / "problem")
    assert run("make_tight", {"experts": 60, "slots": 90, "path": path}, tmp_path, hard_seconds=60).ending == "answered"
    for kind, figures in (
        ("score", {"pairs"}),
        ("phases", {"phase score", "phase build", "phase solve", "phase reasons", "phase check"}),
        ("files", {"write", "read", "digest", "megabytes"}),
    ):
        measured = run(kind, {"path": path}, tmp_path, hard_seconds=60)
        assert measured.ending == "answered", measured.status
        assert set(measured.figures) == figures
        assert 0 < measured.seconds < 60
        assert 20 < measured.loaded_mb <= measured.peak_mb < 2_000


@pytest.mark.slow
def test_cbc_is_stopped_together_with_the_process_that_waits_for_it(tmp_path, monkeypatch):
    path = str(tmp_path / "problem")
    made = run("make", {"instance": "seed-200x300", "seconds": 30.0, "path": path}, tmp_path, hard_seconds=60)
    assert made.ending == "answered", made.status
    groups = []
    seen: set[int] = set()
    children = processes._children
    monkeypatch.setattr(processes, "_children", lambda pid: groups.append(pid) or seen.update(children(pid)) or [])
    arguments = {"rival": NAIVE, "path": path, "trace": str(tmp_path / processes.TRACE)}
    began = time.perf_counter()
    measured = run("contest", arguments, tmp_path, hard_seconds=8.0)
    assert measured.ending == "time"
    assert time.perf_counter() - began < 15
    assert seen
    assert _is_gone(groups[0])


def _is_gone(group: int) -> bool:
    """Whether the process group ends within a few seconds: what was killed may take a moment to go."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_a_process_that_takes_too_much_memory_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "MEMORY_SHARE", 1e-6)
    measured = run(
        "make_tight", {"experts": 2_000, "slots": 2_000, "path": str(tmp_path / "p")}, tmp_path, hard_seconds=60
    )
    assert measured.ending == "memory"
    assert measured.peak_mb > 0


def test_a_process_that_fails_says_why(tmp_path):
    measured = run("score", {"path": str(tmp_path / "missing")}, tmp_path, hard_seconds=60)
    assert measured.ending == "failed"
    assert "FileNotFoundError" in measured.status


def test_all_rivals_agree_on_an_instance_from_start_to_end(tmp_path):
    told: list[str] = []
    rivals = (OWN, PLAIN_HIGHS, NAIVE)
    contest = measure_contest(replace(BY_NAME["tight-200x300"], rivals=rivals), 20.0, tmp_path, told.append)
    assert (contest.experts, contest.slots) == (200, 300)
    assert [entry.name for entry in contest.entries] == list(rivals)
    for entry in contest.entries:
        assert entry.middle.ending == "answered", entry.middle.status
        assert entry.middle.faults == ()
        assert entry.value == pytest.approx(contest.best_value, rel=0.001)
        assert entry.bound is not None
        assert contest.best_value is not None
        assert entry.bound >= contest.best_value * (1 - 1e-6)
        assert entry.middle.events[-1][1] == pytest.approx(entry.value)
    assert len(told) >= 1 + len(rivals)
