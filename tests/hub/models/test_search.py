import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.models.base import derived_id, new_id
from hub.models.search import search_key, search_patterns


def found(query: str, *texts: str) -> bool:
    """Tell whether every word of the query is in the key, as LIKE would; no wildcards in these texts."""
    key = search_key(*texts)
    return all(pattern.strip("%").replace("\\", "") in key for pattern in search_patterns(query))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("たかはし", "タカハシ ハナコ"),
        ("ﾀｶﾊｼ", "タカハシ ハナコ"),
        ("タカハシハナコ", "タカハシ ハナコ"),
        ("hanako takahashi", "Hanako Takahashi"),
        ("ＴＥ１", "te1-08"),
        ("１２", "第12回"),
        ("ヴ", "ゔぁいおりん"),
    ],
)
def test_width_kana_and_capitals_make_no_difference(query: str, text: str):
    assert found(query, text)


def test_all_words_have_to_be_found():
    assert found("高橋 長野", "高橋花子", "長野県塩尻市")
    assert not found("高橋 東京", "高橋花子", "長野県塩尻市")


def test_a_word_does_not_run_from_one_text_into_the_next():
    assert not found("子長", "花子", "長野")


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=20))
def test_a_text_is_found_by_itself_and_by_its_wide_form(text: str):
    assert found(text, text)
    assert found(unicodedata.normalize("NFKC", text), text)


def test_wildcards_are_letters_like_any_other():
    assert search_patterns("100%_\\") == ("%100\\%\\_\\\\%",)


def test_new_ids_differ_and_derived_ids_do_not():
    assert new_id("exp") != new_id("exp")
    assert derived_id("exp", "a", "b") == derived_id("exp", "a", "b") != derived_id("exp", "ab", "")
    assert len(new_id("slot")) <= 40
