"""What invented experts have done: entries that name stage, theme, the part played and what came of it.

Organizations are described, not named ("長野県内の市"): nothing invented is said of a real one.
"""

from dataclasses import dataclass
from functools import cache

from seed_data.dice import Dice, Weighted
from seed_data.months import month_name, month_number
from seed_data.municipalities import Municipality, municipalities
from seed_data.profiles import load_profiles
from seed_data.samples import RolePlayed, SampleCareer
from skill_standards import load_themes

PARTS: Weighted[RolePlayed] = Weighted(("lead", "member", "adviser", "trainer"), (30, 35, 25, 10))
WHERE = Weighted(("{prefecture}内の市", "{prefecture}内の町村", "{prefecture}", "所属先の企業"), (45, 20, 10, 25))
EVIDENCE = Weighted(("成果報告書", "契約書", "公開資料", "所属先の証明", "なし（自己申告）"), (30, 20, 20, 15, 15))


@cache
def _theme_names() -> dict[str, str]:
    return {theme.id: theme.name_ja for theme in load_themes()}


@cache
def _prefectures() -> tuple[Municipality, ...]:
    return tuple(m for m in municipalities() if m.kind == "prefecture")


@dataclass(frozen=True, slots=True)
class Background:
    """What a career is drawn from: where the person lives, stages and themes known, the month it ends before."""

    base: Municipality
    stages: tuple[str, ...]
    themes: tuple[str, ...]
    before: str


def invent_career(dice: Dice, background: Background, ongoing: int) -> tuple[SampleCareer, ...]:
    """Return ``ongoing`` present and one to three past activities, present ones and the latest first."""
    count = ongoing + dice.integer(1, 3)
    entries = [_entry(dice, background, is_ongoing=i < ongoing) for i in range(count)]
    return tuple(sorted(entries, key=lambda entry: (entry.ended is None, entry.started), reverse=True))


def _entry(dice: Dice, background: Background, *, is_ongoing: bool) -> SampleCareer:
    stage, theme = dice.pick(background.stages), dice.pick(background.themes)
    deeds = load_profiles().deeds[stage]
    before = month_number(background.before)
    end = before - dice.integer(1, 72)
    started = before - dice.integer(3, 24) if is_ongoing else end - dice.integer(3, 30)
    prefecture = background.base.prefecture_ja if dice.chance(0.4) else dice.pick(_prefectures()).name_ja
    return SampleCareer(
        organization=dice.draw(WHERE).format(prefecture=prefecture),
        theme=theme,
        stage=stage,
        role_played=dice.draw(PARTS),
        contribution=f"{_theme_names()[theme]}で、{dice.pick(deeds.contributions)}",
        outcome="継続中" if is_ongoing else dice.pick(deeds.outcomes),
        started=month_name(started),
        ended=None if is_ongoing else month_name(end),
        evidence=dice.draw(EVIDENCE),
    )
