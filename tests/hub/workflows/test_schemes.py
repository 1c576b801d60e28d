from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, update

from hub.db.transaction import reading, transaction
from hub.errors import Invalid, NotFound
from hub.models import Request, RequestBeneficiary
from hub.models.base import columns, table_of
from hub.workflows.adviser_rules import JAPAN, Period
from hub.workflows.drafts import RequestDraft
from hub.workflows.requests import store_requests
from hub.workflows.scheme_burdens import costs_of
from hub.workflows.scheme_needs import Beneficiary, Need, NeedSlot, PastUse
from hub.workflows.scheme_reading import read_need, scheme_comparison
from hub.workflows.scheme_rows import Comparison, SchemeOption
from hub.workflows.scheme_rulings import Ruling, figure
from hub.workflows.schemes import compare, schemes_for, schemes_of
from skill_standards import Cost, schemes_in

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=JAPAN)
ONE_SLOT = (NeedSlot("2025-08", 3, 8.0, onsite_days=1.0, rate=6000),)


def need(*slots: NeedSlot, **changes: object) -> Need:
    return Need("r1", "202151", **{"kind": "city", "slots": slots or ONE_SLOT, **changes})


def ruled(told: Need, scheme: str, rule: str, year: int = 2025, now: datetime | None = None) -> Ruling:
    verdict = next(one for one in schemes_for(told, year, now) if one.scheme == scheme)
    return next(one for one in verdict.rulings if one.rule == rule)


def option(compared: Comparison, scheme: str) -> SchemeOption:
    return next(one for one in compared.options if one.verdict.scheme == scheme)


def verdicts(told: Need, year: int = 2025) -> dict[str, str]:
    return {one.scheme: one.verdict for one in schemes_for(told, year)}


def test_every_scheme_gets_a_verdict_and_every_rule_its_reason_in_both_languages():
    for year in (2024, 2025, 2026):
        found = schemes_for(need(), year, NOW)
        assert [one.scheme for one in found] == [scheme.id for scheme in schemes_in(year)]
        for one in found:
            assert one.ja and one.en and one.rulings
            for ruling in one.rulings:
                assert ruling.ja and ruling.en and ruling.ja != ruling.en
                assert bool(ruling.remedy_ja) == bool(ruling.remedy_en)
                assert ruling.verdict != "does_not_fit" or ruling.remedy_ja
                assert ruling.verdict == "cannot_be_told" or ruling.sources, (one.scheme, ruling)


def test_three_days_with_a_visit_fit_and_a_fourth_does_not():
    three = ruled(need(NeedSlot("2025-08", 3, 8.0, onsite_days=1.0)), "regional_adviser", "limits.days_with_onsite")
    assert (three.verdict, three.need, three.limit, three.unit) == ("fits", 3.0, 3, "day")
    four = ruled(need(NeedSlot("2025-08", 4, 8.0, onsite_days=1.0)), "regional_adviser", "limits.days_with_onsite")
    assert (four.verdict, four.need) == ("does_not_fit", 4.0)
    assert "オンラインだけにして10時間以内" in four.remedy_ja and "online only within 10 hours" in four.remedy_en
    assert (four.confidence, four.sources) == ("high", ("S-ADV-1",))


def test_days_are_those_told_or_the_hours_in_days_of_eight():
    rule = "limits.days_with_onsite"
    assert ruled(need(NeedSlot("2025-08", 1, 32.0, onsite_days=1.0)), "regional_adviser", rule).need == 4.0
    assert ruled(need(NeedSlot("2025-08", 1, 32.0, onsite_days=1.0, days=2)), "regional_adviser", rule).need == 2.0
    assert ruled(need(NeedSlot("2025-08", 3, 0.1, onsite_days=0.4)), "regional_adviser", rule).need == 2.0
    assert ruled(need(NeedSlot("2025-08", 30, 0.1, onsite_days=0.1)), "regional_adviser", rule).verdict == "fits"


@pytest.mark.parametrize(("hours", "verdict"), [(3.3, "fits"), (10 / 3, "fits"), (3.34, "does_not_fit")])
def test_online_only_has_ten_hours_and_no_limit_of_days(hours, verdict):
    told = need(NeedSlot("2025-08", 3, hours))
    assert ruled(told, "regional_adviser", "limits.hours_online_only").verdict == verdict
    with pytest.raises(StopIteration):
        ruled(told, "regional_adviser", "limits.days_with_onsite")


