"""Hours asked for beside hours free: by level, region and month, and what no sharing out can meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from hub.auth.actor import LOCAL, Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import Forbidden
from hub.workflows.drafts import MonthDraft, NeedDraft, SkillDraft
from hub.workflows.experts import set_paused, store_experts
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from hub.workflows.skills import same_skill
from hub.workflows.supply_demand import LEVELS, SupplyDemand, balance, read_supply_demand
from tests.hub import drafts
from tests.hub.databases import Databases, on_sqlite
from tests.hub.round.world import COORDINATOR, OF_NAGANO, REQUESTER, WARD, make_plan, offer

OSAKA = "271004"
OF_TOKYO = Actor("acc_tokyo", (Grant("coordinator", WARD[:2]),))
HOURS = st.dictionaries(st.sampled_from(LEVELS), st.integers(0, 50), max_size=4)


def fill(engine: Engine) -> None:
    """塩尻市 (中部) asks 40 hours of TE1-08 at 3 and 10 at 4, 新宿区 (関東) 20 of SE1; one expert lives in 塩尻市."""
    with transaction(engine) as session:
        make_plan(session)
        months = (MonthDraft("2026-10", 15.0, 2, 4.0), MonthDraft("2026-11", 15.0, 2, 4.0))
        store_experts(
            session,
            {
                "e1": drafts.expert(availability=(*months, MonthDraft("2027-09", 99.0, 2, 4.0))),
                "e2": drafts.expert(base=OSAKA, skills=(SkillDraft("TE1-08", 4),), availability=months),
            },
        )
        hard = drafts.slot(title="難所", length=1, hours=10.0, needs=(NeedDraft("TE1-08", 4),))
        guard = drafts.slot(length=1, needs=(NeedDraft("SE1-02", 2), NeedDraft("SE1-01", 3)))
        store_requests(
            session,
            {
                "r1": drafts.request(slots=(drafts.slot(), hard)),
                "r2": drafts.request(organization=WARD, slots=(guard,)),
                "r3": drafts.request(status="draft"),
            },
        )


@pytest.fixture(scope="session", autouse=True)
def contents(databases: Databases) -> None:
    databases.add("market", fill, on="registered")


@pytest.fixture
def market(registered: Engine) -> Engine:
    return registered


def read(engine: Engine, by: str = "skill", actor: Actor = LOCAL) -> SupplyDemand:
    with reading(engine) as session:
        return read_supply_demand(session, by, actor=actor)  # type: ignore[arg-type]


def told(found: SupplyDemand) -> dict[tuple[str, str], tuple[float, float]]:
    return {
        (row.code, region): (cell.demand, cell.supply)
        for row in found.rows
        for region, cell in row.cells.items()
        if cell.demand or cell.supply
    }


def test_hours_stand_where_they_are_asked_for_and_where_experts_live(market: Engine):
    found = read(market)
    assert (found.months, found.slots, found.experts) == (("2026-10", "2026-11"), 3, 2)
    assert told(found) == {
        ("TE1-08", "中部"): (50.0, 30.0),
        ("TE1-08", "近畿"): (0.0, 30.0),
        ("SE1-01", "関東"): (20.0, 0.0),
        ("SE1-02", "関東"): (20.0, 0.0),
        ("SE1-02", "中部"): (0.0, 30.0),
    }
    (cloud,) = (row for row in found.rows if row.code == "TE1-08")
    assert (cloud.total.demand, cloud.total.supply, cloud.total.unmet) == (50.0, 60.0, 0.0)
    # Nobody in 中部 has level 4, though there are hours at 3.
    assert (cloud.cells["中部"].level, cloud.cells["中部"].ratio, cloud.cells["中部"].unmet) == (4, 0.0, 20.0)


def test_what_is_unmet_says_whether_the_country_has_it(market: Engine):
    unmet = [(each.skill, each.region, each.cell.unmet, each.elsewhere) for each in read(market).unmet]
    assert unmet == [
        ("SE1-01", "関東", 20.0, False),
        ("SE1-02", "関東", 20.0, True),
        ("TE1-08", "中部", 20.0, True),
    ]


def test_of_a_subcategory_each_slot_and_each_expert_counts_once(market: Engine):
    assert told(read(market, "group")) == {
        ("TE1", "中部"): (50.0, 30.0),
        ("TE1", "近畿"): (0.0, 30.0),
        ("SE1", "関東"): (20.0, 0.0),
        ("SE1", "中部"): (0.0, 30.0),
    }


def test_what_is_promised_counts_on_neither_side(market: Engine):
    with transaction(market) as session:
        slots = list(read_slots(session, ["r1"])["r1"])
        proposal = offer(session, slots[1], "e2")
    assert told(read(market))["TE1-08", "中部"] == (50.0, 30.0), "an offer nobody answered promises nothing"
    with transaction(market) as session:
        session.execute(text("UPDATE proposals SET status = 'expert_accepted' WHERE id = :id"), {"id": proposal})
    after = told(read(market))
    assert (after["TE1-08", "中部"], after["TE1-08", "近畿"]) == ((40.0, 30.0), (0.0, 20.0))


@on_sqlite
def test_a_skill_told_in_another_version_counts_once_it_is_carried_over(market: Engine):
    with transaction(market) as session:
        session.execute(text("DELETE FROM expert_skills WHERE expert_id = 'e2'"))
        row = text("INSERT INTO expert_skills VALUES ('e2', :code, '2.0', 4, '')")
        session.execute(row, {"code": same_in_2_0("TE1-08")})
    assert told(read(market))["TE1-08", "近畿"] == (0.0, 30.0)


def same_in_2_0(code: str) -> str:
    return next(new for new, old in same_skill("2.0").items() if old == code)


@on_sqlite
def test_who_is_paused_offers_nothing(market: Engine):
    with transaction(market) as session:
        set_paused(session, COORDINATOR, "e1", paused=True)
    assert ("SE1-02", "中部") not in told(read(market))


@on_sqlite
def test_a_prefectures_coordinator_sees_what_their_area_asks_for(market: Engine):
    found = read(market, actor=OF_NAGANO)
    assert (found.areas, found.slots, {row.code for row in found.rows}) == (("20",), 2, {"TE1-08"})
    assert {row.code for row in read(market, actor=OF_TOKYO).rows} == {"SE1-01", "SE1-02"}
    with pytest.raises(Forbidden):
        read(market, actor=REQUESTER)


@on_sqlite
def test_without_an_open_slot_there_is_nothing_to_compare(registered: Engine):
    assert read(registered) == SupplyDemand((), None, 0, 0, (), ())


@given(demand=HOURS, supply=HOURS)
def test_unmet_is_what_the_best_sharing_out_leaves(demand: dict[int, int], supply: dict[int, int]):
    cell = balance(demand, supply)
    left, met = dict(supply), 0
    for level in sorted(demand, reverse=True):  # the hardest first, each from whoever just reaches it
        lacking = demand[level]
        for other in sorted(level_ for level_ in left if level_ >= level):
            given_hours = min(lacking, left[other])
            left[other] -= given_hours
            lacking -= given_hours
            met += given_hours
    assert cell.unmet == sum(demand.values()) - met
    assert (cell.unmet > 0) == (cell.ratio is not None and cell.ratio < 1)
    assert cell.demand == sum(demand.values())
