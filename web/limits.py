"""Limits that bind, in words: what holds the plan down, how much of it is used, what a little more would be worth."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.workflows.plan_rows import NamedLimit
from matching.bottlenecks import BindingLimit
from web.language import Language

SHOWN = 12
"""The dearest limits; the rest matter less than all of these."""


@dataclass(frozen=True, slots=True)
class LimitSentence:
    """One limit: whose and what it is, how much of it is used, what relaxing it would be worth."""

    whose: str
    what: str
    used: str
    worth: str


def limit_sentences(binding: Sequence[NamedLimit], spoken: Language) -> tuple[LimitSentence, ...]:
    """Return the dearest limits in words, most worth first."""
    return tuple(
        LimitSentence(
            spoken.pick(named.name, named.name_en),
            _what(named.limit, spoken),
            _used(named.limit, spoken),
            _worth(named.limit, spoken),
        )
        for named in binding[:SHOWN]
    )


def _what(limit: BindingLimit, spoken: Language) -> str:
    kinds = {
        "hours": spoken.say("空き時間"),
        "max_engagements": spoken.say("同時に受けられる件数"),
        "onsite_days": spoken.say("現地に行ける日数"),
        "request_budget": spoken.say("人材ニーズの予算"),
        "organization_budget": spoken.say("団体の予算"),
    }
    what = kinds.get(limit.kind, limit.kind)
    if limit.month is None:
        return what
    return spoken.say("%(what)s、%(month)s", what=what, month=spoken.formats.month(limit.month))


def _used(limit: BindingLimit, spoken: Language) -> str:
    used, most = (_amount(value, limit.unit, spoken) for value in (limit.used, limit.limit))
    return spoken.say("%(used)s（上限 %(most)s）", used=used, most=most)


def _worth(limit: BindingLimit, spoken: Language) -> str:
    if limit.unit == "yen":
        step, price = spoken.formats.yen(100_000), limit.price * 100_000
    else:
        step, price = _amount(1, limit.unit, spoken), limit.price
    return spoken.say("%(step)s増えるごとに%(price)s点", step=step, price=spoken.formats.signed(price))


def _amount(value: float, unit: str, spoken: Language) -> str:
    number = spoken.formats.number(value, 0 if float(value).is_integer() else 1)
    if unit == "yen":
        return spoken.formats.yen(value)
    if unit == "hours":
        return spoken.say("%(number)s時間", number=number)
    if unit == "days":
        return spoken.say("%(number)s日", number=number)
    return spoken.say("%(number)s件", number=number)
