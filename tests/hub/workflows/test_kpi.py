"""The figures of a year: what counts, what does not, and whose they are."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text, update
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import Forbidden
from hub.models import Change, Engagement, Proposal, Request
from hub.models.base import columns, table_of
from hub.workflows.coverage import read_coverage
from hub.workflows.drafts import MonthDraft
from hub.workflows.experts import store_experts
from hub.workflows.japanese_days import JAPAN
from hub.workflows.kpi import Decline, Kpi, Share, Waiting, moments_of, read_kpi, years_with_figures
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from tests.hub import drafts
from tests.hub.databases import Databases, on_sqlite
from tests.hub.round.world import CITY, OF_NAGANO, REQUESTER, WARD, make_plan, offer

OF_TOKYO = Actor("acc_tokyo", (Grant("coordinator", WARD[:2]),))
AUDITOR = Actor("acc_auditor", (Grant("auditor"),))
YEAR = 2026
OPENED = datetime(2026, 6, 1, 9, tzinfo=JAPAN)
MONTHS = tuple(MonthDraft(month, 160.0, 9, 9.0) for month in ("2026-10", "2026-11", "2026-12"))


def read(engine: Engine, actor: Actor = LOCAL, year: int = YEAR) -> Kpi:
    with reading(engine) as session:
        return read_kpi(session, year, actor=actor)


def remember(session: Session, kind: str, subject: str, move: str, at: datetime, reason: str | None = None) -> None:
    row = {"subject_kind": kind, "subject_id": subject, "position": 90, "move": move, "from_status": "x"}
    row |= {"to_status": "y", "actor_id": "acc", "reason_code": reason, "at": at}
    session.execute(insert(table_of(Change)), [row])


def engaged(session: Session, proposal: str, slot: str, request: str, **changes: Any) -> None:
    told = {
        "id": f"eng_{proposal}"[:40], "proposal_id": proposal, "slot_id": slot, "request_id": request,
        "organization_code": CITY, "expert_id": "e1", "status": "terms", "fiscal_year": YEAR, "form": "contract",
        "first_day": date(2026, 10, 1), "last_day": date(2026, 11, 30), "hours": 20.0, "onsite_days": 0.0,
        "terms_version": 1, "conditions": "", "populations": {}, "version": 1, "created_at": OPENED,
        "updated_at": OPENED, "organization_shares_case": False, "expert_shares_case": False, **changes,
    }  # fmt: skip
    session.execute(insert(table_of(Engagement)), [told])


def fill_year(engine: Engine) -> None:
    """塩尻市 asks for two slots, one filled; 新宿区 for one, declined; a draft and a withdrawn request count not."""
    with transaction(engine) as session:
        make_plan(session)
        store_experts(session, {"e1": drafts.expert(availability=MONTHS), "e2": drafts.expert(availability=MONTHS)})
        store_requests(
            session,
            {
                "r1": drafts.request(slots=(drafts.slot(), drafts.slot(title="二つ目"))),
                "r2": drafts.request(organization=WARD),
                "r3": drafts.request(status="draft"),
                "r4": drafts.request(slots=(drafts.slot(start="2027-04"),)),
                "r5": drafts.request(),
            },
        )
        slots = {key: tuple(found) for key, found in read_slots(session, ["r1", "r2"]).items()}
        filled = offer(session, slots["r1"][0], "e1", created_at=OPENED + timedelta(days=10))
        declined = offer(session, slots["r2"][0], "e2", created_at=OPENED + timedelta(days=40))
        stand(session, filled, "confirmed")
        stand(session, declined, "expert_declined")
        session.execute(update(table_of(Request)).where(columns(Request).id == "r5").values(status="withdrawn"))
        engaged(session, filled, slots["r1"][0], "r1")
        remember(session, "request", "r1", "open", OPENED)
        remember(session, "request", "r2", "open", OPENED)
        remember(session, "proposal", declined, "decline_as_expert", OPENED, "no_time")
        last = datetime(2026, 3, 31, 23, tzinfo=JAPAN)
        remember(session, "proposal", filled, "decline_as_organization", last, "cost")


def stand(session: Session, proposal: str, status: str) -> None:
    session.execute(update(table_of(Proposal)).where(columns(Proposal).id == proposal).values(status=status))


@pytest.fixture(scope="session", autouse=True)
def contents(databases: Databases) -> None:
    databases.add("year", fill_year, on="registered")


@pytest.fixture
def year(registered: Engine) -> Engine:
    return registered


def test_slots_asked_for_and_filled_are_those_that_begin_in_the_year(year: Engine):
    found = read(year)
    assert found.fill == Share(3, 1)
    assert [(row.kind, row.organizations, row.slots) for row in found.kinds] == [
        ("city", 1, Share(2, 1)),
        ("special_ward", 1, Share(1, 0)),
    ]
    assert read(year, year=2027).fill == Share(1, 0)


def test_a_share_of_few_is_weak_and_of_nothing_is_none():
    assert [Share(asked, 0).weak for asked in (0, 1, 9, 10)] == [False, True, True, False]
    assert (Share(0, 0).share, Share(4, 3).share) == (None, 0.75)


def test_days_run_from_the_opening_to_the_first_offer(year: Engine):
    waiting = read(year).waiting
    assert waiting.days == pytest.approx((10.0, 40.0))
    assert (waiting.median, waiting.quarters, waiting.weak) == (25.0, (17.5, 32.5), True)
    assert read(year, year=2025).waiting == Waiting((), 0, 0)
    with transaction(year) as session:
        session.execute(text("DELETE FROM changes WHERE subject_id = 'r2'"))
        remember(session, "request", "r4", "open", OPENED)
    waiting = read(year).waiting
    assert (len(waiting.days), waiting.still, waiting.unrecorded) == (1, 1, 1)


def test_declines_are_those_of_the_year_as_japan_counts_it(year: Engine):
    assert read(year).declines == (Decline("expert", "no_time", 1),)
    assert read(year, year=2025).declines == (Decline("organization", "cost", 1),)
    begins, ends = moments_of(YEAR)
    assert (begins.isoformat(), ends.isoformat()) == ("2026-04-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00")


def test_what_lapsed_is_counted_apart_from_declines(year: Engine):
    with transaction(year) as session:
        proposal = session.execute(text("SELECT id FROM proposals WHERE status = 'confirmed'")).scalar_one()
        session.execute(text("DELETE FROM changes WHERE subject_id = :id"), {"id": proposal})
        remember(session, "proposal", proposal, "lapse", OPENED)
    assert (read(year).lapsed, read(year, year=2025).lapsed, len(read(year).declines)) == (1, 0, 1)


def reached(engine: Engine, **changes: Any) -> tuple[int, int, int]:
    with transaction(engine) as session:
        session.execute(update(table_of(Engagement)).values(version=2, **changes))
    found = read(engine).reach
    return found.confirmed, found.begun, found.served


def test_a_government_counts_once_when_somebody_is_confirmed_or_at_work_within_the_year(year: Engine):
    agreed = {"organization_agreed_by": "a", "organization_agreed_at": OPENED}
    agreed |= {"expert_agreed_by": "b", "expert_agreed_at": OPENED}
    assert reached(year) == (1, 0, 1)
    assert reached(year, status="active", **agreed) == (1, 1, 1)
    assert reached(year, first_day=date(2027, 4, 1), last_day=date(2027, 5, 1)) == (0, 0, 0)
    assert reached(year, first_day=date(2025, 4, 1), last_day=date(2026, 3, 31)) == (0, 0, 0)
    assert reached(year, last_day=date(2026, 4, 1)) == (1, 1, 1)
    broken = {"status": "broken_off", "broken_off_reason": "budget"}
    assert reached(year, **broken, broken_off_on=date(2026, 3, 30)) == (0, 0, 0)
    assert reached(year, **broken, broken_off_on=None) == (0, 0, 0)
    target = read(year).reach.target
    assert (target.value, target.until_fiscal_year, target.source.split()[0]) == (550, 2027, "S-DEN")


def test_those_that_share_a_person_are_told_apart(year: Engine):
    with transaction(year) as session:
        row = {"request": "r1", "code": WARD}
        session.execute(text("INSERT INTO request_beneficiaries VALUES (:request, :code, 0, NULL)"), row)
    found = read(year).reach
    assert (found.confirmed, found.served) == (1, 2)


@on_sqlite
def test_a_prefectures_coordinator_sees_their_own_area(year: Engine):
    nagano = read(year, OF_NAGANO)
    assert (nagano.areas, nagano.fill, nagano.declines) == (("20",), Share(2, 1), ())
    tokyo = read(year, OF_TOKYO)
    assert (tokyo.fill, tokyo.reach.confirmed, len(tokyo.declines), len(tokyo.waiting.days)) == (Share(1, 0), 0, 1, 1)
    assert (read(year, AUDITOR).areas, read(year, AUDITOR).fill) == (None, Share(3, 1))
    with pytest.raises(Forbidden):
        read(year, REQUESTER)


def test_coverage_is_the_same_slots_by_prefecture(year: Engine):
    with reading(year) as session:
        found = read_coverage(session, YEAR)
        own = read_coverage(session, YEAR, actor=OF_TOKYO)
    assert [(row.code, row.slots) for row in found.prefectures] == [("13", Share(1, 0)), ("20", Share(2, 1))]
    assert found.total == Share(3, 1)
    assert [row.code for row in own.prefectures] == ["13"]


def test_years_are_those_with_slots_or_work_and_the_present_one(year: Engine):
    with reading(year) as session:
        assert years_with_figures(session, 2030) == (2030, 2027, 2026)


def test_nothing_counts_in_an_empty_hub(registered: Engine):
    found = read(registered)
    assert (found.fill, found.kinds, found.declines, found.lapsed) == (Share(0, 0), (), (), 0)
    assert (found.reach.confirmed, found.waiting.median, found.waiting.quarters) == (0, None, None)


@on_sqlite
def test_a_slot_whose_work_was_broken_off_is_open_again(year: Engine):
    with transaction(year) as session:
        session.execute(
            update(table_of(Proposal)).where(columns(Proposal).status == "confirmed").values(status="released")
        )
    assert read(year).fill == Share(3, 0)
