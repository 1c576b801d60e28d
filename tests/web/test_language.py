"""Both languages are complete, and a page comes in the one its reader chose or prefers."""

import re

import pytest

from web.language import LANGUAGES, SOURCE, choose, language
from web.messages import extracted, is_translated, read_catalogue

OTHERS = [code for code in LANGUAGES if code != SOURCE]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def forms(message):
    return message.string if isinstance(message.string, list | tuple) else (message.string,)


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_in_the_catalogue_and_none_is_left_over(code):
    shown = {message.id for message in extracted() if message.id}
    known = {message.id for message in read_catalogue(code) if message.id}
    assert shown - known == set(), "run python -m web.messages and translate"
    assert known - shown == set(), "run python -m web.messages"
    assert len(shown) > 40


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_has_a_translation_that_is_not_a_guess(code):
    for message in read_catalogue(code):
        if message.id:
            assert is_translated(message), message.id
            assert not message.fuzzy, message.id
            assert not any(JAPANESE.search(form) for form in forms(message)), message.id


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_same_places_to_fill(code):
    for message in read_catalogue(code):
        source = message.id if isinstance(message.id, str) else "".join(message.id)
        for form in forms(message):
            assert set(PLACEHOLDER.findall(form)) == set(PLACEHOLDER.findall(source)), source


def test_japanese_needs_no_catalogue_and_english_has_one():
    assert language("ja").say("専門人材") == "専門人材"
    assert language("en").say("専門人材") != "専門人材"
    assert language("en").pick("塩尻市", "Shiojiri") == "Shiojiri"
    assert language("en").pick("塩尻市", None) == "塩尻市"


@pytest.mark.parametrize(
    ("cookie", "accept", "expected"),
    [
        ("en", "ja", "en"),
        ("xx", "en-GB,en;q=0.9", "en"),
        (None, "fr, en;q=0.3, ja;q=0.8", "ja"),
        (None, "en;q=0, fr", "ja"),
        (None, "*", "ja"),
        (None, None, "ja"),
        (None, ";;;q=, ,en;q=9", "ja"),
    ],
)
def test_the_choice_comes_before_the_preference_and_nonsense_is_passed_over(cookie, accept, expected):
    assert choose(cookie, accept) == expected
