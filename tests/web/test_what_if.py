"""What-if: a plan made again from the same input with something supposed, looked at, and kept from going out."""

import re
from dataclasses import asdict, dataclass, replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from hub.auth.actor import LOCAL, Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden
from hub.jobs.solving import run_next
from hub.models import Assignment, Expert, Plan, PlanSlot
from hub.models.base import columns, table_of
from hub.workflows.plan_adjusting import asked_for
from hub.workflows.plan_documents import problem_of, result_of
from hub.workflows.plan_reading import read_plan, read_plan_row
from hub.workflows.sheets.plan_sheets import PlanWords, figure_rows
from hub.workflows.supposing import begin_what_if, build_snapshot, queue_what_if
from hub.workflows.suppositions import PersonAdded
from matching.check import check
from matching.interchange import read_problem, write_problem
from matching.problem import Link

from .conftest import copy_hub

PERSON = {"talent_type": "D", "prefecture": "20", "role": "CS1", "level": "４", "hours": "120", "rate": "1,000"}


@dataclass(frozen=True)
class Office:
    ja: object
    en: object
    engine: object
    plan: str
    made: str


@pytest.fixture(scope="module", name="office")
def of_our_own(hub, stage):
    """A hub of this module's own, with a plan that supposes a cheap person of wide skills and remote work."""
    copy_hub(hub, stage)
    address = f"/plans/{stage.plan}/what-if"
    added = stage.ja.post(address, data={"title": "もし", "act": "add", **PERSON})
    assert added.status_code == 200, added.text[:500]
    held = re.search(r'name="held" value="([^"]+)"', added.text)[1].replace("&#34;", '"')
    with reading(stage.engine) as session:
        problem = problem_of(session, stage.plan)
    onsite = next(slot for _, slot in problem.seats() if not slot.remote_ok or slot.onsite_days)
    more = {"remote_of": f"slot {onsite.id}"}
    sent = stage.ja.post(address, data={"title": "もし", "act": "run", "held": [held], **more})
    assert sent.status_code == 303, sent.text[:500]
    assert run_next(stage.engine, stage.settings)
    return Office(stage.ja, stage.en, stage.engine, stage.plan, sent.headers["location"].split("/")[2])


def test_only_what_is_supposed_differs_from_the_input_of_the_plan(office):
    with reading(office.engine) as session:
        before, after = problem_of(session, office.plan), problem_of(session, office.made)
        result = result_of(session, office.made)
    (person,) = after.experts[len(before.experts) :]
    assert (person.id, person.hourly_rate, set(person.hours)) == ("supposed:1", 1000.0, {120.0})
    assert after.experts[: len(before.experts)] == before.experts
    changed = [(old, new) for (_, old), (_, new) in zip(before.seats(), after.seats(), strict=True) if old != new]
    ((old, new),) = changed
    assert {key for key in asdict(old) if asdict(old)[key] != asdict(new)[key]} <= {"remote_ok", "onsite_days"}
    for name in ("organizations", "pins", "forbidden", "previous", "subsidy", "policy", "limits", "months"):
        assert getattr(after, name) == getattr(before, name), name
    assert check(after, result) == ()


def test_the_file_of_the_problem_says_what_is_supposed_in_both_languages(office):
    with reading(office.engine) as session:
        told = problem_of(session, office.made)
        plain = write_problem(problem_of(session, office.plan))
    assert b"supposed" not in plain
    assert read_problem(write_problem(told)).supposed == told.supposed
    assert len(told.supposed) == 2
    assert "仮の人材 1" in told.supposed[0]
    assert "Supposed person 1" in told.supposed[0]


def test_a_supposed_person_is_in_the_plan_and_neither_an_expert_nor_an_assignment(office):
    a, d, e = columns(Assignment), columns(PlanSlot), columns(Expert)
    with reading(office.engine) as session:
        kept = session.execute(select(d.slot_id, d.supposed, d.reason).where(d.plan_id == office.made)).all()
        experts = set(session.execute(select(e.id)).scalars())
        assigned = session.execute(select(a.slot_id, a.expert_id).where(a.plan_id == office.made)).all()
        placed = [one.slot for one in result_of(session, office.made).assignments if one.expert == "supposed:1"]
    supposed = [row.slot_id for row in kept if row.supposed]
    assert placed
    assert sorted(supposed) == sorted(placed)
    assert all(row.reason is None for row in kept if row.supposed)
    assert "supposed:1" not in experts
    assert not {row.slot_id for row in assigned} & set(placed)


def test_every_page_of_the_plan_says_what_was_supposed(office):
    with reading(office.engine) as session:
        placed = next(one.slot for one in result_of(session, office.made).assignments if one.expert == "supposed:1")
    plan = f"/plans/{office.made}"
    pages = (plan, f"{plan}/map", f"{plan}/limits", f"{plan}/slots/{placed}", f"{plan}/publish")
    for address in (*pages, f"/plans/compare?before={office.plan}&after={office.made}"):
        for page, told in ((office.ja, "仮の人材 1 を1人加える"), (office.en, "Supposed person 1 is added")):
            answer = page.get(address)
            assert answer.status_code == 200, address
            assert told in answer.text, address
            assert "/experts/supposed" not in answer.text, address
    assert "/adopt" not in office.ja.get(plan).text
    assert "Not a real person" in office.en.get(f"{plan}/slots/{placed}").text
    assert "仮の条件" in office.ja.get("/plans").text
    assert "Figures" in office.en.get(f"/plans/compare?before={office.plan}&after={office.made}").text


