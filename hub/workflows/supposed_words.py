"""What is supposed, in words: a sentence in Japanese and in English, as pages, files and workbooks tell it."""

from collections.abc import Mapping

from hub.workflows.suppositions import (
    STANDARD,
    BudgetChanged,
    PersonAdded,
    RemoteAllowed,
    Sentence,
    StartMoved,
    Supposition,
)
from seed_data.municipalities import municipalities
from skill_standards import load_framework

Names = Mapping[str, tuple[str, str]]
"""What organizations, requests and slots are called, by id, in Japanese and English."""


def sentence(one: Supposition, names: Names, number: int) -> Sentence:
    """Return a supposition as a sentence; ``number``: which supposed person it is, where it is one."""
    match one:
        case BudgetChanged():
            ja, en = names.get(one.id, (one.id, one.id))
            more = one.yen > 0
            return Sentence(
                f"{ja}の予算を {abs(one.yen):,} 円{'増やす' if more else '減らす'}",
                f"¥{abs(one.yen):,} {'more' if more else 'less'} budget for {en}",
            )
        case RemoteAllowed():
            ja, en = names.get(one.id, (one.id, one.id))
            return Sentence(f"{ja}をすべてオンラインで行えることにする", f"{en} can be done wholly remotely")
        case StartMoved():
            ja, en = names.get(one.request, (one.request, one.request))
            later, count = one.months > 0, abs(one.months)
            return Sentence(
                f"{ja}の開始を {count} か月{'遅らせる' if later else '早める'}",
                f"{en} begins {count} {'month' if count == 1 else 'months'} {'later' if later else 'earlier'}",
            )
        case PersonAdded():
            return _person(one, number)


def _person(one: PersonAdded, number: int) -> Sentence:
    role = load_framework(STANDARD).roles[one.role]
    home = next(p for p in municipalities() if p.kind == "prefecture" and p.prefecture_code == one.prefecture)
    return Sentence(
        f"仮の人材 {number} を1人加える（{one.talent_type}人材、{home.prefecture_ja}、{role.name_ja} "
        f"レベル{one.level}まで、"
        f"月 {one.hours} 時間、1時間 {one.rate:,} 円）",
        f"Supposed person {number} is added (type {one.talent_type}, {home.name_en}, {role.name_en} up to "
        f"level {one.level}, {one.hours} hours a month, ¥{one.rate:,} an hour)",
    )
