import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill_standards import StandardsError, carry_over, compare, load_framework

OLD, NEW = load_framework("1.2"), load_framework("2.0")
PAIRS = [(OLD, NEW), (NEW, OLD), (OLD, OLD), (NEW, NEW)]
PAIR_NAMES = [f"{old.version} to {new.version}" for old, new in PAIRS]


def profiles(framework):
    return st.dictionaries(st.sampled_from(sorted(framework.skills)), st.integers(min_value=1, max_value=4))


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=PAIR_NAMES)
def test_each_skill_of_either_version_is_in_exactly_one_group(old, new):
    comparison = compare(old, new)
    unchanged = comparison.unchanged
    from_old = [{pair.old for pair in unchanged}, {p.old for p in comparison.proposals}, set(comparison.gone)]
    from_new = [{pair.new for pair in unchanged}, {p.new for p in comparison.proposals}, set(comparison.added)]
    for groups, framework in ((from_old, old), (from_new, new)):
        assert sum(map(len, groups)) == len(framework.skills)
        assert set().union(*groups) == framework.skills.keys()


def test_thirty_skills_keep_their_wording_and_nothing_else_is_called_unchanged():
    comparison = compare(OLD, NEW)
    assert len(comparison.unchanged) == 30
    assert all(OLD.skills[pair.old].name_ja == NEW.skills[pair.new].name_ja for pair in comparison.unchanged)
    by_category = {OLD.skills[pair.old].category for pair in comparison.unchanged}
    assert by_category == {"BT", "DU", "TE", "SE", "PS"}


def test_skills_without_a_word_in_common_are_gone_not_guessed():
    assert [OLD.skills[code].name_ja for code in compare(OLD, NEW).gone] == [
        "システムズエンジニアリング",
        "ビジネス調査",
        "ブランディング",
    ]


def test_every_proposal_says_why_and_is_not_certain():
    for proposal in compare(OLD, NEW).proposals:
        assert proposal.reason_ja and proposal.reason_en
        assert proposal.confidence in {"medium", "low"}


def test_two_skills_that_became_one_both_lead_to_it_and_back():
    joined = [p for p in compare(OLD, NEW).proposals if p.new == "V2-DU4-06"]
    assert [p.old for p in joined] == ["DU3-01", "DU3-02"]
    split = [p for p in compare(NEW, OLD).proposals if p.old == "V2-DU4-06"]
    assert [p.new for p in split] == ["DU3-01", "DU3-02"]


def test_categories_and_subcategories_show_what_was_renamed_came_and_went():
    comparison = compare(OLD, NEW)
    changes = {(change.old, change.new): change for change in comparison.categories + comparison.subcategories}
    assert changes["DU", "V2-DU"].change == "renamed"
    assert changes["DU3", "V2-DU4"].change == "renamed"
    assert (changes["DU3", "V2-DU4"].skills_old, changes["DU3", "V2-DU4"].skills_new) == (2, 6)
    assert changes["BT3", "V2-BT3"].change == "unchanged"
    assert changes["BT1", None].change == "gone"
    assert changes[None, "V2-BT5"].change == "new"
    assert len(comparison.subcategories) == 12 + 13 - 10
    assert {c.new for c in compare(NEW, OLD).categories} == set(OLD.categories)


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=PAIR_NAMES)
@given(data=st.data())
def test_nothing_is_lost_and_nothing_invented(old, new, data):
    profile = data.draw(profiles(old))
    carried = carry_over(profile, old, new)
    lists = (carried.carried, carried.questions, carried.unmatched)
    entries = [(entry.code, entry.level) for entries in lists for entry in entries]
    assert len(entries) == len(profile)
    assert dict(entries) == profile
    assert len(carried.levels) == len(carried.carried)
    for entry in carried.carried:
        assert new.skills[entry.new].name_ja == old.skills[entry.code].name_ja
        assert carried.levels[entry.new] == profile[entry.code]
    for question in carried.questions:
        assert question.proposals
        assert all(p.old == question.code and p.new in new.skills and p.reason_ja for p in question.proposals)


@pytest.mark.parametrize("framework", [OLD, NEW], ids=["1.2", "2.0"])
@given(data=st.data())
def test_carrying_to_the_same_version_changes_nothing(framework, data):
    profile = data.draw(profiles(framework))
    carried = carry_over(profile, framework, framework)
    assert carried.levels == profile
    assert not carried.questions and not carried.unmatched


@given(profile=profiles(OLD))
def test_what_was_carried_comes_back_as_it_was(profile):
    there = carry_over(profile, OLD, NEW)
    back = carry_over(there.levels, NEW, OLD)
    assert back.levels == {entry.code: entry.level for entry in there.carried}


def test_a_profile_of_three_kinds_goes_to_three_lists():
    carried = carry_over({"TE1-08": 3, "BT1-06": 2, "BT1-04": 4}, OLD, NEW)
    assert carried.levels == {"V2-TE1-08": 3}
    assert [(q.code, q.level, [p.new for p in q.proposals]) for q in carried.questions] == [
        ("BT1-06", 2, ["V2-BT6-03"])
    ]
    assert [(u.code, u.level) for u in carried.unmatched] == [("BT1-04", 4)]


def test_codes_of_another_version_and_levels_out_of_range_are_refused_together():
    with pytest.raises(StandardsError) as raised:
        carry_over({"V2-TE1-08": 3, "TE1-08": 5, "SE1-02": True, "SE1-01": 2}, OLD, NEW)
    assert [fault.key for fault in raised.value.faults] == ["V2-TE1-08", "TE1-08", "SE1-02"]
    assert "DSS-P 1.2" in raised.value.faults[0].ja
