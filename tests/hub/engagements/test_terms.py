from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from hub.db.transaction import reading, transaction
from hub.errors import ChangedMeanwhile, Conflict, Forbidden, Invalid
from hub.workflows.drafts import RequestDraft
from hub.workflows.engagement_reading import read_engagement
from hub.workflows.engagement_rows import EngagementPage, TermsDraft
from hub.workflows.engagement_terms import edit_terms
from hub.workflows.engagements import agree, begin_due, begin_terms, consent
from hub.workflows.proposals import accept_as_expert, accept_as_organization
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import (
    AFTER,
    BEFORE,
    EXPERT,
    FIRST,
    WARD_APPROVER,
    Work,
    begin,
    begun,
    confirm,
    status,
    told_to,
    value,
)
from tests.hub.round.world import APPROVER, COORDINATOR, REQUESTER, STRANGER, WARD, moves_of, offer, person, status_of


def page(work: Work) -> EngagementPage:
    with reading(work.engine) as session:
        return read_engagement(session, COORDINATOR, work.engagement)


def edit(work: Work, **changes: object) -> None:
    now = page(work)
    with transaction(work.engine) as session:
        edit_terms(session, REQUESTER, work.engagement, replace(now.terms, **changes), now.version)


def faults(work: Work, **changes: object) -> list[str]:
    with pytest.raises(Invalid) as raised:
        edit(work, **changes)
    return [fault.place for fault in raised.value.faults]


def test_a_confirmed_proposal_opens_terms_as_they_were_planned_and_tells_both_sides(work: Work):
    terms = page(work).terms
    assert terms == TermsDraft(
        form="contract",
        first_day=date(2026, 10, 1),
        last_day=date(2026, 11, 30),
        hours=20.0,
        onsite_days=2.0,
        hourly_rate=6000,
        monthly_amount=120_000,
    )
    assert page(work).row.fiscal_year == 2026
    for account in ("acc_e1", "acc_requester", "acc_approver"):
        told = told_to(work.engine, account)
        assert [event for event in told if event.startswith("engagement:")] == ["engagement:opened"]
    assert told_to(work.engine, "acc_ward") == []


def test_only_a_confirmed_proposal_opens_terms(work: Work):
    with transaction(work.engine) as session:
        proposal = offer(session, work.slots[1], "e2")
        accept_as_expert(session, person("e2"), proposal)
    with pytest.raises(Conflict), transaction(work.engine) as session:
        begin_terms(session, COORDINATOR, proposal)


def test_work_begins_when_both_have_agreed_and_its_first_day_has_come(work: Work):
    begin(work.engine, work.engagement, BEFORE)
    assert status(work.engine, work.engagement) == "terms"
    assert status_of(work.engine, "requests", "r1") == "staffed"
    with transaction(work.engine) as session:
        assert begin_due(session, BEFORE) == ()
        assert begin_due(session, FIRST) == (work.engagement,)
        assert begin_due(session, FIRST) == ()
    assert status(work.engine, work.engagement) == "active"
    assert status_of(work.engine, "requests", "r1") == "running"
    assert moves_of(work.engine, "engagement", work.engagement) == [("begin", "terms", "active", "system")]


def test_work_begins_at_once_when_its_first_day_has_passed_and_says_whose_word_began_it(work: Work):
    begin(work.engine, work.engagement, AFTER)
    assert status(work.engine, work.engagement) == "active"
    assert moves_of(work.engine, "engagement", work.engagement) == [("begin", "terms", "active", "acc_approver")]


def test_nothing_begins_on_one_side_s_word(work: Work):
    with transaction(work.engine) as session:
        assert agree(session, EXPERT, work.engagement, "expert", 1, today=AFTER) == "terms"
        assert begin_due(session, AFTER) == ()


