"""The shape of the data files where it differs from what the loader gives out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from skill_standards.models import (
    STRICT,
    Category,
    Citation,
    Citations,
    Confidence,
    Grade,
    Id,
    PartialDate,
    Remark,
    Share,
    Source,
    Stage,
    StageRule,
    Subcategory,
    TalentType,
    Target,
    Text,
    Theme,
    Yen,
)
from skill_standards.schemes import Scheme
from skill_standards.subsidy import NonReceivingRule, TravelRule

Year = Annotated[int, Field(ge=2000, le=2100)]


@dataclass(frozen=True, slots=True)
class SourcesFile:
    """``sources.yaml``."""

    __pydantic_config__ = STRICT
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Published counts the files of a version must agree with; None where the version's figure is not known."""

    __pydantic_config__ = STRICT
    categories: int
    subcategories: int
    skills: int
    types: int | None
    roles: int | None
    sources: Citations


@dataclass(frozen=True, slots=True)
class FrameworkFile:
    """``dss/<version>/framework.yaml``."""

    __pydantic_config__ = STRICT
    version: Text
    title: Text
    published: PartialDate
    confidence: Confidence
    sources: Citations
    codes: Remark
    counts: Counts
    categories: tuple[Category, ...]
    subcategories: tuple[Subcategory, ...]
    unconfirmed: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class SkillRecord:
    """A skill without its category, which follows from the subcategory."""

    __pydantic_config__ = STRICT
    code: Id
    subcategory: Id
    name_ja: Text
    name_en: Text
    confidence: Confidence
    sources: Citations


@dataclass(frozen=True, slots=True)
class SkillsFile:
    """``dss/<version>/skills.yaml``."""

    __pydantic_config__ = STRICT
    skills: tuple[SkillRecord, ...]


@dataclass(frozen=True, slots=True)
class TypeRecord:
    """A talent type (人材類型) of the standard."""

    __pydantic_config__ = STRICT
    id: Id
    name_ja: Text
    name_en: Text


@dataclass(frozen=True, slots=True)
class RoleRecord:
    """A role with the id of its type."""

    __pydantic_config__ = STRICT
    id: Id
    type: Id
    name_ja: Text
    name_en: Text
    talent_type: TalentType
    confidence: Confidence
    sources: Citations


@dataclass(frozen=True, slots=True)
class RolesFile:
    """``dss/<version>/roles.yaml``; absent where the version's roles are not confirmed."""

    __pydantic_config__ = STRICT
    note: Remark
    types: tuple[TypeRecord, ...]
    roles: tuple[RoleRecord, ...]


@dataclass(frozen=True, slots=True)
class CheckedFigures:
    """Figures of a row that something else speaks for or against."""

    __pydantic_config__ = STRICT
    roles: tuple[Id, ...]
    confidence: Confidence
    check_ja: Text
    check_en: Text
    sources: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class ImportanceRow:
    """One subcategory's grades by role; ``checked``: those that differ from what the file says of all."""

    __pydantic_config__ = STRICT
    subcategory: Id
    grades: Mapping[Id, Grade]
    checked: tuple[CheckedFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportanceFile:
    """``dss/<version>/importance.yaml``; present exactly where ``roles.yaml`` is."""

    __pydantic_config__ = STRICT
    sources: Citations
    note: Remark
    confidence: Confidence
    check_ja: Text
    check_en: Text
    rows: tuple[ImportanceRow, ...]


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A category or subcategory that a source says was renamed."""

    __pydantic_config__ = STRICT
    old: Id
    new: Id
    confidence: Confidence
    sources: Citations


@dataclass(frozen=True, slots=True)
class SkillLink:
    """A likely successor with the reason."""

    __pydantic_config__ = STRICT
    old: Id
    new: Id
    confidence: Confidence
    reason_ja: Text
    reason_en: Text


@dataclass(frozen=True, slots=True)
class Successors:
    """``dss/successors/<old>-<new>.yaml``: what likely became of skills whose wording changed."""

    __pydantic_config__ = STRICT
    old: Text
    new: Text
    note: Remark
    categories: tuple[GroupLink, ...]
    subcategories: tuple[GroupLink, ...]
    skills: tuple[SkillLink, ...]


@dataclass(frozen=True, slots=True)
class StagesFile:
    """``stages.yaml``, in order."""

    __pydantic_config__ = STRICT
    stages: tuple[Stage, ...]
    rules: tuple[StageRule, ...]


@dataclass(frozen=True, slots=True)
class ThemesFile:
    """``themes.yaml``."""

    __pydantic_config__ = STRICT
    themes: tuple[Theme, ...]


@dataclass(frozen=True, slots=True)
class TargetsFile:
    """``targets.yaml``."""

    __pydantic_config__ = STRICT
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class SchemesFile:
    """``schemes/<fiscal year>.yaml``."""

    __pydantic_config__ = STRICT
    fiscal_year: Year
    schemes: tuple[Scheme, ...]


@dataclass(frozen=True, slots=True)
class YearRecord:
    """A measure's rule in one year; ``heads``, ``personnel_cap`` None: explicitly no limit."""

    __pydantic_config__ = STRICT
    fiscal_year: Year
    rate: Share
    heads: int | None
    personnel_cap: Yen | None
    personnel_grant_cap: Yen | None
    recruit_cap: Yen
    recruit_grant_cap: Yen
    confidence: Confidence
    sources: Citations
    note_ja: Text | None = None
    note_en: Text | None = None


@dataclass(frozen=True, slots=True)
class MeasureRecord:
    """A measure of 地方財政措置 with its confirmed years."""

    __pydantic_config__ = STRICT
    id: Id
    name_ja: Text
    name_en: Text
    claimant_ja: Text
    claimant_en: Text
    note_ja: Text
    note_en: Text
    years: tuple[YearRecord, ...]


@dataclass(frozen=True, slots=True)
class SubsidyFile:
    """``subsidy.yaml``."""

    __pydantic_config__ = STRICT
    caution: Remark
    not_confirmed: Remark
    travel: TravelRule
    non_receiving: NonReceivingRule
    measures: tuple[MeasureRecord, ...]
    other: tuple[Remark, ...]
