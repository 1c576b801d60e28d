"""What signed-off months cost, and how organizations share one person's cost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hub.auth.actor import Actor
from hub.db.transaction import reading, transaction
from hub.errors import Forbidden, Invalid
from hub.workflows.drafts import RequestDraft, SlotDraft
from hub.workflows.engagement_costs import EngagementCost, engagement_cost
from hub.workflows.engagement_reading import read_engagement
from hub.workflows.engagement_terms import edit_terms
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from hub.workflows.scheme_needs import Beneficiary
from hub.workflows.shared_posts import split_cost
from hub.workflows.work_logs import ShareDraft, WorkLogDraft, write_log
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import AFTER, EXPERT, WARD_APPROVER, Work, begin, begun, confirm, log
from tests.hub.round.world import APPROVER, CITY, COORDINATOR, REQUESTER, STRANGER, WARD, person


def cost(work: Work, actor: Actor = COORDINATOR) -> EngagementCost:
    with reading(work.engine) as session:
        return engagement_cost(session, actor, work.engagement)


def edit(work: Work, **changes: object) -> None:
    with reading(work.engine) as session:
        page = read_engagement(session, COORDINATOR, work.engagement)
    with transaction(work.engine) as session:
        edit_terms(session, REQUESTER, work.engagement, replace(page.terms, **changes), page.version)


def places(work: Work, **changes: object) -> list[str]:
    with pytest.raises(Invalid) as raised:
        edit(work, **changes)
    return [fault.place for fault in raised.value.faults]


def borne(work: Work) -> dict[str, int]:
    return {share.organization: share.yen for share in cost(work).shares}


@pytest.fixture
def shared(work: Work, told: Callable[..., RequestDraft], slot: Callable[..., SlotDraft]) -> Work:
    """Return the engagement of ``e1`` on a post 塩尻市 and 新宿区 share."""
    with transaction(work.engine) as session:
        store_requests(session, {"shared": told(beneficiaries=(CITY, WARD), slots=(slot(onsite_days=2.0),))})
        slot_id = next(iter(read_slots(session, ["shared"])["shared"]))
    return replace(work, engagement=confirm(work.engine, slot_id, "e1"))


def work_two_months(work: Work) -> None:
    begin(work.engine, work.engagement)
    for month, days in (("2026-10", (1.0, 2.0)), ("2026-11", (1.5, 0.0))):
        shares = tuple(ShareDraft(code, told) for code, told in zip((CITY, WARD), days, strict=True))
        log(work.engine, work.engagement, month, WorkLogDraft(hours=10.0, travel_yen=1000, done="助言", shares=shares))


def test_the_cost_is_split_month_by_month_by_the_days_of_each(shared: Work):
    edit(shared, cost_sharing="days")
    work_two_months(shared)
    found = cost(shared)
    assert [(month.month, month.work, month.travel) for month in found.months] == [
        ("2026-10", 60_000, 1000),
        ("2026-11", 60_000, 1000),
    ]
    assert [[share.yen for share in month.shares] for month in found.months] == [[40_667, 20_333], [0, 61_000]]
    assert borne(shared) == {CITY: 81_333, WARD: 40_667}
    assert (found.work, found.travel, found.basis, found.borne_by) == (120_000, 2000, "hourly", "organizations")
    assert (found.label_ja, found.label_en) == ("試算", "estimate")


def test_the_cost_is_split_equally(shared: Work):
    work_two_months(shared)
    assert borne(shared) == {CITY: 61_000, WARD: 61_000}


def test_the_cost_is_split_by_the_populations_both_sides_agreed_to(shared: Work):
    edit(shared, cost_sharing="population", populations={CITY: 1, WARD: 3})
    work_two_months(shared)
    assert borne(shared) == {CITY: 30_500, WARD: 91_500}


def test_populations_are_those_of_the_organizations_served_and_only_where_they_count(shared: Work):
    assert places(shared, cost_sharing="population") == [f"/populations/{WARD}", f"/populations/{CITY}"]
    told = {CITY: 1, "011002": 1}
    assert places(shared, cost_sharing="population", populations=told) == [
        f"/populations/{WARD}",
        "/populations/011002",
    ]
    assert places(shared, populations={CITY: 1, WARD: 1}) == ["/populations"]
    for wrong in (0, -1, True, 2**31):
        told = {CITY: wrong, WARD: 1}
        assert places(shared, cost_sharing="population", populations=told) == [f"/populations/{CITY}"]
    assert places(shared, cost_sharing=None) == ["/cost_sharing"]


@on_sqlite
@pytest.mark.parametrize("shares", [(), (ShareDraft(CITY, 0.0), ShareDraft(WARD, 0.0))])
@pytest.mark.parametrize("work_told", [{"hours": 1.0}, {"hours": 0.0, "travel_yen": 500}])
def test_work_for_several_says_for_whom(shared: Work, shares: tuple[ShareDraft, ...], work_told: dict[str, float]):
    begin(shared.engine, shared.engagement)
    with pytest.raises(Invalid) as raised, transaction(shared.engine) as session:
        draft = WorkLogDraft(done="x", shares=shares, **work_told)  # type: ignore[arg-type]
        write_log(session, EXPERT, shared.engagement, "2026-10", draft, today=AFTER)
    assert [fault.place for fault in raised.value.faults] == ["/shares"]


def test_a_month_without_work_costs_nobody_anything(shared: Work):
    edit(shared, cost_sharing="days")
    begin(shared.engine, shared.engagement)
    log(shared.engine, shared.engagement, "2026-10", WorkLogDraft(hours=0.0))
    assert borne(shared) == {CITY: 0, WARD: 0}


@begun
def test_months_not_signed_off_are_not_counted(work: Work):
    log(work.engine, work.engagement, "2026-10", WorkLogDraft(hours=2.5, done="x"))
    with transaction(work.engine) as session:
        write_log(session, EXPERT, work.engagement, "2026-11", WorkLogDraft(hours=9.0, done="x"), today=AFTER)
    assert [month.month for month in cost(work).months] == ["2026-10"]
    assert borne(work) == {CITY: 15_000}


@on_sqlite
@pytest.mark.parametrize(
    ("terms", "basis", "yen"),
    [
        ({"hourly_rate": 3333, "monthly_amount": None}, "hourly", 33_997),
        ({"hourly_rate": None, "daily_rate": 30_000, "monthly_amount": None}, "daily", 60_000),
        ({"hourly_rate": None, "monthly_amount": 50_000}, "monthly", 50_000),
        ({"hourly_rate": None, "monthly_amount": None, "form": "pro_bono"}, "unpaid", 0),
    ],
)
def test_a_month_is_paid_as_the_terms_say(work: Work, terms: dict[str, object], basis: str, yen: int):
    edit(work, **terms)
    begin(work.engine, work.engagement)
    told = WorkLogDraft(hours=10.2, days=(date(2026, 10, 6),), done="x")
    log(work.engine, work.engagement, "2026-10", told)
    assert (cost(work).basis, cost(work).work) == (basis, yen)


@begun
def test_what_the_state_is_confirmed_to_pay_no_organization_bears(work: Work):
    log(work.engine, work.engagement, "2026-10", WorkLogDraft(hours=1.0, travel_yen=700, done="x"))
    assert borne(work) == {CITY: 6700}
    of_year = text("UPDATE engagements SET scheme = 'regional_adviser', fiscal_year = :year WHERE id = :id")
    for year, bearer, yen in ((2026, "organizations", 6700), (2025, "state", 0)):
        with transaction(work.engine) as session:
            session.execute(of_year, {"year": year, "id": work.engagement})
        assert (cost(work).borne_by, borne(work), cost(work).travel) == (bearer, {CITY: yen}, 700)


def test_who_is_served_sees_the_cost_and_strangers_do_not(shared: Work):
    for actor in (EXPERT, APPROVER, WARD_APPROVER, COORDINATOR):
        assert cost(shared, actor).work == 0
    with pytest.raises(Forbidden):
        cost(shared, person("e2"))
    alone = replace(shared, engagement=confirm(shared.engine, shared.slots[1], "e2"))
    with pytest.raises(Forbidden):
        cost(alone, STRANGER)


@given(
    yen=st.integers(0, 10**12), weights=st.lists(st.floats(0, 31), min_size=1, max_size=8).filter(lambda w: sum(w) > 0)
)
def test_shares_add_up_to_the_yen_and_each_lies_within_one_yen_of_its_part(yen: int, weights: list[float]):
    members = [Beneficiary(str(i), weight) for i, weight in enumerate(weights)]
    shares = [share.yen for share in split_cost(yen, members, "days")]
    assert sum(shares) == yen
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - yen * weight / sum(weights)) < 1 + 1e-6 * max(1.0, yen)