def test_an_edit_takes_every_agreement_back(work: Work):
    with transaction(work.engine) as session:
        agree(session, EXPERT, work.engagement, "expert", 1, today=BEFORE)
    assert page(work).expert_agreed is not None
    edit(work, conditions="交通費は実費")
    after = page(work)
    assert (after.expert_agreed, after.terms_version) == (None, 2)
    with pytest.raises(ChangedMeanwhile), transaction(work.engine) as session:
        agree(session, APPROVER, work.engagement, "organization", 1, today=AFTER)


def test_an_edit_that_changes_nothing_takes_nothing_back(work: Work):
    with transaction(work.engine) as session:
        agree(session, EXPERT, work.engagement, "expert", 1, today=BEFORE)
    edit(work)
    assert page(work).expert_agreed is not None


def test_both_sides_may_agree_to_the_same_terms_in_any_order_but_each_once(work: Work):
    for actor, side in ((APPROVER, "organization"), (EXPERT, "expert")):
        with transaction(work.engine) as session:
            agree(session, actor, work.engagement, side, 1, today=BEFORE)
    with pytest.raises(Conflict), transaction(work.engine) as session:
        agree(session, EXPERT, work.engagement, "expert", 1, today=BEFORE)


def test_a_lost_update_is_refused_with_both_versions(work: Work):
    seen = page(work)
    edit(work, conditions="一人目の条件", hourly_rate=5000)
    with pytest.raises(ChangedMeanwhile) as raised, transaction(work.engine) as session:
        told = replace(seen.terms, conditions="二人目の条件")
        edit_terms(session, REQUESTER, work.engagement, told, seen.version)
    assert raised.value.stored == {"conditions": "一人目の条件", "hourly_rate": 5000}
    assert raised.value.told == {"conditions": "二人目の条件", "hourly_rate": 6000}
    assert raised.value.version == seen.version + 1


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"hours": 20.5}, ["/hours"]),
        ({"onsite_days": 3.0}, ["/onsite_days"]),
        ({"first_day": date(2026, 9, 30)}, ["/first_day"]),
        ({"last_day": date(2026, 12, 1)}, ["/last_day"]),
        ({"last_day": date(2026, 9, 1)}, ["/last_day"]),
        ({"daily_rate": 1}, ["/daily_rate"]),
        ({"hourly_rate": -1}, ["/hourly_rate"]),
        ({"hourly_rate": 2**63}, ["/hourly_rate"]),
        ({"hours": True}, ["/hours"]),
        ({"conditions": "長" * 20_001}, ["/conditions"]),
        ({"form": "pro_bono"}, ["/hourly_rate", "/monthly_amount"]),
        ({"scheme": "nothing"}, ["/scheme"]),
        ({"cost_sharing": "days"}, ["/cost_sharing"]),
        ({"dispatching_body": "202151"}, ["/dispatching_body"]),
        ({"dispatching_body": "999999"}, ["/dispatching_body"]),
    ],
)
def test_terms_outside_what_is_booked_or_makes_sense_name_the_place(work: Work, changes, places):
    assert faults(work, **changes) == places
    assert page(work).version == 1


@begun
def test_terms_cannot_change_once_the_work_has_begun(work: Work):
    with pytest.raises(Conflict):
        edit(work, conditions="あとから")


@on_sqlite
@pytest.mark.parametrize("actor", [STRANGER, person("e2"), APPROVER])
def test_terms_are_edited_by_those_who_may_alone(work: Work, actor):
    now = page(work)
    with pytest.raises(Forbidden), transaction(work.engine) as session:
        edit_terms(session, actor, work.engagement, replace(now.terms, conditions="x"), now.version)


@on_sqlite
@pytest.mark.parametrize(
    ("actor", "side"),
    [(REQUESTER, "organization"), (APPROVER, "expert"), (person("e2"), "expert"), (EXPERT, "organization")],
)
def test_each_side_agrees_for_itself(work: Work, actor, side):
    with pytest.raises(Forbidden), transaction(work.engine) as session:
        agree(session, actor, work.engagement, side, 1)


