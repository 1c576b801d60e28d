"""The course of a run: kept with its progress, thinned, and never going back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from hub.auth.actor import LOCAL
from hub.db.transaction import reading, transaction
from hub.errors import Conflict
from hub.jobs.solving import run_next
from hub.settings import Settings
from hub.workflows.plan_reading import read_followed
from hub.workflows.plans import queue_plan
from hub.workflows.run_courses import MOST_POINTS, Course, CoursePoint, extended
from hub.workflows.runs import Claim, claim_next, leases, put_back_lost, record_progress
from matching.problem import Limits
from matching.progress import Progress

TOLD = st.tuples(st.floats(0, 1e4), st.none() | st.floats(-1e6, 1e6), st.none() | st.floats(-1e6, 1e6))


@given(st.lists(TOLD, max_size=30))
def test_a_course_never_goes_back_and_ends_with_the_best_that_was_told(told: list[tuple[float, float, float]]):
    course: Course = ()
    for seconds, value, bound in told:
        course = extended(course, seconds, value, bound)
    for before, after in pairwise(course):
        assert before.seconds <= after.seconds
        assert before.value is None or (after.value is not None and before.value <= after.value)
        assert before.bound is None or (after.bound is not None and before.bound >= after.bound)
    values, bounds = [[one for one in told if one is not None] for told in ([t[1] for t in told], [t[2] for t in told])]
    if course:
        assert course[-1].value == max(values, default=None)
        assert course[-1].bound == min(bounds, default=None)
    else:
        assert not values and not bounds


def test_a_long_course_is_thinned_and_keeps_both_ends():
    course: Course = ()
    for number in range(5_000):
        course = extended(course, number / 2, float(number), 10_000.0 - number)
        assert len(course) <= MOST_POINTS
    assert course[0] == CoursePoint(0.0, 0.0, 10_000.0)
    assert course[-1] == CoursePoint(2499.5, 4999.0, 5001.0)
    assert len(course) > MOST_POINTS / 3


def test_while_nothing_changes_two_points_say_how_long():
    course: Course = ()
    for number in range(50):
        course = extended(course, float(number), 3.0, 4.0)
    assert course == (CoursePoint(0.0, 3.0, 4.0), CoursePoint(49.0, 3.0, 4.0))
    assert extended((), 3.0, None, None) == ()


def told(engine: Engine, claim: Claim, seconds: float, value: float, bound: float) -> None:
    with transaction(engine) as session:
        record_progress(session, claim, Progress("solve", seconds, value, bound, None, 1, 3))


def course_of(engine: Engine, plan: str) -> Course:
    with reading(engine) as session:
        return read_followed(session, plan).course


def claimed(engine: Engine) -> Claim:
    with transaction(engine) as session:
        claim = claim_next(session)
    assert claim is not None
    return claim


def test_a_run_begun_again_begins_its_course_again_and_who_lost_it_adds_nothing(seeded: Engine):
    with transaction(seeded) as session:
        plan = queue_plan(session, LOCAL, "試し")
    assert course_of(seeded, plan) == ()
    first = claimed(seeded)
    told(seeded, first, 1.0, 2.0, 9.0)
    told(seeded, first, 2.0, 4.0, 8.0)
    assert course_of(seeded, plan) == (CoursePoint(1.0, 2.0, 9.0), CoursePoint(2.0, 4.0, 8.0))
    with transaction(seeded) as session:
        put_back_lost(session, leases(session))
    assert course_of(seeded, plan) == (), "a lost attempt tells nothing of the next"
    second = claimed(seeded)
    with pytest.raises(Conflict):
        told(seeded, first, 3.0, 5.0, 7.0)
    assert course_of(seeded, plan) == ()
    told(seeded, second, 0.5, 1.0, 9.0)
    assert course_of(seeded, plan) == (CoursePoint(0.5, 1.0, 9.0),)


def test_what_a_transaction_takes_back_is_not_in_the_course(seeded: Engine):
    with transaction(seeded) as session:
        plan = queue_plan(session, LOCAL, "試し")
    claim = claimed(seeded)
    with pytest.raises(RuntimeError), transaction(seeded) as session:
        record_progress(session, claim, Progress("solve", 1.0, 2.0, 9.0, None, 1, 3))
        raise RuntimeError
    assert course_of(seeded, plan) == ()


def test_a_finished_run_keeps_its_course_which_ends_with_the_plan(seeded: Engine, settings: Settings):
    with transaction(seeded) as session:
        plan = queue_plan(session, LOCAL, "試し", limits=Limits(seconds=20))
    assert run_next(seeded, settings)
    with reading(seeded) as session:
        run = read_followed(session, plan)
        assert session.execute(text("SELECT count(*) FROM run_courses")).scalar_one() == 1
    assert run.row.status == "ready"
    assert run.course[-1].value == pytest.approx(run.row.objective)
    assert run.course[-1].bound == pytest.approx(run.row.bound)