@pytest.mark.parametrize(
    ("language", "why"), [("ja", "仮の条件にもとづくため、公開も採用もできません"), ("en", "then make a new plan")]
)
def test_it_cannot_be_published_or_put_in_force_and_says_what_to_do(office, language, why):
    browser = getattr(office, language)
    for address, form in (("publish", {"deadline": "2027-03-31", "which": "every"}), ("adopt", {})):
        answer = browser.post(f"/plans/{office.made}/{address}", data=form)
        assert answer.status_code == 409, (address, answer.text[:300])
        assert why in answer.text
    with reading(office.engine) as session:
        row = read_plan_row(session, office.made, actor=LOCAL)
    assert (row.status, row.in_force) == ("ready", False)


def test_what_a_what_if_of_a_what_if_supposes_is_told_again_and_made_from_the_first_plan(office):
    page = office.ja.get(f"/plans/{office.made}/what-if").text
    held = [one.replace("&#34;", '"') for one in re.findall(r'name="held" value="([^"]+)"', page)]
    assert len(held) == 2
    sent = office.ja.post(f"/plans/{office.made}/what-if", data={"title": "また", "act": "run", "held": held[:1]})
    made = sent.headers["location"].split("/")[2]
    with reading(office.engine) as session:
        row = read_plan_row(session, made, actor=LOCAL)
    assert (row.base_id, len(row.supposed)) == (office.plan, 1)
    assert office.ja.post(f"/plans/{made}/stop").status_code == 303


def test_faults_are_told_at_their_fields_and_nothing_is_queued(office):
    address = f"/plans/{office.plan}/what-if"
    cases = (
        ({"act": "run"}, "held"),
        ({"act": "run", "held": ["{"]}, "held"),
        ({"act": "add", "yen": "100"}, "budget_of"),
        ({"act": "add", "budget_of": "request req_none", "yen": "100"}, "yen"),
        ({"act": "add", "start_of": "req_none", "months": "ふたつ"}, "months"),
        ({"act": "add", "talent_type": "D"}, "prefecture"),
        ({"act": "add", **PERSON, "level": "5"}, "level"),
        ({"act": "run", **PERSON, "title": ""}, "title"),
    )
    for form, field in cases:
        answer = office.en.post(address, data={"title": "もし", **form})
        assert answer.status_code == 422, form
        assert f'href="#{field}"' in answer.text, form
    kept = office.ja.post(address, data={"title": "もし", "act": "narrow", "narrow": "なにもない名前", **PERSON})
    assert kept.status_code == 200
    assert 'value="120"' in kept.text
    assert 'value="slot ' not in kept.text
    assert office.ja.get("/plans/plan_none/what-if").status_code == 404


def test_who_is_paused_by_now_is_not_planned_again(office):
    with reading(office.engine) as session:
        before = problem_of(session, office.plan)
        placed = result_of(session, office.plan).assignments[0].expert
        asked = replace(asked_for(session, LOCAL, office.made), pins=())
        assert not any(one.kind == "paused_since_base" for one in build_snapshot(session, asked).left_out)
    with transaction(office.engine) as session:
        session.execute(update(table_of(Expert)).where(columns(Expert).id == placed).values(paused=True))
        now = build_snapshot(session, asked)
        slot = result_of(session, office.plan).assignments[0].slot
        with pytest.raises(Conflict):
            build_snapshot(session, replace(asked, pins=(Link(slot, placed),)))
        session.rollback()
    there = {expert.id for expert in now.problem.experts}
    assert {expert.id for expert in before.experts} - there == {placed}
    assert [one.count for one in now.left_out if one.kind == "paused_since_base"] == [1]
    assert not any(placed == link.expert for link in (*now.problem.forbidden, *now.problem.previous))


def test_the_workbook_and_the_pdf_say_so_as_well(office):
    with reading(office.engine) as session:
        page = read_plan(session, office.made, actor=LOCAL)
    words = PlanWords({}, {}, {}, {})
    told = [cells[1] for cells in figure_rows(page, words) if cells[0] == "仮の条件"]
    assert [one.ja for one in page.row.supposed] == told
    assert office.ja.get(f"/plans/{office.made}/list.pdf").status_code == 200


def test_the_database_itself_refuses_such_a_plan_in_force(office):
    with pytest.raises(IntegrityError), transaction(office.engine) as session:
        session.execute(update(table_of(Plan)).where(columns(Plan).id == office.made).values(in_force=True))


def test_only_who_may_run_plans_of_its_whole_area_may_suppose(office):
    elsewhere, auditor = Actor("acc_tokyo", (Grant("coordinator", "13"),)), Actor("acc_auditor", (Grant("auditor"),))
    with reading(office.engine) as session:
        assert begin_what_if(session, LOCAL, office.plan).base is None
        for actor in (elsewhere, auditor):
            with pytest.raises(Forbidden):
                begin_what_if(session, actor, office.plan)
            with pytest.raises(Forbidden):
                queue_what_if(session, actor, office.plan, "もし", [PersonAdded("D", "20", "CS1", 4, 120, 1000)])
