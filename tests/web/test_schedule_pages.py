"""Schedules on the pages: a plan's people and one person's year, as far as who looks may know."""

import csv
import io
import re
from collections import defaultdict
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, text

from hub.auth.actor import LOCAL, Actor, Grant
from hub.db.transaction import reading, transaction
from hub.models import Assignment, Availability, Plan, Slot
from hub.models.base import columns, table_of, utc_now
from hub.workflows.plan_schedule import months_of_year, read_schedule, whole_schedule
from hub.workflows.proposals import accept_as_expert
from hub.workflows.publishing import publish
from hub.workflows.standing_offers import standing_offers
from hub.workflows.time_use import read_person_time
from seed_data.months import month_name, month_number

from .conftest import copy_hub

OFFICE = Actor("acc_office", (Grant("coordinator"),))
KANSAI = Actor("acc_area", (Grant("coordinator", "27"),))


def of_expert(key):
    return Actor(f"acc_{key}", (Grant("expert"),), expert=key)


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture(scope="module", name="office")
def with_an_offer_accepted(hub, stage):
    """A hub of this module's own: everything of the plan that stands alone is offered, one offer is accepted."""
    copy_hub(hub, stage)
    with reading(stage.engine) as session:
        alone = [row for row in standing_offers(session, LOCAL, stage.plan) if row.team == "any"]
    with transaction(stage.engine) as session:
        made = publish(session, LOCAL, stage.plan, utc_now() + timedelta(days=2), [row.slot_id for row in alone[:3]])
    with transaction(stage.engine) as session:
        p = session.execute(text("SELECT expert_id, slot_id FROM proposals WHERE id = :id"), {"id": made.proposals[0]})
        who, slot = p.one()
        accept_as_expert(session, of_expert(who), made.proposals[0])
    yield stage, who, slot, {row.slot_id: row for row in alone[:3]}
    stage.ja.app.dependency_overrides.clear()


def expected(engine, plan):
    """Hours left by person and month, worked out from the rows one by one."""
    a, s, v = columns(Assignment), columns(Slot), columns(Availability)
    left = {}
    taken = defaultdict(float)
    with reading(engine) as session:
        for row in session.execute(
            select(a.expert_id, a.hours, s.start, s.length)
            .join(table_of(Slot), s.id == a.slot_id)
            .where(a.plan_id == plan)
        ):
            for number in range(row.length):
                taken[row.expert_id, month_name(month_number(row.start) + number)] += row.hours
        for row in session.execute(select(v.expert_id, v.month, v.hours)):
            left[row.expert_id, row.month] = row.hours - taken[row.expert_id, row.month]
    return left


def test_a_plan_s_schedule_leaves_what_the_plan_does_not_take(hub):
    left = expected(hub.engine, hub.plan)
    with reading(hub.engine) as session:
        people = whole_schedule(session, LOCAL, hub.plan)
        page = read_schedule(session, LOCAL, hub.plan)
        placed = set(
            session.execute(
                select(columns(Assignment).expert_id).where(columns(Assignment).plan_id == hub.plan)
            ).scalars()
        )
    assert {one.expert_id for one in people} == placed
    assert page.found.total == len(placed)
    for one in people:
        for use in one.months:
            wanted = left.get((one.expert_id, use.month))
            assert use.left == (wanted if wanted is None else pytest.approx(wanted)), (one.name, use)
            assert use.left is None or use.left >= -1e-6, "a plan takes no more than there is"


def test_the_page_shows_everybody_as_bars_and_as_a_table(hub):
    with reading(hub.engine) as session:
        people = read_schedule(session, LOCAL, hub.plan).people
    for client, word in ((hub.ja, "図と同じ内容の表"), (hub.en, "The same as a table")):
        page = client.get(f"/plans/{hub.plan}/schedule").text
        assert word in page
        bars = re.findall(r'<rect x="[^"]*%"[^>]*class="stretch planned"></rect>', page)
        assert len(bars) == sum(len(one.spans) for one in people)
    for one in people:
        assert one.name in hub.ja.get(f"/plans/{hub.plan}/schedule").text


