"""Remedies, limits, places of work and gaps in words."""

import pytest

from hub.workflows.plan_rows import NamedLimit
from matching.bottlenecks import UNITS, BindingLimit
from matching.plan import Remedy
from web.language import language
from web.limits import SHOWN, limit_sentences
from web.remedies import OF_A_PERSON, remedy_sentence
from web.sentences import room, told

JA, EN = language("ja"), language("en")

CHANGES = [
    ("skill_level", {"skill": "BT1-01", "level": 2}),
    ("skill_level", {"skill": "BT1-01", "level": 0}),
    ("remote", {"onsite_days": 0.0}),
    ("hours", {"hours": 3.5}),
    ("budget", {"yen": 120000.0, "request": "r"}),
    ("budget", {"yen": 120000.0, "organization": "202151"}),
    ("rate_ceiling", {"yen": 500.0}),
    ("later", {"months": 1}),
    ("move", {"slot": "s"}),
]


@pytest.mark.parametrize(("kind", "change"), CHANGES)
def test_every_kind_of_remedy_is_a_sentence_of_its_own_with_its_numbers(kind, change):
    remedy = Remedy(kind, change, "exp_1", 1.0)
    sentences = {spoken.code: remedy_sentence(remedy, "山田 花子", spoken) for spoken in (JA, EN)}
    assert kind not in sentences["ja"]
    assert sentences["ja"] != sentences["en"]
    for value, shown in ((3.5, "3.5"), (120000.0, "120,000"), (500.0, "500")):
        if value in change.values():
            assert all(shown in sentence for sentence in sentences.values())
    assert ("山田 花子" in sentences["ja"]) == (kind in OF_A_PERSON)


def test_remedies_of_one_kind_that_mean_different_things_are_said_differently():
    sentences = [remedy_sentence(Remedy(kind, change, None, 1.0), None, JA) for kind, change in CHANGES]
    assert len(set(sentences)) == len(CHANGES)


def limit(kind, unit, **more):
    return BindingLimit(kind=kind, unit=unit, price=0.000002, worth=1.5, used=10.0, limit=12.5, **more)


@pytest.mark.parametrize(("kind", "unit"), [(kind.name.lower(), unit) for kind, unit in UNITS.items()])
def test_every_limit_is_said_with_whose_it_is_and_what_more_of_it_is_worth(kind, unit):
    whats = set()
    binding = [NamedLimit(limit(kind, unit, month="2026-10"), "塩尻市", "Shiojiri-shi")]
    for spoken, whose in ((JA, "塩尻市"), (EN, "Shiojiri-shi")):
        (sentence,) = limit_sentences(binding, spoken)
        assert sentence.whose == whose
        assert "_" not in sentence.what
        assert "2026" in sentence.what
        assert "+" in sentence.worth
        whats.add(sentence.what)
    assert len(whats) == 2


def test_a_price_in_yen_is_told_for_a_hundred_thousand():
    (sentence,) = limit_sentences([NamedLimit(limit("request_budget", "yen"), "x", "")], JA)
    assert sentence.worth == "100,000円増えるごとに+0.20点"


def test_only_the_dearest_limits_are_said():
    many = [NamedLimit(limit("hours", "hours"), str(number), "") for number in range(SHOWN + 5)]
    assert [sentence.whose for sentence in limit_sentences(many, JA)] == [str(number) for number in range(SHOWN)]


@pytest.mark.parametrize(
    ("gap", "said"),
    [(None, "–"), (0.0, "なし"), (1e-12, "なし"), (0.0004, "0.1%未満"), (0.02, "最大2.0%"), (0.0204, "最大2.1%")],
)
def test_a_gap_is_said_in_plain_words_and_never_as_less_than_it_is(gap, said):
    assert room(gap, JA) == said


def test_only_japanese_on_another_page_is_marked_and_markup_in_it_stays_text():
    assert told("塩尻市", JA) == "塩尻市"
    assert told("Shiojiri", EN) == "Shiojiri"
    assert str(told("<b>塩尻", EN)) == '<span lang="ja">&lt;b&gt;塩尻</span>'
