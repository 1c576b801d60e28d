"""Pictures on the pages of the console, each with its table and its files: skills, the course of a run, the front."""

import csv
import io
from xml.etree import ElementTree

import pytest
from sqlalchemy import text

from hub.auth.actor import LOCAL, Actor, Grant
from hub.db.transaction import reading, transaction
from hub.workflows.paging import Paging
from hub.workflows.plan_documents import problem_of
from hub.workflows.plan_reading import read_followed
from hub.workflows.plan_rows import PlanSlotFilter
from hub.workflows.plans import find_plan_slots, read_plan_slot
from web.language import language
from web.names import Names
from web.skill_charts import OTHERS_SHOWN, holders_of, judged

CIRCLE = "{http://www.w3.org/2000/svg}circle"
OFFICE = Actor("acc_office", (Grant("coordinator"),))


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def picture(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-store"
    return ElementTree.fromstring(answer.content)


def test_a_slot_s_skills_are_the_same_in_the_picture_the_table_and_the_files(hub):
    address = f"/plans/{hub.plan}/slots/{hub.filled}"
    with reading(hub.engine) as session:
        slot = read_plan_slot(session, hub.plan, hub.filled, actor=LOCAL)
    holders = holders_of(slot, language("ja"))
    assert holders[0].expert_id == slot.row.assigned.expert_id
    assert len(holders) == 1 + min(OTHERS_SHOWN, len(slot.alternatives))
    page = hub.ja.get(address).text
    names = Names(language("ja"))
    for number, need in enumerate(slot.needs):
        for one in holders:
            has = one.levels[number]
            assert f"{has}（{judged(need.level, has, language('ja'))}）" in page
        assert names.skill(need.skill) in page
    heads, *rows = rows_of(hub.ja.get(f"{address}/skills.csv"))
    assert len(heads) == 8
    assert [(row[1], row[5], row[6]) for row in rows] == [
        (need.skill, str(need.level), str(one.levels[number]))
        for one in holders
        for number, need in enumerate(slot.needs)
    ]
    root = picture(hub.en.get(f"{address}/skills.svg"))
    assert len(list(root.iter(CIRCLE))) == len(rows)


def test_levels_of_others_are_those_they_had_in_the_plan_s_problem(hub):
    with reading(hub.engine) as session:
        problem = problem_of(session, hub.plan)
        slots = find_plan_slots(session, hub.plan, PlanSlotFilter(), Paging(size=100)).items
        pages = [read_plan_slot(session, hub.plan, slot.slot_id, actor=LOCAL) for slot in slots]
    others = [(page.needs, other) for page in pages for other in page.alternatives]
    assert others
    for needs, other in others:
        skills = problem.expert_by_id[other.expert_id].skills
        assert other.levels == tuple(skills.get(need.skill, 0) for need in needs)
    many = max(pages, key=lambda page: len(page.alternatives))
    address = f"/plans/{hub.plan}/slots/{many.row.slot_id}"
    rows = rows_of(hub.ja.get(f"{address}/skills.csv"))
    assert len(rows) == 1 + len(many.needs) * len(holders_of(many, language("ja")))


def test_a_slot_of_a_plan_of_old_still_opens(played):
    with transaction(played.engine) as session:
        session.execute(text("UPDATE plan_slots SET detail = json_remove(detail, '$.levels')"))
        session.execute(text("DELETE FROM run_courses"))
    page = played.ja.get(f"/plans/{played.plan}/slots/{played.filled}").text
    assert "（選ばれた人）" in page
    assert "計算の経過" not in played.ja.get(f"/plans/{played.plan}/limits").text
    assert played.ja.get(f"/plans/{played.plan}/course.svg").status_code == 404
    assert len(rows_of(played.ja.get(f"/plans/{played.plan}/course.csv"))) == 1


def test_who_is_in_a_file_of_skills_is_noted(played):
    def noted():
        with reading(played.engine) as session:
            return session.execute(text("SELECT count(*) FROM profile_reads WHERE purpose = 'export'")).scalar_one()

    with reading(played.engine) as session:
        slot = read_plan_slot(session, played.plan, played.filled, actor=LOCAL)
    people = len(holders_of(slot, language("ja")))
    client = played.acting(OFFICE)
    for number, form in enumerate(("csv", "svg"), 1):
        assert client.get(f"/plans/{played.plan}/slots/{played.filled}/skills.{form}").status_code == 200
        assert noted() == number * people
    stranger = played.acting(Actor("acc_e", (Grant("expert"),), expert="exp_e"))
    for path in ("schedule.csv", "course.csv", f"slots/{played.filled}/skills.csv"):
        assert stranger.get(f"/plans/{played.plan}/{path}").status_code == 403


def test_the_course_of_a_finished_run_stays_with_its_plan(hub):
    with reading(hub.engine) as session:
        run = read_followed(session, hub.plan)
    page = hub.ja.get(f"/plans/{hub.plan}/limits").text
    assert "計算の経過" in page and 'class="curve bound"' in page
    heads, *rows = rows_of(hub.ja.get(f"/plans/{hub.plan}/course.csv"))
    assert heads == ["経過（秒）", "計画の値", "証明した上限"]
    assert len(rows) == len(run.course) >= 1
    assert float(rows[-1][1]) == pytest.approx(run.row.objective, abs=1e-5)
    assert float(rows[-1][2]) == pytest.approx(run.row.bound, abs=1e-5)
    root = picture(hub.en.get(f"/plans/{hub.plan}/course.svg"))
    assert root.find("*/*/{*}title").text == "Course of the search"