def test_what_exceeds_a_limit_by_a_hair_is_not_written_as_equal_to_it():
    assert [figure(value) for value in (10.0, 10.02, 10.1, 3.0000000001, 1234.0)] == [
        "10",
        "10.1",
        "10.1",
        "3",
        "1,234",
    ]


def test_a_limit_of_another_year_is_told_and_never_applied():
    hours = ruled(need(NeedSlot("2025-08", 1, 24.0, onsite_days=1, days=2)), "regional_adviser", "limits.hours_per_day")
    assert (hours.verdict, hours.need, hours.limit) == ("cannot_be_told", 12.0, None)
    assert "2017年には7時間/日" in hours.ja and "not applied" in hours.en
    assert verdicts(need(NeedSlot("2025-08", 1, 24.0, onsite_days=1, days=2)))["regional_adviser"] == "fits"


def test_who_may_apply_is_checked_and_the_remedy_names_them():
    prefecture = need(kind="prefecture")
    ruling = ruled(prefecture, "external_appointment", "applicant")
    assert (ruling.verdict, "市町村" in ruling.remedy_ja) == ("does_not_fit", True)
    assert verdicts(prefecture)["prefecture_pool"] == "fits"
    body = verdicts(need(kind="other"))
    assert (body["regional_adviser"], body["prefecture_pool"]) == ("fits", "does_not_fit")


def test_what_is_not_confirmed_cannot_be_told_and_is_not_refused():
    found = verdicts(need(), 2026)
    assert found["regional_adviser"] == found["external_appointment"] == "cannot_be_told"
    runs = ruled(need(), "regional_adviser", "runs.2026", 2026)
    assert (runs.verdict, "2026年度" in runs.ja, "FY2026" in runs.en) == ("cannot_be_told", True, True)


def test_work_into_a_year_that_is_not_confirmed_cannot_be_told_for_that_year():
    told = need(NeedSlot("2026-02", 3, 2.0))
    assert ruled(told, "regional_adviser", "runs.2025").verdict == "fits"
    assert ruled(told, "regional_adviser", "runs.2026").verdict == "cannot_be_told"
    assert verdicts(told)["regional_adviser"] == "cannot_be_told"


def test_a_team_needs_two_by_the_product_s_own_assumption():
    alone = ruled(need(), "dx_team", "limits.team_size")
    assert (alone.verdict, alone.assumed, alone.confidence) == ("does_not_fit", True, "own")
    assert ruled(need(*ONE_SLOT, *ONE_SLOT), "dx_team", "limits.team_size").verdict == "fits"


def test_an_adviser_who_came_this_year_is_not_sent_again_and_another_is():
    rule = "limits.same_project_and_adviser"
    past = (PastUse("r1", "e1", 2025), PastUse("r9", "e2", 2025), PastUse("r1", "e3", 2024))
    again = ruled(need(past_uses=past, advisers=("e1",)), "regional_adviser", rule)
    assert (again.verdict, "別のアドバイザー" in again.remedy_ja) == ("does_not_fit", True)
    for wished in ((), ("e2",), ("e3",), ("e1", "e2")):
        assert ruled(need(past_uses=past, advisers=wished), "regional_adviser", rule).verdict == "fits"


def test_the_form_and_the_sharing_asked_for_are_checked():
    assert ruled(need(form="side_job"), "external_appointment", "form").verdict == "does_not_fit"
    assert ruled(need(form="contract"), "external_appointment", "form").verdict == "fits"
    assert ruled(need(form="contract"), "external_appointment", "form", 2026).verdict == "cannot_be_told"
    two = (Beneficiary("202151", 1), Beneficiary("202029", 1))
    sharing = ruled(need(beneficiaries=two, sharing="days"), "prefecture_pool", "sharing")
    assert (sharing.verdict, sharing.assumed) == ("fits", True)


@pytest.mark.parametrize(
    ("now", "start", "verdict", "remedy"),
    [
        (datetime(2025, 6, 30, 6, 0, tzinfo=UTC), "2025-07", "fits", None),
        (datetime(2025, 6, 30, 6, 1, tzinfo=UTC), "2025-07", "does_not_fit", "2025-08"),
        (datetime(2025, 12, 19, 15, 0, tzinfo=JAPAN), "2026-01", "fits", None),
        (datetime(2025, 12, 19, 15, 0, tzinfo=JAPAN), "2025-12", "does_not_fit", "2026-01"),
        (datetime(2025, 12, 19, 15, 1, tzinfo=JAPAN), "2026-01", "does_not_fit", "次の年度"),
    ],
)
def test_a_round_has_to_be_left_before_the_work_begins(now, start, verdict, remedy):
    told = need(NeedSlot(start, 1, 2.0))
    found = ruled(told, "regional_adviser", "deadline", now=now)
    assert found.verdict == verdict
    assert (found.remedy_ja is None) if remedy is None else (remedy in found.remedy_ja)


