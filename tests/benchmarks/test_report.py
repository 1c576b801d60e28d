"""A report keeps its figures, sums them up rightly, and does not keep to itself where a rival is better."""

from dataclasses import replace
from importlib.util import find_spec

import pytest

from benchmarks.curves import bound_at, first_plan, seconds_to, share_ahead, value_at
from benchmarks.goals import goals, growth
from benchmarks.page import page
from benchmarks.results import Contest, Entry, Report, Run, Series, Size, read_report, relative, thinned, write_report
from benchmarks.rivals import CP_SAT, NAIVE, OWN, PLAIN_HIGHS
from benchmarks.scaling import exponent
from benchmarks.tables import contest_table
from benchmarks.weaknesses import untrue_bounds, weaknesses


def a_run(seconds=1.0, value=90.0, bound=100.0, peak=100.0, events=()):
    figures = {"build": 0.1}
    return Run("answered", seconds, seconds, peak, 50.0, 0.5, "ok", value, bound, 9, (), figures, events)


def a_contest(**runs):
    names = {"own": OWN, "highs": PLAIN_HIGHS, "cp_sat": CP_SAT, "naive": NAIVE}
    entries = tuple(Entry(names[name], (run,)) for name, run in runs.items())
    return Contest("ready-2000x3000", "Some instance", 10, 20, 5, 50, 60.0, 0.001, entries)


def a_report(*contests, series=()):
    return Report("2026-11-21", "bin/benchmark", "default", {"cores": "2"}, {"Python": "3"}, 60.0, contests, series)


def test_a_report_read_back_is_the_report_written():
    run = a_run(events=((0.1, None, 120.0), (0.5, 90.0, 100.0)))
    killed = Run("time", 60.0, 0.0, 300.0, faults=("a [bracketed] fault, and\nanother line",))
    series = (Series("score", "Scoring", (Size(10, 20, 200, Entry("score", (run, killed))),)),)
    report = a_report(a_contest(own=run, highs=killed), series=series)
    assert read_report(write_report(report)) == report


def test_medians_are_over_runs_that_answered():
    runs = (a_run(1.0), a_run(9.0, value=95.0), a_run(2.0), Run("time", 60.0, 0.0, 300.0))
    entry = Entry(OWN, runs)
    assert (entry.seconds, entry.value) == (2.0, 90.0)
    assert entry.middle is runs[2]
    assert Entry(OWN, (runs[3],)).seconds is None


def test_a_plan_with_a_fault_counts_for_nothing():
    wrong = replace(a_run(value=99.0), faults=("breaks a limit",))
    contest = a_contest(own=a_run(), highs=wrong)
    assert contest.best_value == 90.0
    assert contest_table(contest).rows[1][-1] == "NOT VALID: breaks a limit"


def test_curves_tell_when_a_plan_was_near_the_bound():
    run = a_run(events=((0.5, None, 120.0), (2.0, 80.0, 110.0), (4.0, 96.0, 100.0)))
    assert first_plan(run) == 2.0
    assert seconds_to(run, 0.05, 100.0) == 4.0
    assert seconds_to(run, 0.01, 100.0) is None
    assert (value_at(run, 3.0), bound_at(run, 3.0)) == (80.0, 110.0)
    assert (value_at(run, 1.0), bound_at(run, 1.0)) == (None, 120.0)
    assert relative(80.0, 100.0) == pytest.approx(0.25)


def test_ahead_counts_only_seconds_at_which_somebody_has_a_plan():
    early = a_run(events=((2.0, 50.0, None),))
    late = a_run(events=((4.0, 60.0, None),))
    assert share_ahead(early, late, 6) == pytest.approx(2 / 5)
    assert share_ahead(late, early, 6) == pytest.approx(3 / 5)
    assert share_ahead(a_run(), a_run(), 6) is None


def test_the_page_names_every_way_a_rival_is_better():
    good = a_contest(own=a_run(10.0, 99.95, 100.0), highs=a_run(20.0, 99.95, 100.0))
    assert weaknesses(a_report(good)) == ()
    slower = a_contest(own=a_run(10.0, 99.95, 100.0), highs=a_run(2.0, 99.95, 100.0))
    assert "HiGHS was done in 2.00 s" in weaknesses(a_report(slower))[0]
    worse = a_contest(own=a_run(60.0, 90.0, 105.0), cp_sat=a_run(60.0, 95.0, 100.0))
    found = weaknesses(a_report(worse))
    assert "CP-SAT found a plan worth 5.556% more" in found[0]
    assert any("CP-SAT proved a gap of 5.263%, we 16.667%" in sentence for sentence in found)
    hungry = a_contest(own=a_run(1.0, 99.95, 100.0, peak=300.0), naive=a_run(60.0, 90.0, 100.0, peak=100.0))
    assert "we took 300 MB, 3.0 times as much as PuLP+CBC" in weaknesses(a_report(hungry))[0]
    killed = a_contest(own=Run("memory", 5.0, 0.0, 9_000.0), highs=a_run())
    assert "no plan; stopped at 8.8 GB" in weaknesses(a_report(killed))[0]
    for report in (a_report(worse), a_report(hungry)):
        assert all(sentence in page(report, (), "benchmarks") for sentence in weaknesses(report))


