"""What a slot needs beside what people have, as a picture, as rows of a file, and in the words of both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hub.workflows.plan_rows import PlanSlotPage
from web.chart_files import plain
from web.charts.dots import Had, Need, dots
from web.language import Language
from web.names import Names

OTHERS_SHOWN = 2
"""Alternatives beside who was chosen: more would hide what the plot is about."""
LEVELS = ("0", "1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class Holder:
    """A person with their levels, in the order of the slot's needs; ``chosen``: by the plan."""

    expert_id: str
    name: str
    chosen: bool
    imagined: bool
    levels: tuple[int, ...]


def holders_of(slot: PlanSlotPage, spoken: Language) -> list[Holder]:
    """Return who fills the slot, and the best of the others, as far as their levels are kept."""
    who = slot.row.assigned
    found = []
    if who is not None:
        levels = tuple(need.has or 0 for need in slot.needs)
        found.append(Holder(who.expert_id, spoken.pick(who.name, who.romaji), True, who.imagined, levels))
    others = [other for other in slot.alternatives if len(other.levels) == len(slot.needs)]
    return found + [
        Holder(other.expert_id, spoken.pick(other.name, other.romaji), False, other.imagined, other.levels)
        for other in others[:OTHERS_SHOWN]
    ]


def judged(needed: int, has: int, spoken: Language) -> str:
    """Return how what somebody has stands to what is needed."""
    if has < needed:
        return spoken.say("あと%(levels)sレベル", levels=needed - has)
    return spoken.say("ちょうど") if has == needed else spoken.say("%(levels)sレベル上", levels=has - needed)


def skill_chart(slot: PlanSlotPage, holders: Sequence[Holder], spoken: Language) -> Markup:
    """Return the dot plot; nothing where the slot needs nothing or nobody is there to compare."""
    if not slot.needs or not holders:
        return Markup("")
    say, names = spoken.say, Names(spoken)
    needs = [
        Need(
            names.skill(need.skill),
            say(
                "%(must)s・重み%(weight)s・求める%(level)s",
                must=say("必須") if need.mandatory else say("あれば望ましい"),
                weight=spoken.formats.number(need.weight, 1),
                level=need.level,
            ),
            need.level,
            tuple(_had(one, need.level, one.levels[number], spoken) for one in holders),
        )
        for number, need in enumerate(slot.needs)
    ]
    told = say("横がレベル（0〜4）です。縦の印が求めるレベル、丸が持つレベルで、線が差です。同じ内容が表にあります。")
    return dots("skills", say("求めるスキルと、持っているスキル"), told, needs, LEVELS)


def _had(one: Holder, needed: int, has: int, spoken: Language) -> Had:
    label = spoken.say("%(name)s（選ばれた人）", name=one.name) if one.chosen else one.name
    text = spoken.say("%(has)s（%(judged)s）", has=has, judged=judged(needed, has, spoken))
    return Had(label, has, text)


def skill_rows(slot: PlanSlotPage, holders: Sequence[Holder], spoken: Language) -> Iterator[list[str]]:
    """Yield the heads, then a row for each person and skill."""
    say, names = spoken.say, Names(spoken)
    yield [
        say("人材"),
        say("スキルのコード"),
        say("スキル"),
        say("必須"),
        say("重み"),
        say("求めるレベル"),
        say("持つレベル"),
        say("判定"),
    ]
    for one in holders:
        for need, has in zip(slot.needs, one.levels, strict=True):
            must = say("必須") if need.mandatory else say("あれば望ましい")
            told = [need.skill, names.skill(need.skill), must, plain(need.weight), str(need.level), str(has)]
            yield [one.name, *told, judged(need.level, has, spoken)]
