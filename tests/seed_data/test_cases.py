import pytest
import yaml

from seed_data.cases import DATA, FILE, cases, read_cases
from seed_data.months import month_number
from seed_data.municipalities import by_code
from skill_standards import StandardsError

REPORT = "総務省「デジタルビジネス/地域社会DX懇談会」報告書"


@pytest.fixture(scope="module")
def written():
    return yaml.safe_load((DATA / FILE).read_text(encoding="utf-8"))


def refusal(tmp_path, content) -> StandardsError:
    """Return the error that reading ``content`` as the file raises."""
    (tmp_path / FILE).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(StandardsError) as caught:
        read_cases(tmp_path)
    return caught.value


def changed(written, **values):
    """Return the file with ``values`` set in its first case."""
    first, *others = written["cases"]
    return {"cases": [first | values, *others]}


def with_slot(written, **values):
    """Return the file with ``values`` set in the first slot of its first case."""
    first_slot, *others = written["cases"][0]["slots"]
    return changed(written, slots=[first_slot | values, *others])


def test_there_are_at_least_24_cases_each_with_its_source_and_what_is_assumed():
    assert len(cases()) >= 24
    assert len({case.key for case in cases()}) == len(cases())
    assert all(case.source and case.assumed and case.summary for case in cases())


def test_cases_from_the_report_name_the_printed_line():
    from_report = [case for case in cases() if case.source.startswith(REPORT)]
    assert len(from_report) >= 18
    assert all("l. " in case.source for case in from_report)


@pytest.mark.parametrize(
    ("organization", "title"),
    [
        ("長野県塩尻市", "オンデマンドバス"),
        ("北海道岩見沢市", "スマート農業"),
        ("富山県射水市", "ICTブイ"),
        ("兵庫県豊岡市", "豊岡スマートコミュニティ"),
        ("高知県", "SAWACHI"),
        ("島根県海士町", "RESAS"),
        ("愛知県岡崎市", "人流データ"),
        ("福井県", "ふくアプリ"),
        ("長野県", "人材育成"),
        ("東京都大田区", "介護情報"),
        ("富山県", "ノッカル"),
        ("新潟県長岡市", "テレワーク"),
        ("広島県", "人材の育成"),
        ("東京都武蔵野市", "書かない"),
        ("鳥取県", "標準化移行"),
    ],
)
def test_the_known_cases_are_there(organization, title):
    assert [c for c in cases() if by_code(c.organization).full_name_ja == organization and title in c.title]


def test_the_cases_cover_stages_teams_presence_and_budgets():
    slots = [slot for case in cases() for slot in case.slots]
    assert len({slot.stage for slot in slots}) == 7  # all but 利用, which no one is sent to
    assert {slot.talent_type for slot in slots} == {"X", "D"}
    assert {case.team for case in cases()} == {"any", "all"}
    assert {case.budget_basis for case in cases()} == {"gross", "net"}
    assert {case.gate for case in cases()} == {"計画策定", "社会実証", "実装・展開"}
    assert any(not slot.remote_ok for slot in slots) and any(slot.onsite_days == 0 for slot in slots)
    assert any(not slot.required for slot in slots)


def test_slots_lie_within_the_twelve_months_from_the_first():
    for first in ("2026-04", "2027-01"):
        for slot in (slot for case in cases(first) for slot in case.slots):
            start = month_number(slot.start) - month_number(first)
            assert 0 <= start <= start + slot.length <= 12


def test_the_first_month_shifts_the_slots_and_nothing_else():
    early, late = cases("2026-04")[0], cases("2026-10")[0]
    assert early.slots[0].start == "2026-04"
    assert late.slots[0].start == "2026-10"
    assert late.slots[0].needs == early.slots[0].needs


def test_a_first_month_that_is_none_is_refused():
    with pytest.raises(ValueError, match="YYYY-MM"):
        cases("2026/04")


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"organization": "202150"}, "cases[0].organization"),
        ({"organization": "202177"}, "cases[0].name"),
        ({"name": "塩尻市"}, "cases[0].name"),
        ({"beneficiaries": ["999999"]}, "cases[0].beneficiaries"),
        ({"themes": ["sake_brewing"]}, "cases[0].themes"),
        ({"themes": []}, "cases[0].themes"),
        ({"gate": "実験"}, "cases[0].gate"),
        ({"budget": -1}, "cases[0].budget"),
        ({"priority": 0}, "cases[0].priority"),
        ({"slots": []}, "cases[0].slots"),
        ({"source": ""}, "cases[0].source"),
        ({"colour": "red"}, "cases[0].colour"),
        ({"key": "toyooka-smart-community"}, "cases[4].key"),
    ],
)
def test_a_fault_in_a_case_names_file_and_key(tmp_path, written, values, key):
    error = refusal(tmp_path, changed(written, **values))
    assert error.file.endswith(FILE)
    assert error.key == key
    assert " / " in str(error)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"needs": {"TE9-99": [3, 1, True]}}, "cases[0].slots[0].needs"),
        ({"needs": {"TE1-07": [5, 1, True]}}, "cases[0].slots[0].needs"),
        ({"needs": {}}, "cases[0].slots[0].needs"),
        ({"role": "ZZ1"}, "cases[0].slots[0].role"),
        ({"stage": "testing"}, "cases[0].slots[0].stage"),
        ({"talent_type": "Y"}, "cases[0].slots[0].talent_type"),
        ({"start": 0}, "cases[0].slots[0].start"),
        ({"start": 11, "length": 3}, "cases[0].slots[0].length"),
        ({"hours": 0}, "cases[0].slots[0].hours"),
        ({"onsite_days": -1}, "cases[0].slots[0].onsite_days"),
        ({"remote_ok": "yes"}, "cases[0].slots[0].remote_ok"),
    ],
)
def test_a_fault_in_a_slot_names_file_and_key(tmp_path, written, values, key):
    error = refusal(tmp_path, with_slot(written, **values))
    assert error.file.endswith(FILE)
    assert error.key.startswith(key)


def test_a_team_of_one_required_slot_cannot_be_all_or_none(tmp_path, written):
    one = changed(written, team="all", slots=written["cases"][0]["slots"][:1])
    assert refusal(tmp_path, one).key == "cases[0].team"


def test_all_faults_are_told_at_once(tmp_path, written):
    content = with_slot(written, stage="testing", role="ZZ1")
    content["cases"][0]["themes"] = ["sake_brewing"]
    assert len(refusal(tmp_path, content).faults) == 3
