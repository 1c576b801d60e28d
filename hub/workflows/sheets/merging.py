"""What a file gives, laid over what is stored: columns the file does not have leave a field as it is."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from hub.workflows.drafts import ExpertDraft, MonthDraft, RequestDraft, SkillDraft, SlotDraft
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.standard_terms import FRAMEWORK
from hub.workflows.sheets.values import fifteen_digits

T = TypeVar("T")

CELLS_KEPT = 4_096
MONTHS_KEPT = 65_536
"""How many parts of drafts are kept to be used again: people have the same skills, and the same time."""

EXPERT_JOINED = frozenset({"months", "engagements", "onsite_days", "short_skills", "skills"})
"""Keys of what is given of an expert that need what is stored to become a field."""


def merged_expert(reference: str, given: Mapping[str, Any], present: ExpertDraft | None) -> ExpertDraft:
    """Return the expert as the file and the database together tell it; ``present`` None: not known yet."""
    plain = {key: value for key, value in given.items() if key not in EXPERT_JOINED}
    plain["skills"] = merged_skills(given, present.skills if present else ())
    plain["availability"] = merged_months(given, present.availability if present else ())
    if present is None:
        return ExpertDraft(reference=reference, **plain)
    return replace(present, **plain)


def merged_skills(given: Mapping[str, Any], present: tuple[SkillDraft, ...]) -> tuple[SkillDraft, ...]:
    """Return the skills: those of the sheet, and those in short, which say nothing of evidence and so keep it."""
    if "skills" not in given and "short_skills" not in given:
        return present
    evidence = {skill.code: skill.evidence for skill in present if skill.framework == FRAMEWORK}
    short = _short_skills(given.get("short_skills", ()))
    if evidence:
        short = tuple([replace(skill, evidence=evidence.get(skill.code, "")) for skill in short])
    detailed = given.get("skills")
    if detailed is not None:
        return (*detailed, *short)
    # The short notation speaks of one version of the framework; skills of another stay.
    return (*short, *(skill for skill in present if skill.framework != FRAMEWORK))


@lru_cache(maxsize=CELLS_KEPT)
def _short_skills(pairs: tuple[tuple[str, int], ...]) -> tuple[SkillDraft, ...]:
    """Return the skills of a cell. The same cell, and the same skill at the same level, are laid out once."""
    return tuple([_skill(code, level) for code, level in pairs])


@lru_cache(maxsize=CELLS_KEPT)
def _skill(code: str, level: int) -> SkillDraft:
    return SkillDraft(code, level)


@lru_cache(maxsize=MONTHS_KEPT)
def _month(month: str, hours: float, engagements: int, onsite_days: float) -> MonthDraft:
    return MonthDraft(month, hours, engagements, onsite_days)


def merged_months(given: Mapping[str, Any], present: tuple[MonthDraft, ...]) -> tuple[MonthDraft, ...]:
    """Return the availability: months of the file replace those stored, other months stay."""
    if not present:
        once, none = given.get("engagements", 1), _first(given.get("onsite_days"), 0.0)
        return tuple(
            [
                _month(month, said[0], once if said[1] is None else said[1], none if said[2] is None else said[2])
                for month, said in sorted(given.get("months", {}).items())
                if said is not None
            ]
        )
    by_month = {month.month: month for month in present}
    for month, said in given.get("months", {}).items():
        before = by_month.pop(month, None)
        if said is not None:
            hours, engagements, days = said
            by_month[month] = MonthDraft(
                month,
                hours,
                engagements
                if engagements is not None
                else given.get("engagements", before.engagements if before else 1),
                _first(days, given.get("onsite_days"), before.onsite_days if before else 0.0),
            )
    if "months" not in given:
        usual = {key: given[key] for key in ("engagements", "onsite_days") if key in given}
        by_month = {key: replace(month, **usual) for key, month in by_month.items()}
    return tuple(by_month[month] for month in sorted(by_month))


def _first(*values: T | None) -> T:
    return next(value for value in values if value is not None)


def merged_request(reference: str, given: Mapping[str, Any], present: RequestDraft | None) -> RequestDraft:
    """Return the request as the file and the database together tell it.

    Raises CellError if the slots are not numbered from 1 without a gap.
    """
    plain = {key: value for key, value in given.items() if key != "slots"}
    plain["slots"] = merged_slots(given["slots"], present.slots if present else ())
    if plain.get("status") is None:
        plain.pop("status", None)
    if present is None:
        # Who sends a list of needs wants them filled: a request is open unless the file says otherwise.
        return RequestDraft(**{"reference": reference, "status": "open", **plain})
    return replace(present, **plain)


def merged_slots(given: Mapping[int, Mapping[str, Any]], present: tuple[SlotDraft, ...]) -> tuple[SlotDraft, ...]:
    """Return the slots in their order: those of the file over those stored; slots the file leaves out stay."""
    slots = dict(enumerate(present, start=1))
    for number in sorted(given):
        before = slots.get(number)
        slots[number] = replace(before, **given[number]) if before else SlotDraft(**given[number])
    if sorted(slots) != list(range(1, len(slots) + 1)):
        gap = next(number for number in range(1, len(slots) + 1) if number not in slots)
        raise CellError(
            f"枠番号 {gap} がありません。1から順に付けてください。",
            f"There is no slot {gap}: number the slots 1, 2, 3, …",
        )
    return tuple(slots[number] for number in sorted(slots))


def same(one: object, other: object) -> bool:
    """Tell whether two drafts say the same as far as a spreadsheet can: texts trimmed, numbers to 15 digits."""
    return bool(tidy(one) == tidy(other))


def tidy(value: Any) -> Any:
    """Return ``value`` with its texts and numbers as a spreadsheet gives them back."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, float):
        return fifteen_digits(value)
    if isinstance(value, tuple):
        return tuple(tidy(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: tidy(getattr(value, field.name)) for field in fields(value)})
    return value