def test_people_are_found_by_name_and_nobody_is_said_so(hub):
    with reading(hub.engine) as session:
        first, *others = read_schedule(session, LOCAL, hub.plan).people
    page = hub.ja.get(f"/plans/{hub.plan}/schedule", params={"q": first.name}).text
    assert first.name in page
    assert all(f"<title>{one.name}</title>" not in page for one in others if one.name != first.name)
    assert "条件に合う人はいません。" in hub.ja.get(f"/plans/{hub.plan}/schedule?q=ぜったいにいない").text


def test_the_files_say_what_the_page_says(hub):
    heads, *rows = rows_of(hub.ja.get(f"/plans/{hub.plan}/schedule.csv"))
    with reading(hub.engine) as session:
        people = whole_schedule(session, LOCAL, hub.plan)
    assert heads == ["人材", "月", "空き（時間）", "約束ずみ（時間）", "配置・提案（時間）", "残り（時間）", "内訳"]
    assert len(rows) == sum(len(one.months) for one in people)
    for row in rows:
        if row[2]:
            assert float(row[2]) - float(row[3]) - float(row[4]) == pytest.approx(float(row[5]), abs=1e-3)
    picture = hub.en.get(f"/plans/{hub.plan}/schedule.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "attachment" in picture.headers["content-disposition"]
    root = ElementTree.fromstring(picture.content)
    assert root.find("*/*/{*}title").text == "Schedule and hours left, month by month"


def test_a_yes_is_marked_and_counted_once_in_its_own_plan(office):
    hub, who, slot, _ = office
    left = expected(hub.engine, hub.plan)
    with reading(hub.engine) as session:
        (person,) = [one for one in whole_schedule(session, LOCAL, hub.plan) if one.expert_id == who]
    assert [span.kind for span in person.spans if span.slot_id == slot] == ["agreed"]
    assert "promised" not in {span.kind for span in person.spans}
    for use in person.months:
        assert use.left == pytest.approx(left[who, use.month])


def test_what_is_promised_elsewhere_stands_in_another_plan_s_schedule_and_names_only_one_s_own_area(office):
    hub, who, slot, _ = office
    with transaction(hub.engine) as session:
        session.execute(text("CREATE TEMP TABLE copied AS SELECT * FROM plans WHERE id = :id"), {"id": hub.plan})
        session.execute(text("UPDATE copied SET id = 'plan_b', in_force = false, prefecture_code = NULL"))
        session.execute(text("INSERT INTO plans SELECT * FROM copied"))
        session.execute(text("DROP TABLE copied"))
        told = {"slot": slot, "who": who, "id": hub.plan}
        other = session.execute(
            text("SELECT slot_id FROM assignments WHERE plan_id = :id AND expert_id <> :who LIMIT 1"), told
        ).scalar_one()
        for statement in (
            "INSERT INTO plan_slots SELECT 'plan_b', slot_id, position, reason, detail, supposed FROM plan_slots"
            " WHERE plan_id = :id AND slot_id = :other",
            "INSERT INTO assignments SELECT 'plan_b', slot_id, :who, fit, cost, net_cost, hours, parts, travel_minutes,"
            " travel_yen FROM assignments WHERE plan_id = :id AND slot_id = :other",
        ):
            session.execute(text(statement), {**told, "other": other})
    with reading(hub.engine) as session:
        (person,) = whole_schedule(session, LOCAL, "plan_b")
        booked = session.execute(
            text("SELECT month, hours FROM bookings WHERE held AND expert_id = :who"), {"who": who}
        ).all()
    kinds = {span.slot_id: span for span in person.spans}
    assert kinds[slot].kind == "promised" and kinds[slot].organization
    promised = {use.month: use.promised for use in person.months if use.promised}
    assert promised == {month: pytest.approx(hours) for month, hours in booked}
    with reading(hub.engine) as session:
        area = read_person_time(
            session,
            Actor("y", (Grant("coordinator", "99"),)),
            who,
            ("", ""),
            months_of_year(tuple(month for month, _ in booked), None),
        )
    assert {span.organization for span in area.spans if span.kind == "promised"} == {""}
    assert sum(use.promised for use in area.months) == pytest.approx(sum(hours for _, hours in booked))


def test_a_person_sees_offers_and_promises_and_nothing_of_what_is_only_planned(office):
    hub, who, slot, out = office
    offered = next(row for row in out.values() if row.slot_id != slot)
    with transaction(hub.engine) as session:
        session.execute(text("UPDATE plans SET in_force = true WHERE id = :id"), {"id": hub.plan})
    with reading(hub.engine) as session:
        months = tuple(session.execute(select(columns(Plan).months).where(columns(Plan).id == hub.plan)).scalar_one())
        mine = read_person_time(session, of_expert(who), who, ("", ""), months)
        theirs = read_person_time(session, OFFICE, who, ("", ""), months)
        shown = read_person_time(session, of_expert(offered.expert_id), offered.expert_id, ("", ""), months)
        a = columns(Assignment)
        planned = set(session.execute(select(a.slot_id).where(a.plan_id == hub.plan, a.expert_id == who)).scalars())
    assert {span.slot_id for span in mine.spans} <= set(out)
    assert {span.kind for span in mine.spans} <= {"promised", "offered"}
    assert {span.slot_id for span in theirs.spans} == planned
    assert "offered" in {span.kind for span in shown.spans}
    page = hub.acting(of_expert(who)).get(f"/experts/{who}?year=2026").text
    assert "約束ずみ" in page and 'class="stretch planned"' not in page
    assert (
        'class="stretch planned"'
        not in hub.acting(of_expert(who)).get(f"/experts/{who}/edit/availability?year=2026").text
    )
    rows = rows_of(hub.acting(of_expert(who)).get(f"/experts/{who}/schedule.csv?year=2026"))
    assert "計画の配置" not in str(rows) and "約束ずみ:" in str(rows)


def test_who_may_not_see_a_schedule_does_not(office):
    hub, who, *_ = office
    stranger = hub.acting(of_expert("exp_nobody"))
    assert stranger.get(f"/plans/{hub.plan}/schedule").status_code == 403
    assert stranger.get(f"/plans/{hub.plan}/schedule.csv").status_code == 403
    assert stranger.get(f"/experts/{who}/schedule.svg").status_code == 404
    assert hub.acting(KANSAI).get(f"/plans/{hub.plan}/schedule").status_code == 404


def test_a_file_with_people_is_recorded_with_who_is_in_it_and_ones_own_is_not(office):
    hub, who, *_ = office

    def records():
        with reading(hub.engine) as session:
            reads = (
                session.execute(text("SELECT expert_id FROM profile_reads WHERE purpose = 'export'")).scalars().all()
            )
            return len(reads), session.execute(
                text("SELECT count(*) FROM audit_records WHERE action LIKE '%export'")
            ).scalar_one()

    before = records()
    client = hub.acting(OFFICE)
    with reading(hub.engine) as session:
        everybody = len(whole_schedule(session, LOCAL, hub.plan))
    assert client.get(f"/plans/{hub.plan}/schedule.csv").status_code == 200
    assert records() == (before[0] + everybody, before[1] + 1)
    assert client.get(f"/experts/{who}/schedule.svg").status_code == 200
    assert records() == (before[0] + everybody + 1, before[1] + 2)
    assert hub.acting(of_expert(who)).get(f"/experts/{who}/schedule.svg").status_code == 200
    assert records() == (before[0] + everybody + 1, before[1] + 2)


def test_months_are_those_of_one_fiscal_year():
    months = tuple(month_name(month_number("2026-02") + n) for n in range(16))
    assert months_of_year(months, None) == ("2026-02", "2026-03")
    assert months_of_year(months, 2026) == months[2:14]
    assert months_of_year(months, 1999) == ("2026-02", "2026-03")
