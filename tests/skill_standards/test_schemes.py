import pytest

from skill_standards import StandardsError, load_schemes, scheme_years
from skill_standards.schemes import Scheme

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


def said(one: Scheme) -> list:
    return [one.applicants, one.payer, one.deadlines, one.documents, one.before, one.after, *one.limits.values()]


@pytest.mark.parametrize("fiscal_year", scheme_years())
def test_a_year_has_all_schemes_and_says_which_year_it_is(fiscal_year):
    assert [one.id for one in load_schemes(fiscal_year)] == IDS
    assert all(one.fiscal_year == fiscal_year for one in load_schemes(fiscal_year))


@pytest.mark.parametrize("fiscal_year", scheme_years())
def test_what_is_confirmed_has_sources_and_what_is_not_has_no_content(fiscal_year):
    for one in load_schemes(fiscal_year):
        assert one.confirmed == bool(one.sources)
        for entry in said(one):
            assert entry.confirmed == bool(entry.sources and entry.confidence)
            assert entry.confirmed or getattr(entry, "value", None) is None
            assert entry.confirmed or not getattr(entry, "times", ())


def test_an_adviser_comes_for_three_days_or_ten_hours_online_at_no_cost_in_2025():
    adviser = scheme(2025, "regional_adviser")
    assert adviser.limits["days_with_onsite"].value == 3
    assert adviser.limits["hours_online_only"].value == 10
    assert adviser.limits["same_project_and_adviser"].value == 1
    assert len(adviser.deadlines.times) == 9
    assert adviser.deadlines.times[-1] == "2025-12-19T15:00"
    assert "1週間以内" in adviser.after.ja
    assert "負担はありません" in adviser.payer.ja


def test_a_limit_known_only_for_an_older_year_is_not_given_for_2025():
    hours = scheme(2025, "regional_adviser").limits["hours_per_day"]
    assert (hours.confirmed, hours.value) == (False, None)
    assert "7時間" in scheme(2025, "regional_adviser").note_ja


def test_an_explicit_no_limit_differs_from_an_unknown_one():
    assert scheme(2025, "prefecture_pool").limits["persons_counted"].confirmed
    assert scheme(2025, "prefecture_pool").limits["persons_counted"].value is None
    assert not scheme(2026, "prefecture_pool").limits["persons_counted"].confirmed


def test_of_2026_only_the_support_for_prefecture_pools_is_confirmed():
    assert [one.id for one in load_schemes(2026) if one.confirmed] == ["prefecture_pool"]
    assert not any(entry.confirmed for one in load_schemes(2026) for entry in said(one))


def test_a_year_without_data_names_those_there_are():
    with pytest.raises(StandardsError, match="2025, 2026") as raised:
        load_schemes(2030)
    assert (raised.value.file, raised.value.key) == ("data/schemes", "2030")
