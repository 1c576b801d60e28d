"""The coordinator's console: plans compared, a person tried in a slot, fixed there, or kept out."""

import pytest
from sqlalchemy import select

from hub.auth.actor import LOCAL
from hub.db.transaction import reading
from hub.jobs.solving import run_next
from hub.models import Assignment
from hub.models.base import columns
from hub.workflows.plan_adjusting import asked_for
from hub.workflows.plans import read_plan_row
from matching.problem import Link

from .conftest import copy_hub


def who(engine, plan):
    """Who fills each slot of a plan."""
    a = columns(Assignment)
    with reading(engine) as session:
        rows = session.execute(select(a.slot_id, a.expert_id).where(a.plan_id == plan))
        return dict(iter(rows))


@pytest.fixture(scope="module", name="office")
def of_our_own(hub, stage):
    """A hub of this module's own, with the plan of the usual one."""
    copy_hub(hub, stage)
    return stage


@pytest.fixture(scope="module")
def remade(office):
    """The plan made again without the person of its filled slot: its id, once it is finished."""
    before = who(office.engine, office.plan)
    sent = office.ja.post(f"/plans/{office.plan}/slots/{office.filled}/forbid", data={"expert": before[office.filled]})
    assert sent.status_code == 303
    plan = sent.headers["location"].split("/")[2]
    assert run_next(office.engine, office.settings)
    return plan


def test_a_person_kept_out_of_a_slot_is_not_there_in_the_plan_made_anew(office, remade):
    before, after = who(office.engine, office.plan), who(office.engine, remade)
    assert before[office.filled] != after.get(office.filled)
    with reading(office.engine) as session:
        asked, first = asked_for(session, LOCAL, remade), asked_for(session, LOCAL, office.plan)
    assert asked.forbidden == (Link(office.filled, before[office.filled]),)
    assert (asked.months, asked.policy, asked.limits) == (first.months, first.policy, first.limits)


def test_plans_are_compared_slot_by_slot(office, remade):
    before, after = who(office.engine, office.plan), who(office.engine, remade)
    changed = {slot for slot in before.keys() | after.keys() if before.get(slot) != after.get(slot)}
    text = office.en.get("/plans/compare", params={"before": office.plan, "after": remade}).text
    for slot in before.keys() | after.keys():
        assert (f'/slots/{slot}"' in text) == (slot in changed), slot
    begun = len([slot for slot in changed if slot not in before])
    ended = len([slot for slot in changed if slot not in after])
    same = len(before.keys() & after.keys() - changed)
    assert (
        f"Slots with the same person: {same}. Newly filled: {begun}. Left open: {ended}. "
        f"With another person: {len(changed) - begun - ended}." in text
    )
    # The plan with a wish more on it is never worth more.
    assert "Value of the plan (points)" in text
    with reading(office.engine) as session:
        assert read_plan_row(session, remade).objective <= read_plan_row(session, office.plan).objective + 1e-6


def test_a_plan_compared_with_itself_has_no_difference(office):
    text = office.en.get("/plans/compare", params={"before": office.plan, "after": office.plan}).text
    assert "Every slot has the same person." in text
    assert "Better" not in text
    assert "Worse" not in text


def test_without_a_choice_the_newest_is_compared_with_another(office, remade):
    text = office.ja.get("/plans/compare").text
    assert f'value="{remade}" selected' in text
    assert f'value="{office.plan}" selected' in text
    assert office.ja.get("/plans/compare?before=plan_none&after=plan_none").status_code == 404


def test_trying_a_person_says_what_would_change_and_changes_nothing(office):
    before = who(office.engine, office.plan)
    address = f"/plans/{office.plan}/slots/{office.filled}/try"
    text = office.en.get(address, params={"expert": before[office.filled]}).text
    assert "This person fills this slot already." in text
    told = [office.en.get(address, params={"expert": expert}).text for expert in sorted(set(before.values()))]
    assert all("in this slot" in text for text in told)
    assert any("This person cannot fill this slot." in text for text in told)
    assert office.en.get(address, params={"expert": "exp_none"}).status_code == 404
    assert office.en.get(f"/plans/{office.plan}/slots/slot_none/try").status_code == 404
    assert who(office.engine, office.plan) == before


def test_people_are_found_by_name(office):
    address = f"/plans/{office.plan}/slots/{office.filled}/try"
    page = office.ja.get(address, params={"q": "ぜったいにいない名前"}).text
    assert "条件に合う人はいません。" in page
    assert f"{address}?expert=" in office.ja.get(address, params={"q": "県"}).text


def test_a_pin_takes_the_place_of_another_and_of_what_forbade_it(office, remade):
    person = who(office.engine, office.plan)[office.filled]
    sent = office.ja.post(f"/plans/{remade}/slots/{office.filled}/pin", data={"expert": person})
    pinned = sent.headers["location"].split("/")[2]
    with reading(office.engine) as session:
        asked = asked_for(session, LOCAL, pinned)
    assert (asked.pins, asked.forbidden) == ((Link(office.filled, person),), ())
    other = next(key for key in who(office.engine, office.plan).values() if key != person)
    again = office.ja.post(f"/plans/{pinned}/slots/{office.filled}/pin", data={"expert": other}).headers["location"]
    with reading(office.engine) as session:
        assert asked_for(session, LOCAL, again.split("/")[2]).pins == (Link(office.filled, other),)
    assert (
        office.ja.post(f"/plans/{office.plan}/slots/{office.filled}/pin", data={"expert": "exp_none"}).status_code
        == 404
    )
    for plan in (pinned, again.split("/")[2]):
        assert office.ja.post(f"/plans/{plan}/stop").status_code == 303
