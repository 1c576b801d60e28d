"""Experts between drafts and rows: many at once, in a few statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.auth.disclosure import Choices
from hub.models import (
    Availability,
    CareerEntry,
    ConflictOfInterest,
    Expert,
    ExpertExternalType,
    ExpertRegion,
    ExpertRole,
    ExpertSkill,
    ExpertStage,
    ExpertTheme,
)
from hub.models.base import columns
from hub.models.search import search_key
from hub.workflows.disclosure_choices import organization_key
from hub.workflows.drafts import CareerDraft, ExpertDraft, MonthDraft, SkillDraft
from hub.workflows.records import fetch

PART_COLUMNS: Mapping[type[SQLModel], tuple[str, ...]] = {
    ExpertSkill: ("expert_id", "framework", "code", "level", "evidence"),
    ExpertRole: ("expert_id", "role", "position"),
    ExpertStage: ("expert_id", "stage"),
    ExpertTheme: ("expert_id", "theme"),
    ExpertExternalType: ("expert_id", "external_type"),
    ExpertRegion: ("expert_id", "prefecture_code"),
    ConflictOfInterest: ("expert_id", "organization_code"),
    CareerEntry: ("expert_id", "position", *CareerDraft.__dataclass_fields__),
}
"""What belongs to an expert and is written anew when it changes, with the columns told.

The months, in which promises are counted, are not among them: they are written month by month.
"""

PLAIN = (
    "reference",
    "family_name",
    "given_name",
    "family_kana",
    "given_kana",
    "family_romaji",
    "given_romaji",
    "affiliation",
    "hourly_rate",
    "current_rate",
    "base",
    "max_travel_minutes",
    "full_time_possible",
    "rating_mean",
    "rating_count",
    "summary",
    "paused",
)
"""Columns that are a draft's field of the same name."""


def canonical(draft: ExpertDraft) -> ExpertDraft:
    """Return ``draft`` with everything that has no order of its own sorted, as it comes back from the database."""
    return replace(
        draft,
        talent_types=tuple(kind for kind in ("X", "D") if kind in draft.talent_types),
        work_modes=tuple(mode for mode in ("remote", "onsite") if mode in draft.work_modes),
        external_types=tuple(sorted(draft.external_types)),
        skills=tuple(sorted(draft.skills, key=lambda skill: (skill.framework, skill.code))),
        stages=tuple(sorted(draft.stages)),
        themes=tuple(sorted(draft.themes)),
        regions=tuple(sorted(draft.regions)),
        conflicts=tuple(sorted(draft.conflicts)),
        availability=tuple(sorted(draft.availability, key=lambda month: month.month)),
    )


def expert_row(expert_id: str, draft: ExpertDraft, now: datetime, choices: Choices) -> dict[str, Any]:
    """Return the expert's own row but for when it was made and its version; ``choices``: whom what is shown to."""
    return {
        "id": expert_id,
        **{name: getattr(draft, name) for name in PLAIN},
        "is_x": "X" in draft.talent_types,
        "is_d": "D" in draft.talent_types,
        "remote": "remote" in draft.work_modes,
        "onsite": "onsite" in draft.work_modes,
        "search_key": search_key(
            draft.family_name + draft.given_name,
            draft.family_kana + draft.given_kana,
            draft.given_romaji + draft.family_romaji,
            draft.family_romaji + draft.given_romaji,
            draft.reference,
            draft.affiliation,
            draft.summary,
        ),
        "organization_key": organization_key(draft, choices),
        "updated_at": now,
    }


def part_rows(drafts: Mapping[str, ExpertDraft]) -> dict[type[SQLModel], list[tuple[Any, ...]]]:
    """Return the rows of what belongs to the experts, by id, each with the values of ``PART_COLUMNS``."""
    told = drafts.items()
    career = attrgetter(*CareerDraft.__dataclass_fields__)
    return {
        ExpertSkill: [(key, s.framework, s.code, s.level, s.evidence) for key, draft in told for s in draft.skills],
        ExpertRole: [(key, role, position) for key, draft in told for position, role in enumerate(draft.roles)],
        ExpertStage: [(key, stage) for key, draft in told for stage in draft.stages],
        ExpertTheme: [(key, theme) for key, draft in told for theme in draft.themes],
        ExpertExternalType: [(key, kind) for key, draft in told for kind in draft.external_types],
        ExpertRegion: [(key, code) for key, draft in told for code in draft.regions],
        ConflictOfInterest: [(key, code) for key, draft in told for code in draft.conflicts],
        CareerEntry: [(key, place, *career(entry)) for key, draft in told for place, entry in enumerate(draft.career)],
    }


def _career(entry: CareerDraft) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in CareerDraft.__dataclass_fields__}


def read_experts(session: Session, ids: Sequence[str] | None = None) -> dict[str, ExpertDraft]:
    """Return experts as they were told, by id (``ids`` None: all), in canonical form; unknown ids are left out."""
    e = columns(Expert)
    own = (e.id, *(e[name] for name in PLAIN), e.is_x, e.is_d, e.remote, e.onsite)
    skills = _grouped(session, ExpertSkill, ("framework", "code"), ids)
    roles = _grouped(session, ExpertRole, ("position", "role"), ids)
    stages = _grouped(session, ExpertStage, ("stage",), ids)
    themes = _grouped(session, ExpertTheme, ("theme",), ids)
    kinds = _grouped(session, ExpertExternalType, ("external_type",), ids)
    regions = _grouped(session, ExpertRegion, ("prefecture_code",), ids)
    conflicts = _grouped(session, ConflictOfInterest, ("organization_code",), ids)
    career = _grouped(session, CareerEntry, ("position",), ids)
    months = _grouped(session, Availability, ("month",), ids)
    return {
        row.id: ExpertDraft(
            **{name: getattr(row, name) for name in PLAIN},
            talent_types=(*(("X",) if row.is_x else ()), *(("D",) if row.is_d else ())),
            work_modes=(*(("remote",) if row.remote else ()), *(("onsite",) if row.onsite else ())),
            skills=tuple(SkillDraft(s.code, s.level, s.evidence, s.framework) for s in skills[row.id]),
            roles=tuple(part.role for part in roles[row.id]),
            stages=tuple(part.stage for part in stages[row.id]),
            themes=tuple(part.theme for part in themes[row.id]),
            external_types=tuple(part.external_type for part in kinds[row.id]),
            regions=tuple(part.prefecture_code for part in regions[row.id]),
            conflicts=tuple(part.organization_code for part in conflicts[row.id]),
            career=tuple(CareerDraft(**_career(entry)) for entry in career[row.id]),
            availability=tuple(MonthDraft(m.month, m.hours, m.engagements, m.onsite_days) for m in months[row.id]),
        )
        for row in fetch(session, select(*own).order_by(e.id), e.id, ids)
    }


def _grouped(
    session: Session, model: type[SQLModel], order: Iterable[str], ids: Sequence[str] | None
) -> defaultdict[str, list[Any]]:
    part = columns(model)
    found: defaultdict[str, list[Any]] = defaultdict(list)
    query = select(*part).order_by(part.expert_id, *(part[name] for name in order))
    for row in fetch(session, query, part.expert_id, ids):
        found[row.expert_id].append(row)
    return found
