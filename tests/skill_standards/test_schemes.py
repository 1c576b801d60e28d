import pytest

from skill_standards import StandardsError, load_schemes, scheme_years, schemes_in
from skill_standards.schemes import UNIT_OF, Scheme

IDS = [
    "external_appointment",
    "prefecture_pool",
    "regional_adviser",
    "dx_team",
    "digital_specialist",
    "side_job_pro_bono",
    "municipal_staff_dispatch",
]


def scheme(fiscal_year: int, id_: str) -> Scheme:
    return next(scheme for scheme in load_schemes(fiscal_year) if scheme.id == id_)


@pytest.mark.parametrize("fiscal_year", scheme_years())
def test_a_year_has_all_schemes_and_says_which_year_it_is(fiscal_year):
    assert [one.id for one in load_schemes(fiscal_year)] == IDS
    assert all(one.fiscal_year == fiscal_year for one in load_schemes(fiscal_year))


@pytest.mark.parametrize("fiscal_year", scheme_years())
def test_what_is_confirmed_has_sources_and_what_nobody_says_has_no_content(fiscal_year):
    for one in load_schemes(fiscal_year):
        assert (one.confirmed or one.assumed) == bool(one.sources)
        for key, claim in one.claims().items():
            assert claim.known == bool(claim.sources and claim.confidence), key
            assert claim.assumed == (claim.confidence == "own"), key
            assert claim.known or not any(getattr(claim, name) for name in claim.CONTENT), key


@pytest.mark.parametrize("fiscal_year", scheme_years())
def test_every_limit_says_what_it_bounds_in_which_unit(fiscal_year):
    for one in load_schemes(fiscal_year):
        assert all(limit.unit == UNIT_OF[limit.of] for limit in one.limits.values())


def test_an_adviser_comes_for_three_days_or_ten_hours_online_at_no_cost_in_2025():
    adviser = scheme(2025, "regional_adviser")
    assert adviser.limits["days_with_onsite"].value == 3
    assert adviser.limits["hours_online_only"].value == 10
    assert adviser.limits["same_project_and_adviser"].value == 1
    assert len(adviser.deadlines.times) == 9
    assert adviser.deadlines.times[-1] == "2025-12-19T15:00"
    assert "1週間以内" in adviser.after.ja
    assert "負担はありません" in adviser.payer.ja
    assert (adviser.payer.by, adviser.payer.covers) == ("state", ("travel", "lodging", "honorarium"))
    assert adviser.deadlines.may_close_early


def test_an_adviser_s_duties_are_told_to_a_program_too():
    duties = scheme(2025, "regional_adviser").duties
    assert (duties["briefing"].when, duties["briefing"].by) == ("before_applying", "applicant")
    assert (duties["report"].when, duties["report"].days) == ("after_last_day", 7)
    assert duties["questionnaire"].when == "next_fiscal_year"
    assert duties["recommendation"].applicants == ("recommended_body",)
    assert all(duty.confirmed for duty in duties.values())


def test_how_many_persons_may_be_wished_for_is_not_confirmed():
    wishes = scheme(2025, "regional_adviser").wishes
    assert (wishes.confirmed, wishes.most) == (True, None)
    assert "確認できていません" in wishes.ja
    assert not scheme(2026, "regional_adviser").wishes.known


@pytest.mark.parametrize("fiscal_year", scheme_years())
def test_what_the_product_assumes_is_marked_with_the_text_behind_it(fiscal_year):
    consent = scheme(fiscal_year, "municipal_staff_dispatch").duties["dispatch_consent"]
    assert (consent.confirmed, consent.assumed, consent.confidence, consent.sources) == (False, True, "own", ("S-IOT",))
    assert (consent.kind, consent.by, consent.when) == ("consent", "dispatching_body", "before_start")
    sharing = scheme(fiscal_year, "prefecture_pool").cost_sharing
    assert (sharing.assumed, sharing.modes) == (True, ("days", "equal", "population"))


def test_a_limit_known_only_for_an_older_year_is_not_given_for_2025():
    hours = scheme(2025, "regional_adviser").limits["hours_per_day"]
    assert (hours.confirmed, hours.value) == (False, None)
    assert (hours.earlier.value, hours.earlier.year, hours.earlier.confidence) == (7, 2017, "low")
    assert "7時間" in scheme(2025, "regional_adviser").note_ja


def test_an_explicit_no_limit_differs_from_an_unknown_one():
    assert scheme(2025, "prefecture_pool").limits["persons_counted"].confirmed
    assert scheme(2025, "prefecture_pool").limits["persons_counted"].value is None
    assert not scheme(2026, "prefecture_pool").limits["persons_counted"].confirmed


def test_of_2026_only_the_support_for_prefecture_pools_is_confirmed():
    assert [one.id for one in load_schemes(2026) if one.confirmed] == ["prefecture_pool"]
    assert not any(claim.confirmed for one in load_schemes(2026) for claim in one.claims().values())


@pytest.mark.parametrize("fiscal_year", [2019, 2024, 2030])
def test_a_year_without_data_has_the_schemes_by_name_and_nothing_confirmed(fiscal_year):
    schemes = schemes_in(fiscal_year)
    assert [one.id for one in schemes] == IDS
    for one in schemes:
        assert (one.fiscal_year, one.confirmed, one.note_ja) == (fiscal_year, False, None)
        for key, claim in one.claims().items():
            assert not claim.confirmed, key
            assert claim.assumed or not (claim.sources or any(getattr(claim, name) for name in claim.CONTENT)), key
    assert schemes[6].duties["dispatch_consent"].assumed
    assert schemes[2].limits["days_with_onsite"].ja == "現地派遣を含む支援（1件当たり）"


def test_a_year_with_data_is_given_as_it_is():
    assert schemes_in(2025) is load_schemes(2025)


def test_a_year_without_data_names_those_there_are():
    with pytest.raises(StandardsError, match="2025, 2026") as raised:
        load_schemes(2030)
    assert (raised.value.file, raised.value.key) == ("data/schemes", "2030")