def test_the_comparison_puts_what_fits_first_and_the_cheapest_of_it_before():
    compared = compare(need(scheme="external_appointment"), NOW)
    order = [(one.verdict.scheme, one.verdict.verdict, one.burden.net) for one in compared.options]
    assert order[:4] == [
        ("regional_adviser", "fits", 0),
        ("external_appointment", "fits", 43_200),
        ("prefecture_pool", "fits", 43_200),
        ("side_job_pro_bono", "fits", 144_000),
    ]
    assert {verdict for _, verdict, _ in order[4:]} == {"cannot_be_told"}
    assert [one.scheme for one in compared.ruled_out] == ["dx_team"]
    assert [one.verdict.scheme for one in compared.options if one.verdict.wished] == ["external_appointment"]
    assert (compared.fiscal_year, compared.compared_at) == (2025, NOW)


def test_the_time_to_start_is_the_next_deadline_or_says_that_none_is_left():
    start = option(compare(need(), NOW), "regional_adviser").start
    assert (start.deadline.date(), start.days_left, start.earliest) == (date(2025, 6, 30), 28, date(2025, 7, 1))
    assert "早く締め切られる" in start.ja and "not confirmed" in start.en
    late = compare(need(), datetime(2026, 1, 5, tzinfo=JAPAN))
    (adviser,) = [one for one in late.ruled_out if one.scheme == "regional_adviser"]
    assert any("募集は終わりました" in one.ja for one in adviser.rulings)
    unknown = option(compare(need(), NOW), "external_appointment").start
    assert (unknown.deadline, unknown.earliest, "確認できていません" in unknown.ja) == (None, None, True)


def test_duties_come_with_their_dates_and_only_to_whom_they_concern():
    duties = {one.id: one for one in option(compare(need(), NOW), "regional_adviser").duties}
    assert set(duties) == {"briefing", "report", "questionnaire"}
    assert duties["report"].due == date(2025, 11, 7)
    assert duties["questionnaire"].period == Period(date(2026, 4, 1), date(2027, 3, 31))
    assert "recommendation" in {one.id for one in option(compare(need(kind="other"), NOW), "regional_adviser").duties}
    (consent,) = option(compare(need(), NOW), "municipal_staff_dispatch").duties
    assert (consent.kind, consent.by, consent.assumed, consent.sources) == (
        "consent",
        "dispatching_body",
        True,
        ("S-IOT",),
    )


def test_documents_nobody_confirms_say_so():
    documents = option(compare(need(), NOW), "external_appointment").documents
    assert (documents.ja, documents.en, documents.confirmed) == ("確認できていません", "not confirmed", False)


def test_a_cost_is_that_of_the_months_of_each_fiscal_year():
    costs = costs_of(need(NeedSlot("2026-01", 6, 10.0, rate=5000, travel=3000)))
    assert (costs.basis, costs.persons) == ("rate", ({2025: Cost(150_000, 9_000), 2026: Cost(150_000, 9_000)},))


def test_without_a_ceiling_the_budget_is_the_cost_and_without_either_none_is_told():
    slots = (NeedSlot("2025-08", 2, 10.0, rate=5000), NeedSlot("2025-08", 1, 10.0))
    assert costs_of(need(*slots, gross_budget=100)).persons == ({2025: Cost(67)}, {2025: Cost(33)})
    compared = compare(need(*slots), NOW)
    burden = option(compared, "external_appointment").burden
    assert (burden.basis, burden.gross, burden.net) == ("unknown", None, None)
    assert "計算できません" in burden.basis_ja
    free = option(compare(need(NeedSlot("2025-08", 1, 2.0)), NOW), "regional_adviser").burden
    assert (free.net, [line.rule for line in free.lines]) == (0, ["regional_adviser.payer"])


