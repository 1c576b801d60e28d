from collections import Counter

import pytest
import yaml

from skill_standards import (
    LEVEL_OF_IMPORTANCE,
    StandardsError,
    framework_versions,
    load_framework,
    role_template,
)
from skill_standards.documents import _StrictLoader

OLD, NEW = load_framework("1.2"), load_framework("2.0")


def test_both_versions_are_there_and_1_2_is_the_one_in_use():
    assert framework_versions() == ("1.2", "2.0")
    assert load_framework() is OLD
    assert load_framework(version="1.2") is OLD


def test_version_1_2_has_the_published_counts():
    counts = (len(OLD.categories), len(OLD.subcategories), len(OLD.skills), len(OLD.roles), len(OLD.importance))
    assert counts == (5, 12, 49, 15, 180)
    assert len({role.type_ja for role in OLD.roles.values()}) == 5


def test_version_2_0_has_the_published_counts_by_subcategory():
    sizes = Counter(NEW.subcategories[skill.subcategory].name_ja for skill in NEW.skills.values())
    assert (len(NEW.categories), len(sizes), len(NEW.skills)) == (5, 13, 67)
    assert sizes["戦略の理解とアーキテクチャ設計"] == 5
    assert sizes["プロダクトのマネジメント"] == 7
    assert sizes["変革活動のマネジメント"] == 7
    assert sizes["デザイン"] == 9
    assert sizes["データ・AIの戦略的活用"] == 6
    assert sizes["データマネジメント"] == 6


def test_what_is_not_confirmed_of_2_0_is_said_and_not_invented():
    assert NEW.roles == {}
    assert NEW.importance == {}
    said = "".join(remark.ja for remark in NEW.unconfirmed)
    assert all(word in said for word in ("6番目の類型", "ロール", "スキルレベル"))


def test_codes_tell_the_versions_apart_and_repeat_a_1_2_code_only_for_the_same_skill():
    assert not OLD.skills.keys() & NEW.skills.keys()
    assert not OLD.subcategories.keys() & NEW.subcategories.keys()
    repeated = [code for code in NEW.skills if code.removeprefix("V2-") in OLD.skills]
    assert len(repeated) == 29  # all of the same wording but マーケティング, which moved
    for code in repeated:
        assert NEW.skills[code].name_ja == OLD.skills[code.removeprefix("V2-")].name_ja


@pytest.mark.parametrize("framework", [OLD, NEW], ids=["1.2", "2.0"])
def test_every_skill_hangs_together_and_carries_its_sources(framework):
    assert "本サービスが付けた" in framework.notes[0].ja
    for code, skill in framework.skills.items():
        assert skill.code == code
        assert framework.subcategories[skill.subcategory].category == skill.category
        assert skill.name_ja and skill.name_en and skill.sources
        assert skill.confidence in {"high", "medium", "low"}
    assert sum(len(framework.skills_of(id_)) for id_ in framework.subcategories) == len(framework.skills)


def test_a_specialist_has_a_in_the_own_field_and_personal_skills_have_no_grade():
    anchors = {
        "DE1": "BT3",
        "DS1": "DU1",
        "DS2": "DU2",
        "DS3": "DU3",
        "SW2": "TE1",
        "SW4": "TE2",
        "CS1": "SE1",
        "CS2": "SE2",
    }
    assert all(OLD.importance[role, subcategory] == "a" for role, subcategory in anchors.items())
    assert {grade for (_, subcategory), grade in OLD.importance.items() if subcategory.startswith("PS")} == {"z"}


def test_a_doubtful_grade_says_that_it_is_doubtful():
    doubtful = OLD.importance_basis["CS2", "TE1"]
    assert (doubtful.grade, doubtful.confidence) == ("a", "low")
    assert "原典" in doubtful.check_ja
    certain = OLD.importance_basis["BA1", "BT1"]
    assert (certain.confidence, certain.sources) == ("high", ("S-REP l. 935", "S-DSS-8"))
    assert Counter(basis.confidence for basis in OLD.importance_basis.values()) == {"medium": 134, "high": 45, "low": 1}


def test_x_leads_change_and_d_the_solution_as_this_projects_own_hint():
    hints = {role.id: role.talent_type for role in OLD.roles.values()}
    assert [id_ for id_, hint in hints.items() if hint == "X"] == ["BA1", "BA2", "BA3", "DE1"]
    assert OLD.roles["SW3"].talent_type_confidence == "own"


def test_a_roles_template_gives_each_skill_the_level_of_its_subcategory():
    template = dict(role_template(OLD, "SW3"))
    assert template["TE1-08"] == 4
    assert template["SE1-02"] == 2
    assert template["BT2-01"] == 1
    assert not [code for code in template if code.startswith("PS")]
    for role in OLD.roles:
        for code, level in role_template(OLD, role):
            assert LEVEL_OF_IMPORTANCE[OLD.importance[role, OLD.skills[code].subcategory]] == level


def test_a_version_without_roles_has_no_templates():
    with pytest.raises(KeyError, match="no confirmed role"):
        role_template(NEW, "SW3")


@pytest.mark.parametrize("version", ["1.1", "", "../dss/1.2", "successors"])
def test_an_unknown_version_names_those_there_are(version):
    with pytest.raises(StandardsError, match=r"1\.2, 2\.0"):
        load_framework(version)


def test_the_files_are_read_by_the_reader_written_in_c():
    assert issubclass(_StrictLoader, yaml.CSafeLoader)  # ten times the speed of the one in Python
