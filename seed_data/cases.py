"""Needs taken from the cases of the policy texts (``data/cases.yaml``), checked when they are read.

Each case says its source (report, chapter, printed line) and what is assumed. Promotion structures name bodies as the
text does; where it names none, they are assumed as well.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from matching.problem import STRICT, BudgetBasis, Level, Positive, TalentType, Team
from seed_data.months import month_name, month_number
from seed_data.municipalities import DATA, municipalities
from seed_data.profiles import Texts
from seed_data.samples import GateStage, SampleNeed, SamplePartner, SampleRequest, SampleSlot
from skill_standards import StandardsError, load_framework, load_stages, load_themes
from skill_standards.documents import read, shown
from skill_standards.faults import Fault

FILE = "cases.yaml"
HORIZON = 12  # months the cases are written for
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
MonthCount = Annotated[int, Field(ge=1, le=HORIZON)]


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """A slot as written; ``start`` 1 is the first month; ``needs``: skill code to (level, weight, mandatory)."""

    __pydantic_config__ = STRICT
    title: Text
    talent_type: TalentType
    role: Text | None
    stage: Text
    start: MonthCount
    length: MonthCount
    hours: Annotated[int, Field(ge=1)]
    onsite_days: Count
    remote_ok: bool
    needs: Annotated[Mapping[str, tuple[Level, Positive, bool]], Field(min_length=1)]
    rate_ceiling: Count | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case as written; ``name`` repeats the organization's name, so that a wrong code is noticed."""

    __pydantic_config__ = STRICT
    key: Text
    organization: Text
    name: Text
    title: Text
    summary: Text
    themes: Texts
    gate: GateStage
    promotion: tuple[tuple[Text, Text], ...]
    source: Text
    assumed: Text
    slots: Annotated[tuple[SlotRecord, ...], Field(min_length=1)]
    team: Team = "any"
    priority: Positive = 1.0
    budget: Count | None = None
    budget_basis: BudgetBasis = "gross"
    beneficiaries: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class CasesFile:
    """The whole file."""

    __pydantic_config__ = STRICT
    cases: tuple[CaseRecord, ...]


@cache
def cases(first_month: str = "2026-04") -> tuple[SampleRequest, ...]:
    """Return the hand-made requests, slots starting from ``first_month`` (``YYYY-MM``) on.

    Raises:
        StandardsError: the file does not hold together; each fault names file and key.
        ValueError: ``first_month`` is no month.
    """
    first = month_number(first_month)
    return tuple(as_request(record, first) for record in read_cases(DATA).cases)


def read_cases(root: Path) -> CasesFile:
    """Return ``root/cases.yaml``, checked against the register, the framework and the lists of stages and themes."""
    file = read(root, FILE, CasesFile, None)
    faults = tuple(_faults(shown(root, FILE), file))
    if faults:
        raise StandardsError(faults)
    return file


def as_request(record: CaseRecord, first: int) -> SampleRequest:
    """Return ``record`` with months counted from ``first`` (months since year 0)."""
    return SampleRequest(
        key=record.key,
        organization=record.organization,
        title=record.title,
        summary=record.summary,
        themes=record.themes,
        priority=record.priority,
        budget=record.budget,
        budget_basis=record.budget_basis,
        beneficiaries=record.beneficiaries,
        team=record.team,
        slots=tuple(_as_slot(record.key, no, slot, first) for no, slot in enumerate(record.slots, start=1)),
        promotion=tuple(SamplePartner(role, body) for role, body in record.promotion),
        gate=record.gate,
        source=record.source,
        assumed=record.assumed,
    )


def _as_slot(case: str, number: int, slot: SlotRecord, first: int) -> SampleSlot:
    return SampleSlot(
        key=f"{case}-{number}",
        title=slot.title,
        talent_type=slot.talent_type,
        role=slot.role,
        stage=slot.stage,
        needs=tuple(SampleNeed(skill, *need) for skill, need in slot.needs.items()),
        start=month_name(first + slot.start - 1),
        length=slot.length,
        hours=slot.hours,
        onsite_days=slot.onsite_days,
        remote_ok=slot.remote_ok,
        rate_ceiling=slot.rate_ceiling,
        required=slot.required,
    )


def _faults(file: str, content: CasesFile) -> Iterator[Fault]:
    """Yield what does not hold together, in the order of the file."""
    themes = frozenset(theme.id for theme in load_themes())
    seen: set[str] = set()
    for i, case in enumerate(content.cases):
        place = f"cases[{i}]"
        if case.key in seen:
            yield Fault(file, f"{place}.key", f"{case.key} は 2 度目です", f"{case.key} is given twice")
        seen.add(case.key)
        yield from _organization_faults(file, place, case)
        yield from _unknown(file, f"{place}.themes", case.themes, themes)
        if case.team == "all" and sum(slot.required for slot in case.slots) < 2:
            yield Fault(
                file,
                f"{place}.team",
                "全枠そろうことを条件にするには必須の枠が 2 つ以上要ります",
                "all or none needs at least two required slots",
            )
        for j, slot in enumerate(case.slots):
            yield from _slot_faults(file, f"{place}.slots[{j}]", slot)


def _organization_faults(file: str, place: str, case: CaseRecord) -> Iterator[Fault]:
    names = {municipality.code: municipality.full_name_ja for municipality in municipalities()}
    yield from _unknown(file, f"{place}.organization", (case.organization,), names)
    yield from _unknown(file, f"{place}.beneficiaries", case.beneficiaries, names)
    name = names.get(case.organization, case.name)
    if name != case.name:
        yield Fault(
            file,
            f"{place}.name",
            f"{case.organization} は {name} です。コードか名前を直してください",
            f"{case.organization} is {name}, not {case.name}: mend the code or the name",
        )


def _slot_faults(file: str, place: str, slot: SlotRecord) -> Iterator[Fault]:
    framework = load_framework("1.2")
    yield from _unknown(file, f"{place}.needs", slot.needs, framework.skills)
    yield from _unknown(file, f"{place}.role", (slot.role,) if slot.role else (), framework.roles)
    yield from _unknown(file, f"{place}.stage", (slot.stage,), frozenset(stage.id for stage in load_stages()))
    last = slot.start + slot.length - 1
    if last > HORIZON:
        yield Fault(
            file,
            f"{place}.length",
            f"{last} か月目まで続きます。{HORIZON} か月以内にしてください",
            f"runs to month {last}; keep it within {HORIZON} months",
        )


def _unknown(file: str, place: str, ids: Iterable[str], known: Container[str]) -> Iterator[Fault]:
    """Yield a fault for each of ``ids`` that is not among ``known``."""
    for id_ in ids:
        if id_ not in known:
            yield Fault(file, place, f"{id_!r} はありません", f"no such id: {id_!r}")