def test_the_burden_is_labelled_with_rule_year_source_and_caution():
    burden = option(compare(need(NeedSlot("2026-01", 6, 10.0, rate=5000)), NOW), "external_appointment").burden
    assert (burden.label_ja, burden.label_en) == ("試算", "estimate")
    assert [(one.rule, one.fiscal_year, one.gross, one.net, one.confirmed) for one in burden.lines] == [
        ("CIO_AIDE", 2025, 150_000, 45_000, True),
        ("CIO_AIDE", 2026, 150_000, 150_000, False),
    ]
    assert (burden.lines[0].sources, burden.lines[0].confidence) == (("S-REP l. 845-846",), "high")
    assert burden.net == 195_000
    assert "下回る" in burden.warnings[0].ja and burden.warnings[1].ja.startswith("2026年度")


@pytest.mark.parametrize("scheme", ["external_appointment", "prefecture_pool"])
@pytest.mark.parametrize(("index", "warned"), [(None, False), (0.8, False), (1.0, True)])
def test_a_body_with_an_index_of_one_is_warned(scheme, index, warned):
    burden = option(compare(need(financial_strength=index), NOW), scheme).burden
    assert any("不交付団体では" in warning.ja for warning in burden.warnings) == warned


def test_travel_counts_inside_a_contract_alone():
    slot = NeedSlot("2025-08", 1, 10.0, rate=10_000, travel=50_000)
    nets = [
        option(compare(need(slot, form=form), NOW), "external_appointment").burden.net
        for form in ("contract", "appointment", None)
    ]
    assert nets == [45_000, 80_000, 80_000]


def test_pro_bono_work_costs_the_travel():
    slot = NeedSlot("2025-08", 1, 10.0, rate=10_000, travel=50_000)
    assert option(compare(need(slot, form="pro_bono"), NOW), "side_job_pro_bono").burden.net == 50_000


def test_a_shared_post_shows_what_each_body_bears():
    slot = NeedSlot("2025-08", 1, 100.0, rate=10_000)
    members = (Beneficiary("202011", 3), Beneficiary("202029", 1))
    told = need(slot, beneficiaries=members, sharing="population")
    burden = option(compare(told, NOW), "prefecture_pool").burden
    assert [(one.organization, one.yen) for one in burden.members] == [("202011", 225_000), ("202029", 75_000)]
    assert (burden.gross, burden.net) == (1_000_000, 300_000)
    by_prefecture = option(compare(replace(told, kind="prefecture"), NOW), "prefecture_pool").burden
    assert [share.yen for share in by_prefecture.members] == [225_000, 75_000]
    with pytest.raises(Invalid):
        compare(replace(told, beneficiaries=(Beneficiary("202011"), Beneficiary("202029"))), NOW)


def test_a_need_without_slots_is_looked_at_in_the_present_year():
    compared = compare(Need("r1", "202151", "city", ()), NOW)
    assert compared.fiscal_year == 2025
    assert all(one.burden.net is None for one in compared.options)


@pytest.mark.parametrize(("year", "known"), [(2025, True), (2026, True), (2019, False)])
def test_a_year_s_schemes_are_told_with_what_is_not_confirmed(year, known):
    told = schemes_of(year)
    assert (told.fiscal_year, told.known, told.years) == (year, known, (2025, 2026))
    assert len(told.schemes) == 7
    adviser = next(one for one in told.schemes if one.id == "regional_adviser")
    assert len(adviser.deadline_times) == (9 if year == 2025 else 0)
    assert adviser.documents.ja == "確認できていません"
    assert next(one for one in adviser.limits if one.id == "hours_per_day").earlier.year == 2017


SLOTS = st.builds(
    NeedSlot,
    start=st.sampled_from(("2024-10", "2025-04", "2025-12", "2026-03", "2026-08", "2030-01")),
    length=st.integers(min_value=1, max_value=30),
    hours=st.floats(min_value=0, max_value=160),
    onsite_days=st.sampled_from((0.0, 0.5, 2.0)),
    days=st.none() | st.floats(min_value=0.1, max_value=20),
    rate=st.none() | st.integers(min_value=0, max_value=50_000),
    travel=st.integers(min_value=0, max_value=100_000),
)
NEEDS = st.builds(
    Need,
    project=st.just("r1"),
    organization=st.just("202151"),
    kind=st.sampled_from(("prefecture", "city", "village", "other")),
    slots=st.lists(SLOTS, max_size=4).map(tuple),
    beneficiaries=st.sampled_from(((), (Beneficiary("a", 2.5), Beneficiary("b", 1), Beneficiary("c", 0)))),
    sharing=st.sampled_from(("days", "equal", "population")),
    form=st.sampled_from((None, "contract", "appointment", "pro_bono")),
    gross_budget=st.none() | st.integers(min_value=0, max_value=10**9),
    recruit=st.dictionaries(st.sampled_from((2025, 2026)), st.integers(min_value=0, max_value=3_000_000)),
)
FIRST, LAST = datetime(2024, 1, 1), datetime(2028, 1, 1)  # noqa: DTZ001  the strategy adds the time zone
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(JAPAN))


