"""What is wrong with a draft: types and ranges, codes that do not exist, and what cannot be true together.

Each fault names its place below the draft as a JSON pointer (``/skills/2/level``), and says how to mend it.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from hub.errors import Invalid
from hub.models.experts import FRAMEWORKS
from hub.workflows.drafts import EXPERT, REQUEST, ExpertDraft, RequestDraft, SlotDraft
from matching.faults import Fault, quote
from matching.type_faults import type_faults
from skill_standards import Framework, load_framework, load_stages, load_themes

T = TypeVar("T")
Check = Callable[[T], Iterator[Fault]]

LAST_PREFECTURE = 47
NEEDS_FRAMEWORK = "1.2"


TWICE: Mapping[str, Callable[[Any], Hashable]] = {
    "skills": lambda skill: (skill.framework, skill.code),
    "availability": lambda month: month.month,
}
"""What an expert may have once only, and what makes two of them the same."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a code names, in messages."""

    ja: str
    en: str


ORGANIZATION = Kind("団体コード", "organization code")
ROLE = Kind("DSSのロール", "DSS role")
SKILL = Kind("DSSのスキル", "DSS skill")
STAGE = Kind("段階", "stage")
THEME = Kind("分野", "theme")
PREFECTURE = Kind("都道府県コード", "prefecture code")


def expert_faults(draft: ExpertDraft, known_organizations: Collection[str]) -> list[Fault]:
    """Return what is wrong with an expert, empty when nothing is."""
    return _faults(draft, EXPERT, lambda checked: _expert_sense(checked, known_organizations))


def request_faults(draft: RequestDraft, known_organizations: Collection[str]) -> list[Fault]:
    """Return what is wrong with a request, empty when nothing is."""
    return _faults(draft, REQUEST, lambda checked: _request_sense(checked, known_organizations))


@contextmanager
def places_of_one() -> Iterator[None]:
    """Name the places of faults below the one draft that is stored, not below a list of one."""
    try:
        yield
    except Invalid as invalid:
        faults = [replace(fault, place=fault.place.removeprefix("/0")) for fault in invalid.faults]
        raise Invalid(faults) from None


def _faults(draft: T, adapter: TypeAdapter[T], sense: Check[T]) -> list[Fault]:
    try:
        checked = adapter.validate_python(draft)
    except ValidationError as error:
        return type_faults(error, {}, type(draft))
    return list(sense(checked))


def _expert_sense(draft: ExpertDraft, organizations: Collection[str]) -> Iterator[Fault]:
    for place, told in (("/talent_types", draft.talent_types), ("/work_modes", draft.work_modes)):
        if not told:
            yield Fault(place, "少なくとも1つ選んでください", "choose at least one")
    yield from _unknown("/base", draft.base, organizations, ORGANIZATION)
    yield from _all_unknown("/conflicts", draft.conflicts, organizations, ORGANIZATION)
    yield from _all_unknown("/roles", draft.roles, _framework(NEEDS_FRAMEWORK).roles, ROLE)
    yield from _all_unknown("/stages", draft.stages, _stage_ids(), STAGE)
    yield from _all_unknown("/themes", draft.themes, _theme_ids(), THEME)
    yield from _all_unknown("/regions", draft.regions, prefecture_codes(), PREFECTURE)
    for version in FRAMEWORKS:
        codes = [skill.code if skill.framework == version else None for skill in draft.skills]
        yield from _all_unknown("/skills", codes, _framework(version).skills, SKILL, "/code")
    for field, same in TWICE.items():
        yield from _twice(f"/{field}", map(same, getattr(draft, field)))
    for field in ("roles", "stages", "themes", "regions", "conflicts", "talent_types", "work_modes", "external_types"):
        yield from _twice(f"/{field}", getattr(draft, field))
    for position, entry in enumerate(draft.career):
        yield from _unknown(f"/career/{position}/stage", entry.stage, _stage_ids(), STAGE)
        yield from _unknown(f"/career/{position}/theme", entry.theme, _theme_ids(), THEME)
        if entry.ended is not None and entry.ended < entry.started:
            yield Fault(f"/career/{position}/ended", "開始より後の月を書いてください", "give a month after the start")
    if (draft.rating_mean is None) != (draft.rating_count == 0):
        yield Fault("/rating_mean", "評価の平均と件数は両方書いてください", "give both the mean rating and its count")


def _request_sense(draft: RequestDraft, organizations: Collection[str]) -> Iterator[Fault]:
    yield from _unknown("/organization", draft.organization, organizations, ORGANIZATION)
    yield from _all_unknown("/beneficiaries", draft.beneficiaries, organizations, ORGANIZATION)
    yield from _all_unknown("/themes", draft.themes, _theme_ids(), THEME)
    yield from _twice("/beneficiaries", draft.beneficiaries)
    yield from _twice("/themes", draft.themes)
    for position, slot in enumerate(draft.slots):
        yield from _slot_sense(f"/slots/{position}", slot)


def _slot_sense(place: str, slot: SlotDraft) -> Iterator[Fault]:
    framework = _framework(NEEDS_FRAMEWORK)
    yield from _unknown(f"{place}/role", slot.role, framework.roles, ROLE)
    yield from _unknown(f"{place}/stage", slot.stage, _stage_ids(), STAGE)
    told = [need.skill for need in slot.needs]
    yield from _all_unknown(f"{place}/needs", told, framework.skills, SKILL, "/skill")
    yield from _twice(f"{place}/needs", told)


def _unknown(place: str, code: str | None, known: Collection[str], kind: Kind) -> Iterator[Fault]:
    """Yield a fault at ``place`` when ``code`` is told and not known."""
    if code is not None and code not in known:
        yield Fault(place, f"{kind.ja}「{quote(code)}」はありません", f"there is no {kind.en} “{quote(code)}”")


def _all_unknown(
    place: str, codes: Sequence[str | None], known: Collection[str], kind: Kind, field: str = ""
) -> Iterator[Fault]:
    """Yield a fault for each of ``codes`` not known, at its position below ``place`` (and its ``field`` there)."""
    for position, code in enumerate(codes):
        yield from _unknown(f"{place}/{position}{field}", code, known, kind)


def _twice(place: str, told: Iterable[Any]) -> Iterator[Fault]:
    seen: set[Any] = set()
    for position, value in enumerate(told):
        if value in seen:
            shown = quote(" ".join(value) if isinstance(value, tuple) else str(value))
            yield Fault(f"{place}/{position}", f"「{shown}」が2回あります", f"“{shown}” is given twice")
        seen.add(value)


@cache
def _framework(version: str) -> Framework:
    # Looked up for every draft; the loader's own cache has to sort its arguments first.
    return load_framework(version)


@cache
def _stage_ids() -> frozenset[str]:
    return frozenset(stage.id for stage in load_stages())


@cache
def _theme_ids() -> frozenset[str]:
    return frozenset(theme.id for theme in load_themes())


@cache
def prefecture_codes() -> frozenset[str]:
    """Return the codes of the prefectures, two digits each."""
    return frozenset(f"{number:02d}" for number in range(1, LAST_PREFECTURE + 1))
