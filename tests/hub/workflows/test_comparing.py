"""Comparisons: one problem, a run for each point, an end with the last of them, and a limit for each person."""

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import LOCAL, Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.jobs.tasks import Work
from hub.settings import Settings
from hub.workflows.comparing import MOST_OPEN, Wish, ask_comparison, keep_point, stop_comparison
from hub.workflows.comparison_reading import find_comparisons, read_comparison, read_queue
from hub.workflows.experts import set_paused
from hub.workflows.paging import Paging
from hub.workflows.plan_documents import problem_of, result_of
from hub.workflows.plans import find_plans, queue_plan
from hub.workflows.runs import claim_next, fail_plan
from matching.check import check
from matching.problem import Limits
from tests.hub.databases import on_sqlite

POINTS = (0.0, 0.5, 2.0)
LIST = Paging(sort="created", descending=True)


def ask(engine: Engine, who: Actor = LOCAL, **changes: object) -> str:
    told = {"title": "公平さ", "axis": "equity", "points": POINTS, "limits": Limits(seconds=20)} | changes
    with transaction(engine) as session:
        return ask_comparison(session, who, Wish(**told))


def test_every_point_is_solved_on_one_problem_and_the_last_ends_the_comparison(seeded: Engine, settings: Settings):
    key, work = ask(seeded), Work(seeded, settings)
    work.prepare_comparisons()
    with reading(seeded) as session:
        expert = session.execute(text("SELECT id FROM experts ORDER BY id LIMIT 1")).scalar_one()
        assert find_plans(session).total == 0
        assert read_comparison(session, key).status == "running"
    with transaction(seeded) as session:
        set_paused(session, LOCAL, expert, paused=True)
    work.prepare_comparisons()
    work.solve_runs()
    with reading(seeded) as session:
        page = read_comparison(session, key)
        problems = [problem_of(session, point.run.id) for point in page.points]
        plans = [result_of(session, point.run.id) for point in page.points]
        (row,) = find_comparisons(session, LIST).items
    assert (page.status, [point.value for point in page.points]) == ("done", list(POINTS))
    assert (row.ended, row.points) == (len(POINTS), len(POINTS))
    assert [problem.policy.weights.equity for problem in problems] == list(POINTS)
    assert all(expert in problem.expert_by_id for problem in problems), "as it was when the comparison began"
    for problem, plan in zip(problems, plans, strict=True):
        assert check(problem, plan) == ()
        assert plan.gap is not None
    assert page.points[-1].terms.equity >= page.points[0].terms.equity
    assert any(point.unbeaten for point in page.points)
    chosen = page.points[1].run.id
    with transaction(seeded) as session:
        keep_point(session, LOCAL, chosen)
    with reading(seeded) as session:
        assert [one.id for one in find_plans(session).items] == [chosen]


def test_of_one_comparison_no_more_are_under_way_than_allowed_and_others_come_between(seeded: Engine):
    ask(seeded)
    Work(seeded, Settings()).prepare_comparisons()
    with transaction(seeded) as session:
        other = queue_plan(session, Actor("other", LOCAL.grants), "ほか")
        assert claim_next(session, at_once=1).comparison is not None
    with transaction(seeded) as session:
        assert claim_next(session, at_once=1).plan_id == other
        assert claim_next(session, at_once=1) is None
        assert [row.running for row in read_queue(session, 1)] == [True, True, False, False]
        assert claim_next(session, at_once=2) is not None


@on_sqlite
def test_a_point_that_fails_ends_the_comparison_as_any_other(seeded: Engine, settings: Settings):
    key = ask(seeded, points=(0.0, 1.0))
    Work(seeded, settings).prepare_comparisons()
    for _ in range(2):
        with transaction(seeded) as session:
            claim = claim_next(session)
            fail_plan(session, claim, "だめ", "no")
    with reading(seeded) as session:
        page = read_comparison(session, key)
    assert page.status == "done"
    assert {point.run.status for point in page.points} == {"failed"}
    with pytest.raises(Conflict), transaction(seeded) as session:
        keep_point(session, LOCAL, page.points[0].run.id)


@on_sqlite
def test_a_comparison_can_be_stopped_before_and_while_it_is_solved(seeded: Engine, settings: Settings):
    early, late = ask(seeded), ask(seeded, title="あと")
    with transaction(seeded) as session:
        stop_comparison(session, LOCAL, early)
    work = Work(seeded, settings)
    work.prepare_comparisons()
    with transaction(seeded) as session:
        claim = claim_next(session)
        stop_comparison(session, LOCAL, late)
    with reading(seeded) as session:
        page = read_comparison(session, late)
        assert sorted(point.run.status for point in page.points) == ["cancelled", "cancelled", "running"]
        assert next(point for point in page.points if point.run.status == "running").run.stop_requested
        assert (read_comparison(session, early).status, page.status) == ("cancelled", "running")
    with transaction(seeded) as session:
        fail_plan(session, claim, "だめ", "no")
    with reading(seeded) as session:
        assert read_comparison(session, late).status == "done"
    for key, fault in ((early, Conflict), (late, Conflict), ("nothing", NotFound)):
        with pytest.raises(fault), transaction(seeded) as session:
            stop_comparison(session, LOCAL, key)


@on_sqlite
def test_one_person_has_only_so_many_comparisons_at_once(seeded: Engine):
    for _ in range(MOST_OPEN):
        ask(seeded)
    with pytest.raises(Conflict):
        ask(seeded)
    assert ask(seeded, Actor("other", LOCAL.grants))


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"points": (1.0,)}, "/points"),
        ({"points": (1.0, 1.0)}, "/points"),
        ({"points": (0.0, 101.0)}, "/points"),
        ({"points": (0.0, float("nan"))}, "/points"),
        ({"points": tuple(map(float, range(13)))}, "/points"),
        ({"axis": "yen_per_point", "points": (0.0, 5.0)}, "/points"),
        ({"axis": "luck"}, "/axis"),
        ({"title": " "}, "/title"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_place(seeded: Engine, changes: dict, place: str):
    with pytest.raises(Invalid) as refused:
        ask(seeded, **changes)
    assert [fault.place for fault in refused.value.faults] == [place]


@on_sqlite
def test_who_may_not_plan_may_neither_ask_nor_look(seeded: Engine):
    stranger = Actor("acc_x", (Grant("expert"),))
    key = ask(seeded)
    with pytest.raises(Forbidden):
        ask(seeded, stranger)
    with reading(seeded) as session:
        with pytest.raises((Forbidden, NotFound)):
            read_comparison(session, key, actor=stranger)
        with pytest.raises(Forbidden):
            find_comparisons(session, LIST, actor=stranger)


@on_sqlite
def test_a_coordinator_of_one_prefecture_sees_that_others_wait_and_not_what_for(seeded: Engine):
    with transaction(seeded) as session:
        queue_plan(session, LOCAL, "国の計画")
    local = Actor("acc_c", (Grant("coordinator", "20"),))
    with reading(seeded) as session:
        (row,) = read_queue(session, 2, actor=local)
        assert (row.run, row.mine) == (None, False)
        (row,) = read_queue(session, 2, actor=LOCAL)
        assert (row.run.title, row.mine) == ("国の計画", True)
