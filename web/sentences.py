"""Sentences made from a row's values: where the work is done, what state a plan is in."""

import re
from math import ceil
from typing import Protocol

from markupsafe import Markup

from hub.workflows.plan_rows import PlanRow
from web import words
from web.language import SOURCE, Language

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")


class Seat(Protocol):
    """The part of a slot that says where the work is done."""

    @property
    def onsite_days(self) -> float:
        """Days a month on site."""

    @property
    def remote_ok(self) -> bool:
        """Whether the rest may be done from elsewhere."""


def presence(slot: Seat, language: Language) -> str:
    """Return where the slot's work is done."""
    if not slot.onsite_days:
        return language.say("すべてオンライン可") if slot.remote_ok else language.say("現地（日数の定めなし）")
    days = language.formats.number(slot.onsite_days, 0 if slot.onsite_days == int(slot.onsite_days) else 1)
    if slot.remote_ok:
        return language.say("現地 月%(days)s日、ほかはオンライン可", days=days)
    return language.say("現地 月%(days)s日、オンライン不可", days=days)


def plan_state(row: PlanRow) -> tuple[str, str]:
    """Return the words and the tag's style of a plan: its result once it is ready, else how its run stands."""
    if row.status == "ready" and row.result in words.STATUSES:
        name, _, style = words.STATUSES[row.result]
        return name, style
    return words.STATES[row.status]


def told(text: str, language: Language) -> str:
    """Return what people wrote, marked as Japanese where the page around it is not: it is read aloud as such."""
    if language.code == SOURCE or not JAPANESE.search(text):
        return text
    return Markup('<span lang="ja">{}</span>').format(text)


def room(gap: float | None, language: Language) -> str:
    """Return the proven gap in plain words: how much better any plan could be at most, rounded up to stay true."""
    if gap is None:
        return "–"
    if gap < 1e-9:
        return language.say("なし")
    if gap < 0.001:
        return language.say("0.1%未満")
    return language.say("最大%(gap)s", gap=language.formats.percent(ceil(gap * 1000 - 1e-9) / 1000, 1))
