from skill_standards import load_framework, load_market_rates, load_talent_standard


def test_the_standard_has_four_types_of_which_one_is_only_in_the_draft():
    standard = load_talent_standard()
    assert [kind.id for kind in standard.types] == ["PROD", "PM", "SD", "ENG"]
    assert [kind.id for kind in standard.types if kind.note_ja] == ["ENG"]
    assert standard.types[0].alias_ja == "CIO補佐官等"
    assert len(standard.types[0].skills) == 6


def test_the_mapping_to_dss_roles_is_labelled_as_our_own():
    standard = load_talent_standard()
    roles = load_framework("1.2").roles
    assert "本サービスの提案" in standard.mapping_ja
    assert all(role in roles for kind in standard.types for role in kind.dss_roles)
    assert standard.types[1].dss_roles == ("BA3", "BA2")


def test_pay_examples_are_ranges_in_yen_with_their_sources():
    rates = load_market_rates()
    assert len(rates.examples) == 11
    priced = [example for example in rates.examples if example.per]
    assert all(0 <= example.low <= example.high for example in priced)
    assert [example.body for example in rates.examples if not example.per] == ["デジタル専門人材派遣制度"]
    assert all(example.sources for example in rates.examples)


def test_sample_ranges_are_labelled_as_an_assumption_and_statistics_as_published():
    rates = load_market_rates()
    assert rates.sample_ranges.confidence == "own"
    assert rates.sample_ranges.day_rate == (20000, 30000, 40000, 50000)
    counts = {statistic.id: statistic.n for statistic in rates.statistics}
    assert (counts["cio_aides"], counts["external_people_used"], counts["external_people_target"]) == (846, 522, 550)