@given(told=NEEDS, now=MOMENTS)
def test_a_burden_lies_between_nothing_and_the_cost_and_its_parts_add_up(told, now):
    compared = compare(told, now)
    assert len(compared.options) + len(compared.ruled_out) == 7
    for one in compared.options:
        burden = one.burden
        if burden.net is None:
            assert burden.basis == "unknown"
            continue
        assert 0 <= burden.net == burden.gross - burden.grant <= burden.gross
        assert burden.net == sum(line.net for line in burden.lines)
        assert not burden.members or sum(share.yen for share in burden.members) == burden.net
        assert all(line.confirmed or line.grant == 0 for line in burden.lines)
        assert all(line.confirmed or line.net == line.gross for line in burden.lines)


@given(told=NEEDS, now=MOMENTS)
def test_in_years_nothing_is_confirmed_for_the_whole_cost_is_borne(told, now):
    later = replace(told, slots=tuple(replace(slot, start="2030-04") for slot in told.slots), recruit={})
    costs = costs_of(later)
    whole = sum(cost.work + cost.travel for person in costs.persons for cost in person.values())
    paid = later.form != "pro_bono"
    for one in compare(later, now).options:
        assert one.burden.net is None or not paid or one.burden.net == whole


@given(told=NEEDS, more=st.integers(min_value=0, max_value=10_000))
def test_a_dearer_need_is_never_borne_more_cheaply(told, more):
    rated = replace(told, slots=tuple(replace(slot, rate=slot.rate or 0) for slot in told.slots))
    dearer = replace(rated, slots=tuple(replace(slot, rate=slot.rate + more) for slot in rated.slots))
    before = {one.verdict.scheme: one.burden.net for one in compare(rated, NOW).options}
    for one in compare(dearer, NOW).options:
        net = before[one.verdict.scheme]
        assert net is None or one.burden.net >= net


def test_a_comparison_is_built_from_the_rows(registered: Engine, request_told: Callable[..., RequestDraft], slot):
    slots = (slot(start="2025-08", length=2, hours=4.0, rate_ceiling=6000), slot(start="2025-09", length=1, hours=2.0))
    draft = request_told(slots=slots, beneficiaries=("202151", "202029"), budget=300_000)
    with transaction(registered) as session:
        store_requests(session, {"req_1": draft})
    with reading(registered) as session:
        told = read_need(session, "req_1")
        compared = scheme_comparison(session, "req_1", NOW)
    assert (told.project, told.organization, told.kind, told.sharing, told.scheme) == (
        "req_1",
        "202151",
        "city",
        "equal",
        None,
    )
    assert told.slots == (NeedSlot("2025-08", 2, 4.0, rate=6000), NeedSlot("2025-09", 1, 2.0))
    assert (told.gross_budget, {one.organization for one in told.beneficiaries}) == (300_000, {"202151", "202029"})
    assert option(compared, "external_appointment").burden.net == 90_000


def test_the_scheme_wished_for_and_the_weights_come_from_the_rows(registered: Engine, request_told):
    told = request_told(beneficiaries=("202151", "202029"), budget=1_000, budget_basis="net")
    with transaction(registered) as session:
        store_requests(session, {"req_1": told})
        session.execute(update(table_of(Request)).values(scheme="prefecture_pool"))
        b = columns(RequestBeneficiary)
        for code, weight in (("202151", 66_000.0), ("202029", 237_000.0)):
            table = table_of(RequestBeneficiary)
            session.execute(update(table).where(b.organization_code == code).values(weight=weight))
    with reading(registered) as session:
        found = read_need(session, "req_1")
    assert (found.scheme, found.sharing, found.gross_budget) == ("prefecture_pool", "population", None)
    assert {one.organization: one.weight for one in found.beneficiaries} == {"202151": 66_000.0, "202029": 237_000.0}


def test_a_request_that_is_not_there_is_not_found(registered: Engine):
    with reading(registered) as session, pytest.raises(NotFound):
        scheme_comparison(session, "nothing", NOW)
