import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.workflows.drafts import MonthDraft, NeedDraft
from hub.workflows.sheets import standard_terms as words
from hub.workflows.sheets.csv_text import as_typed, harmless, read_csv, write_csv
from hub.workflows.sheets.expert_layout import read_month_cell
from hub.workflows.sheets.expert_sheets import month_cell
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.notation import read_needs, read_skills
from hub.workflows.sheets.terms import Terms
from hub.workflows.sheets.wording import ENGLISH, JAPANESE

SKILLS = words.skills()
CODES = st.sampled_from(sorted(SKILLS.by_code))
LEVELS = st.integers(1, 4)
NEEDS = st.lists(
    st.builds(NeedDraft, CODES, LEVELS, st.floats(1e-9, 1e9, allow_nan=False), st.booleans()),
    unique_by=lambda need: need.skill,
    max_size=8,
)
LISTS = (
    words.roles(),
    words.stages(),
    words.themes(),
    words.external_types(),
    words.prefectures(),
    words.WORK_MODES,
    words.TALENT_TYPES,
)


IN_BOTH = pytest.mark.parametrize("wording", [JAPANESE, ENGLISH], ids=lambda wording: wording.language)


@IN_BOTH
@given(skills=st.dictionaries(CODES, LEVELS, max_size=10))
def test_skills_in_short_read_back_as_written(wording, skills):
    pairs = tuple(skills.items())
    assert read_skills(wording.skills(SKILLS, pairs), SKILLS) == pairs


@IN_BOTH
@given(needs=NEEDS)
def test_needs_read_back_as_written(wording, needs):
    assert read_needs(wording.needs(SKILLS, needs), SKILLS) == tuple(needs)


@given(NEEDS)
def test_the_short_form_of_needs_says_the_same(needs):
    short = ";".join(f"{need.skill}:{need.level}*{need.weight!r}{'!' if need.mandatory else ''}" for need in needs)
    assert read_needs(short, SKILLS) == tuple(needs)


@IN_BOTH
@pytest.mark.parametrize("terms", LISTS, ids=lambda terms: terms.kind_en)
@given(data=st.data())
def test_lists_of_words_read_back_as_written(wording, terms: Terms, data):
    codes = tuple(data.draw(st.lists(st.sampled_from(sorted(terms.by_code)), unique=True)))
    assert terms.read_list(wording.listed(terms, codes)) == codes
    assert terms.read_list("; ".join(wording.show(terms, code) for code in codes)) == codes
    assert terms.read_list("\n".join(codes)) == codes
    assert terms.read_list(",".join(codes)) == codes


@pytest.mark.parametrize(
    "text",
    [
        "TE1-08:3;SE1-02:2",
        "ＴＥ１－０８：３；ＳＥ１－０２：２",
        "クラウドインフラ活用:3\nセキュリティマネジメント:2",
        "クラウドインフラ活用 3、セキュリティマネジメント 2",
        "te1-08=3, se1-02=2",
        "TE1-08 クラウドインフラ活用：レベル3 ; SE1-02 Lv2",
        "Cloud infrastructure use:3; Security management:2;",
    ],
)
def test_skills_are_read_as_people_write_them(text):
    assert read_skills(text, SKILLS) == (("TE1-08", 3), ("SE1-02", 2))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("TE1-08", "レベルがありません"),
        ("TE1-08:5", "範囲外"),
        ("TE1-08:0", "範囲外"),
        ("TE1-08:-1", "範囲外"),
        ("TE1-08:2.5", "範囲外"),
        ("TE1-08:3; TE1-08:2", "2回"),
        ("クラウドインフラ活洋:3", "もしかして: クラウドインフラ活用（TE1-08）"),
        ("ZZ9-99:3", "ありません"),
        ("TE1-08:3 必須", "余分"),
    ],
)
def test_a_fault_in_skills_says_what_and_how_to_mend_it(text, said):
    with pytest.raises(CellError) as caught:
        read_skills(text, SKILLS)
    assert said in caught.value.ja
    assert caught.value.en


@pytest.mark.parametrize("text", ["TE1-08:3 重み0", "TE1-08:3 重み", "TE1-08:3 たぶん", "TE1-08:3*-1", "TE1-08:3*nan"])
def test_a_fault_in_a_need_is_refused(text):
    with pytest.raises(CellError):
        read_needs(text, SKILLS)


@given(st.text(max_size=200))
def test_no_text_makes_a_reader_of_notations_fail_otherwise(text):
    for read in (
        lambda: read_skills(text, SKILLS),
        lambda: read_needs(text, SKILLS),
        lambda: words.roles().read_list(text),
    ):
        try:
            read()
        except CellError as wrong:
            assert wrong.ja
            assert wrong.en


def test_a_word_close_to_a_known_one_is_suggested():
    with pytest.raises(CellError, match="フロントエンドエンジニア"):
        words.roles().read("フロントエンジニア")


@given(st.integers(0, 744), st.integers(0, 1000), st.integers(0, 31), st.integers(0, 3), st.integers(0, 5))
def test_a_months_cell_reads_back_as_written(hours, engagements, days, usual_engagements, usual_days):
    month = MonthDraft("2026-10", hours, engagements, days)
    told = read_month_cell(month_cell(month, usual_engagements, usual_days))
    assert told[0] == hours
    assert (usual_engagements if told[1] is None else told[1]) == engagements
    assert (usual_days if told[2] is None else told[2]) == days


@pytest.mark.parametrize("text", ["40/2", "40/2/4/1", "40/1.5/4", "745", "-1", "40/2/32", "x"])
def test_a_months_cell_out_of_range_is_refused(text):
    with pytest.raises(CellError):
        read_month_cell(text)


@given(st.text())
def test_what_could_run_as_a_formula_is_harmless_in_csv_and_reads_back(text):
    written = harmless(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert as_typed(written) == text


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=2), min_size=1
    )
)
def test_csv_reads_back_as_written(rows):
    # The first line decides on the delimiter, so it has to have a comma of its own.
    told = [["管理番号", "姓"], *rows]
    assert read_csv(write_csv(told)) == told