def test_a_body_whose_staff_is_sent_consents_before_the_work_begins(work: Work):
    edit(work, scheme="municipal_staff_dispatch", form="dispatch")
    with pytest.raises(Invalid, match="dispatching_body"), transaction(work.engine) as session:
        agree(session, EXPERT, work.engagement, "expert", 2)
    edit(work, dispatching_body=WARD)
    assert told_to(work.engine, "acc_ward") == ["engagement:consent_asked"]
    begin(work.engine, work.engagement, AFTER)
    assert status(work.engine, work.engagement) == "terms"
    with transaction(work.engine) as session:
        assert read_engagement(session, WARD_APPROVER, work.engagement).terms.dispatching_body == WARD
        with pytest.raises(Forbidden):
            consent(session, APPROVER, work.engagement, 3, today=AFTER)
        assert consent(session, WARD_APPROVER, work.engagement, 3, today=AFTER) == "active"


def test_the_dispatching_body_s_consent_goes_with_the_terms_it_saw(work: Work):
    edit(work, scheme="municipal_staff_dispatch", form="dispatch", dispatching_body=WARD)
    with transaction(work.engine) as session:
        consent(session, WARD_APPROVER, work.engagement, 2, today=BEFORE)
    edit(work, hours=10.0)
    assert page(work).dispatch_consented is None


def adviser(work: Work, told: Callable[..., RequestDraft], slot: Callable[..., object], **changes: object) -> str:
    """Return the engagement of ``e2`` as an adviser in June 2025, a year whose rules are confirmed."""
    seat = slot(**{"start": "2025-06", "length": 1, "hours": 20.0, "onsite_days": 3.0, **changes})
    with transaction(work.engine) as session:
        store_requests(session, {"adv": told(title="助言", slots=(seat,))})
        session.execute(text("UPDATE requests SET scheme = 'regional_adviser' WHERE id = 'adv'"))
    with reading(work.engine) as session:
        slot_id = next(iter(read_slots(session, ["adv"])["adv"]))
    return confirm(work.engine, slot_id, "e2")


def test_an_adviser_comes_for_three_days_or_ten_hours_online(work: Work, told, slot):
    engagement = adviser(work, told, slot, onsite_days=4.0)
    with pytest.raises(Invalid, match="3日まで"), transaction(work.engine) as session:
        agree(session, person("e2"), engagement, "expert", 1)
    own = replace(work, engagement=engagement)
    assert faults(own, onsite_days=0.0, hours=10.5) == ["/hours"]
    edit(own, onsite_days=0.0, hours=10.0)
    edit(own, onsite_days=3.0, hours=20.0)
    with transaction(work.engine) as session:
        agree(session, person("e2"), engagement, "expert", 3)


def test_a_year_no_source_confirms_limits_nothing(work: Work):
    edit(work, scheme="regional_adviser", form="dispatch", onsite_days=2.0, hours=20.0)
    assert page(work).terms.scheme == "regional_adviser"


def test_an_adviser_comes_once_a_fiscal_year_to_one_project(work: Work, told, slot):
    first = adviser(work, told, slot)
    begin(work.engine, first, expert_id="e2")
    with transaction(work.engine) as session:
        session.execute(text("UPDATE proposals SET status = 'released' WHERE request_id = 'adv'"))
        session.execute(text("UPDATE bookings SET held = false WHERE month = '2025-06'"))
        slot_id = session.execute(text("SELECT slot_id FROM engagements WHERE id = :id"), {"id": first}).scalar_one()
        proposal = offer(session, slot_id, "e2")
        accept_as_expert(session, person("e2"), proposal)
    with pytest.raises(Conflict, match="同じ年度"), transaction(work.engine) as session:
        accept_as_organization(session, REQUESTER, proposal)
    assert value(work.engine, "SELECT count(*) FROM engagements WHERE request_id = 'adv'") == 1
