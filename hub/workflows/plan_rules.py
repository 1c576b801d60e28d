"""What a plan may be asked for: every fault at once, each at its field."""

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from hub.errors import Invalid
from hub.models.base import TERM_LENGTH
from hub.workflows.draft_faults import prefecture_codes
from hub.workflows.problems import MOST_MONTHS, Question
from matching.faults import Fault, quote
from matching.problem import Limits, Link, Policy
from matching.type_faults import type_faults
from seed_data.months import MONTH, months_from

LONGEST_TITLE = TERM_LENGTH
"""Characters of a plan's name."""

_POLICY = TypeAdapter(Policy)
_LIMITS = TypeAdapter(Limits)


def refuse_faults(title: str, question: Question) -> None:
    """Raise Invalid with every fault of a title and what is asked for; places are ``/title``, ``/months/0``, …."""
    faults = [*_title_faults(title), *_month_faults(question.months), *_prefecture_faults(question.prefecture)]
    parts: tuple[tuple[str, TypeAdapter[Policy] | TypeAdapter[Limits], Policy | Limits], ...] = (
        ("policy", _POLICY, question.policy),
        ("limits", _LIMITS, question.limits),
    )
    for name, adapter, told in parts:
        try:
            adapter.validate_python(adapter.dump_python(told, warnings=False), strict=False)  # type: ignore[arg-type]
        except ValidationError as error:
            faults += [
                Fault(f"/{name}{fault.place}", fault.ja, fault.en) for fault in type_faults(error, {}, type(told))
            ]
    faults += _link_faults(question.pins, question.forbidden)
    if faults:
        raise Invalid(faults)


def _title_faults(title: str) -> list[Fault]:
    if not title.strip():
        return [Fault("/title", "計画の名前を書いてください", "give the plan a title")]
    if len(title) > TERM_LENGTH:
        return [Fault("/title", f"{TERM_LENGTH} 文字以内にしてください", f"use at most {TERM_LENGTH} characters")]
    if "\0" in title:
        return [Fault("/title", "NUL文字を取り除いてください", "take out the NUL character")]
    return []


def _month_faults(months: Sequence[str]) -> list[Fault]:
    if not months:
        return [Fault("/months", "期間を1か月以上にしてください", "choose at least one month")]
    if len(months) > MOST_MONTHS:
        ja, en = f"期間は {MOST_MONTHS} か月以内にしてください", f"choose at most {MOST_MONTHS} months"
        return [Fault("/months", ja, en)]
    for position, month in enumerate(months):
        if not MONTH.fullmatch(month):
            ja, en = f"月は YYYY-MM で書きます（{quote(month)}）", f"write a month as YYYY-MM ({quote(month)})"
            return [Fault(f"/months/{position}", ja, en)]
    if tuple(months) != months_from(months[0], len(months)):
        return [Fault("/months", "月は続けて並べてください", "the months have to follow one another")]
    return []


def _prefecture_faults(prefecture: str | None) -> list[Fault]:
    if prefecture is None or prefecture in prefecture_codes():
        return []
    ja = f"都道府県コードは 01 から 47 の2桁で書きます（{quote(prefecture)}）"
    return [Fault("/prefecture", ja, f"write a prefecture as 01 to 47 ({quote(prefecture)})")]


def _link_faults(pins: Sequence[Link], forbidden: Sequence[Link]) -> list[Fault]:
    """A pair told twice, or both pinned and forbidden, is a fault; two pins of a slot are for the solver to explain."""
    faults, seen = [], set()
    for place, links in (("pins", pins), ("forbidden", forbidden)):
        for position, link in enumerate(links):
            if link in seen:
                ja = "同じ枠と専門人材の組が2回あります。どちらかを消してください"
                faults.append(Fault(f"/{place}/{position}", ja, "this slot and expert are named twice: keep one"))
            seen.add(link)
    return faults