def test_a_gap_left_open_is_told_even_if_nobody_did_better():
    found = weaknesses(a_report(a_contest(own=a_run(60.0, 80.0, 100.0), highs=a_run(60.0, 70.0, 100.0))))
    assert found == ("`ready-2000x3000`: 25.0% were left between our plan and our bound after 60 s.",)


def test_a_bound_below_a_plan_that_somebody_found_is_called_untrue():
    told_too_low = a_run(60.0, 90.0, 100.0, events=((1.0, None, 120.0), (3.0, 80.0, 94.0), (9.0, 90.0, 100.0)))
    report = a_report(a_contest(own=told_too_low, highs=a_run(60.0, 95.0, 101.0)))
    assert untrue_bounds(report) == (
        "`ready-2000x3000`: matching told a bound of 94.000 after 3.0 s, but there is a plan worth 95.000.",
    )
    assert untrue_bounds(report)[0] in page(report, (), "benchmarks")
    honest = replace(told_too_low, events=((1.0, None, 120.0), (9.0, 90.0, 100.0)))
    assert untrue_bounds(a_report(a_contest(own=honest, highs=a_run(60.0, 95.0, 101.0)))) == ()


def test_a_goal_is_met_only_by_what_was_measured():
    def goal(report, what):
        return next(one for one in goals(report) if what in one.what)

    assert all(one.is_met is None for one in goals(a_report()))
    fast = a_contest(own=a_run(2.0, 99.95, 100.0), highs=a_run(1.9, 99.95, 100.0), naive=a_run(30.0, 99.95, 100.0))
    assert goal(a_report(fast), "against PuLP+CBC").is_met is True
    assert goal(a_report(fast), "against HiGHS").is_met is False
    unproven = a_contest(own=a_run(2.0, 90.0, 100.0), naive=a_run(60.0, 80.0, 110.0))
    assert goal(a_report(unproven), "against PuLP+CBC").is_met is False


def test_an_exponent_is_the_slope_in_logarithms():
    assert exponent([(10.0, 3.0), (100.0, 30.0), (1000.0, 300.0)]) == pytest.approx(1.0)
    assert exponent([(10.0, 5.0), (20.0, 20.0)]) == pytest.approx(2.0)
    assert exponent([(10.0, 5.0)]) is None


def test_growth_is_read_against_eligible_pairs():
    def sizes(*rows):
        return tuple(
            Size(n, n, n * n, Entry("", (replace(a_run(seconds), figures=figures),))) for n, seconds, figures in rows
        )

    scored = Series("score", "", sizes(*((n, 1.0, {"pairs": float(n * n)}) for n in (10, 20, 40))))
    built = Series("phases", "", sizes(*((n, 1.0, {"phase build": n**3 / 1000}) for n in (10, 20, 40))))
    assert growth(a_report(series=(scored, built)), ("build",)) == pytest.approx(1.5)
    assert growth(a_report(series=(built,)), ("build",)) is None


def test_thinning_keeps_both_ends_of_a_curve():
    events = [(float(second), float(second), None) for second in range(1_000)]
    kept = thinned(events, 50)
    assert len(kept) <= 52
    assert (kept[0], kept[-1]) == (events[0], events[-1])
    assert thinned(events[:50], 50) == tuple(events[:50])


def test_costs_of_assignments_are_told_as_costs():
    own = replace(a_run(value=20 * 40.0 - 310, bound=20 * 40.0 - 300), filled=20)
    short = replace(a_run(value=19 * 40.0 - 290, bound=20 * 40.0 - 290), filled=19)
    contest = replace(a_contest(own=own, highs=short), coverage=40.0, slots=20)
    rows = contest_table(contest).rows
    assert rows[0][5:8] == ("310", "300", "3.33%")
    assert rows[1][5:8] == ("–", "290", "–")


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is only in the benchmarks' environment")
def test_charts_are_drawn_small_and_the_same_each_time(tmp_path):
    from benchmarks.charts import draw

    run = a_run(events=((0.1, None, 120.0), (0.5, 90.0, 100.0)))
    contest = a_contest(own=run, highs=run)
    sizes = tuple(Size(n, n, n * n, Entry("score", (run,))) for n in (10, 20))
    report = a_report(contest, replace(contest, coverage=40.0), series=(Series("score", "Scoring", sizes),))
    names = draw(report, tmp_path / "one")
    assert names == draw(report, tmp_path / "two") == ("curves.svg", "assignments.svg", "memory.svg", "growth.svg")
    for name in names:
        text = (tmp_path / "one" / name).read_text()
        assert text == (tmp_path / "two" / name).read_text()
        assert len(text) < 100_000
    assert all(name in page(report, names, "benchmarks") for name in names)
