from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import skill_standards as standards
from skill_standards import StandardsError
from skill_standards.documents import DATA_ROOT
from skill_standards.loader import load_successors


def dss_1_2(root: Path):
    return standards.load_framework("1.2", root)


LOADS: dict[str, Callable[[Path], object]] = {
    "dss_1_2": dss_1_2,
    "dss_2_0": lambda root: standards.load_framework("2.0", root),
    "successors": lambda root: load_successors("1.2", "2.0", root),
    "stages": standards.load_stages,
    "stage_rules": standards.load_stage_rules,
    "themes": standards.load_themes,
    "talent_standard": standards.load_talent_standard,
    "market_rates": standards.load_market_rates,
    "schemes_2025": lambda root: standards.load_schemes(2025, root),
    "schemes_2026": lambda root: standards.load_schemes(2026, root),
    "subsidy_rules": standards.load_subsidy_rules,
}
SKILLS = "dss/1.2/skills.yaml"
CASES = yaml.safe_load((Path(__file__).parent / "tampered.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[f"{case['file']} {case['key']}" for case in CASES])
def test_a_fault_names_its_file_and_key(tamper, case):
    with pytest.raises(StandardsError) as raised:
        LOADS[case["load"]](tamper(case["file"], case["replace"], case["by"]))
    assert raised.value.file == f"data/{case.get('fault_in', case['file'])}"
    assert raised.value.key == case["key"]
    assert case["says"] in str(raised.value)


def test_all_faults_of_a_file_are_named_at_once(tamper):
    root = tamper(SKILLS, "code: BT1-04, subcategory: BT1", "code: BT1-04, subcategory: XX9")
    path = root / SKILLS
    path.write_text(path.read_text(encoding="utf-8").replace("code: PS2-04", "code: PS2-03"), encoding="utf-8")
    with pytest.raises(StandardsError) as raised:
        dss_1_2(root)
    assert [str(fault) for fault in raised.value.faults] == [
        "data/dss/1.2/skills.yaml: skills[48].code: 'PS2-03' は2回目です / 'PS2-03' is given twice",
        "data/dss/1.2/skills.yaml: skills[3].subcategory: 'XX9' はこの版のサブカテゴリーではありません"
        " / 'XX9' is not a subcategory of this version",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"", "キーと値の組にしてください"),
        (b"- 1", "キーと値の組にしてください"),
        (b"themes: 3", "リストにしてください"),
        (b"? [1]\n: 2", "cannot be a key"),
        (b"? {a: 1}\n: 2", "cannot be a key"),
        (b"themes: \x00", "not YAML"),
    ],
)
def test_a_file_that_is_something_else_is_named(tamper, content, message):
    root = tamper("themes.yaml", "id: education", "id: education")
    (root / "themes.yaml").write_bytes(content)
    with pytest.raises(StandardsError, match=r"data/themes\.yaml: ") as raised:
        standards.load_themes(root)
    assert message in str(raised.value)


def test_a_file_that_is_not_there_is_named(tamper):
    root = tamper("themes.yaml", "id: education", "id: education")
    (root / "themes.yaml").unlink()
    with pytest.raises(StandardsError, match=r"data/themes\.yaml: -: 読めません"):
        standards.load_themes(root)


def test_a_python_object_in_the_data_is_not_made(tamper):
    root = tamper("themes.yaml", "id: education", "id: !!python/object/apply:os.getcwd []")
    with pytest.raises(StandardsError, match="not YAML"):
        standards.load_themes(root)


def test_a_long_value_is_shortened_in_the_message(tamper):
    root = tamper("themes.yaml", "id: education", f"id: {'長' * 10_000}")
    with pytest.raises(StandardsError) as raised:
        standards.load_themes(root)
    assert len(str(raised.value)) < 400


def test_the_untouched_data_load_and_are_kept():
    assert standards.load_themes() is standards.load_themes(DATA_ROOT) is standards.load_themes(root=DATA_ROOT)
    assert standards.load_schemes(2025) is standards.load_schemes(fiscal_year=2025)
