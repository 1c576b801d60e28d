"""Machine code is made before time is counted, all of it, and told as a phase; reading what was kept counts."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

import matching.solve
from matching import rehearsal
from matching.check import check
from matching.progress import Progress
from matching.solve import solve
from tests.matching.test_national import middling

EVERY_LOOP = """
import sys
from dataclasses import replace
import matching.scoring, matching.search
from matching.rehearsal import rehearse_pairs, rehearse_search
from matching.solve import solve
from tests.matching.test_national import middling
matching.scoring.COMPILED_FROM = matching.search.NATIONAL_FROM = 0

def versions():
    modules = [one for name, one in sys.modules.items() if name.startswith(("matching.national", "matching.pairing"))]
    loops = {id(one): one for module in modules for one in vars(module).values() if hasattr(one, "overloads")}
    return {f"{one.__module__}.{one.__name__}": len(one.overloads) for one in loops.values()}

rehearse_pairs(), rehearse_search()
rehearsed = versions()
assert rehearsed["matching.national.annealing.anneal"] and rehearsed["matching.pairing.points.weigh_group"], rehearsed
assert solve(middling(seconds=1.0)).objective is not None
more = {name: count for name, count in versions().items() if count > rehearsed.get(name, 0)}
assert not more, more
"""


def test_a_run_uses_no_machine_code_that_was_not_rehearsed():
    subprocess.run([sys.executable, "-c", EVERY_LOOP], check=True)


@pytest.mark.parametrize(("made", "charged"), [(0.4, False), (0.0, True)])
def test_only_what_machine_code_took_to_make_is_left_out_of_the_time_limit(made: float, charged: bool, monkeypatch):
    now = [0.0]  # a clock that goes on only while the loops are readied

    def rehearse() -> float:
        now[0] += 0.4
        return made

    around = []

    def search(*given, **more):
        around.append(more["around"])
        return kept(*given, **more)

    kept = matching.solve.search
    monkeypatch.setattr(matching.solve, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    monkeypatch.setattr(matching.solve, "search", search)
    monkeypatch.setattr(matching.solve, "rehearse_search", rehearse)
    monkeypatch.setattr(matching.solve, "may_be_national", lambda *_: True)
    solve(middling(seconds=0.1))
    assert around == [pytest.approx(0.4 if charged else 0.0)]


def test_readying_the_loops_is_told_as_a_phase_and_its_seconds_stand_in_the_plan(monkeypatch):
    monkeypatch.setattr("matching.search.NATIONAL_FROM", 0)
    told: list[Progress] = []
    problem = middling(seconds=0.5)
    plan = solve(problem, progress=told.append)
    assert list(dict.fromkeys(one.phase for one in told)) == ["score", "build", "compile", "solve", "reasons", "check"]
    assert plan.seconds["compile"] >= 0
    assert check(problem, plan) == ()
    monkeypatch.setattr("matching.search.NATIONAL_FROM", 100_000)
    assert "compile" not in solve(problem).seconds


def test_what_machine_code_took_is_told_once_and_not_of_the_next_run(monkeypatch):
    import numba

    from matching.pairing import tables

    def every_pair(*given, **more):
        assert numba.njit(lambda number: number + 1)(1) == 2
        return kept(*given, **more)

    kept = tables.every_pair
    monkeypatch.setattr(tables, "every_pair", every_pair)
    for name in ("rehearse_pairs", "_go_through_pairs"):
        getattr(getattr(rehearsal, name, None), "cache_clear", lambda: None)()
    assert rehearsal.rehearse_pairs() > 0
    assert rehearsal.rehearse_pairs() == 0
