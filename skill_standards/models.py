"""The standards as data: skills, roles, stages, themes, types of external talent, pay and sources.

Every figure carries ``confidence`` and ``sources``. A source is cited as the id of an entry of ``data/sources.yaml``,
with the place in it after a space where one is known: ``"S-REP l. 952-956"``. Everything here is frozen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

STRICT = ConfigDict(extra="forbid", strict=True)

Confidence = Literal["high", "medium", "low", "own"]
"""How sure a figure is; ``own``: a suggestion or assumption of this project, not of any source."""

Grade = Literal["a", "b", "c", "d", "z"]
"""Importance of a subcategory for a role; ``z``: by role and situation, no fixed grade (personal skills)."""

TalentType = Literal["X", "D"]
Presence = Literal["local_preferred", "local_core_with_remote", "hybrid", "remote_possible", "resident", "local"]
Sourcing = Literal["grow", "grow_with_external", "mixed", "share"]

Text = Annotated[str, StringConstraints(min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=60)]
Citation = Annotated[str, StringConstraints(pattern=r"^S-[A-Z]+(-[0-9]+)?( \S.*)?$")]
Citations = Annotated[tuple[Citation, ...], Field(min_length=1)]
Lines = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}(-[0-9]{1,4})?$")]
PartialDate = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]
Yen = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from: ``date`` is that of the page or data, ``url`` None for a text without an address."""

    __pydantic_config__ = STRICT
    id: Citation
    title: Text
    url: Text | None
    date: PartialDate | None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """A category of skills (カテゴリー)."""

    __pydantic_config__ = STRICT
    id: Id
    name_ja: Text
    name_en: Text


@dataclass(frozen=True, slots=True)
class Subcategory:
    """A subcategory of skills (サブカテゴリー) within ``category``."""

    __pydantic_config__ = STRICT
    id: Id
    category: Id
    name_ja: Text
    name_en: Text


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill item (スキル項目); ``code`` and ``name_en`` are this project's own, ``name_ja`` is the standard's."""

    code: str
    category: str
    subcategory: str
    name_ja: str
    name_en: str
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """A role (ロール) of a talent type of the standard; ``talent_type`` X or D is this project's hint."""

    id: str
    type_ja: str
    type_en: str
    name_ja: str
    name_en: str
    talent_type: TalentType
    confidence: Confidence
    sources: tuple[str, ...]

    @property
    def talent_type_confidence(self) -> Confidence:
        """The hint of X or D is this project's own."""
        return "own"


@dataclass(frozen=True, slots=True)
class Importance:
    """How important a subcategory is for a role, at its most important item; ``check_*``: what it rests on."""

    grade: Grade
    confidence: Confidence
    check_ja: str
    check_en: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say beside the figures."""

    __pydantic_config__ = STRICT
    ja: Text
    en: Text
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Framework:
    """One version of the digital skill standard for those who drive DX (DX推進スキル標準, DSS-P).

    ``roles`` and ``importance`` are empty where the version's roles are not confirmed. ``importance`` has one grade for
    each (role id, subcategory id), ``importance_basis`` what it rests on. ``notes``: what of this is our own, and how
    figures were read. ``unconfirmed``: what the version is known to have and no source read so far confirms.
    """

    version: str
    title: str
    published: str
    confidence: Confidence
    sources: tuple[str, ...]
    categories: Mapping[str, Category]
    subcategories: Mapping[str, Subcategory]
    skills: Mapping[str, Skill]
    roles: Mapping[str, Role]
    importance: Mapping[tuple[str, str], Grade]
    importance_basis: Mapping[tuple[str, str], Importance]
    notes: tuple[Remark, ...]
    unconfirmed: tuple[Remark, ...]

    @property
    def source(self) -> str:
        """The sources of the version as a whole, in one line."""
        return "; ".join(self.sources)

    def skills_of(self, subcategory: str) -> tuple[Skill, ...]:
        """Return the skills of ``subcategory``, in the standard's order."""
        return tuple(skill for skill in self.skills.values() if skill.subcategory == subcategory)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of regional DX (地域社会DXの段階) and how to staff it; ``no`` counts from 1.

    ``lead``: the type of talent that leads, None where the report names none. ``presence``: where the person should
    be, ``presence_confidence`` ``own`` where the report does not say. ``sourcing``: grow locally or share, None where
    neither is named. ``lines``: printed lines of the report behind lead and advice. ``skill_hints``: subcategories
    of DSS-P 1.2, this project's own suggestion.
    """

    __pydantic_config__ = STRICT
    id: Id
    name_ja: Text
    name_en: Text
    lead: TalentType | None
    presence: Presence
    presence_ja: Text
    presence_en: Text
    presence_confidence: Confidence
    sourcing: Sourcing | None
    advice_ja: Text
    advice_en: Text
    sources: Citations
    lines: tuple[Lines, ...]
    skill_hints: tuple[Id, ...]
    no: int = 0

    @property
    def skill_hints_confidence(self) -> Confidence:
        """The hints are this project's own."""
        return "own"


@dataclass(frozen=True, slots=True)
class StageRule:
    """What the report asks of the people in every stage; ``subcategories`` or ``skills``: where DSS-P 1.2 has it."""

    __pydantic_config__ = STRICT
    id: Id
    ja: Text
    en: Text
    sources: Citations
    lines: tuple[Lines, ...]
    confidence: Confidence
    subcategories: tuple[Id, ...] = ()
    skills: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """A field of work a request is about; ``source`` None: a field this project added from common knowledge."""

    __pydantic_config__ = STRICT
    id: Id
    name_ja: Text
    name_en: Text
    source: Citation | None
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Target:
    """A number of something that a national strategy wants reached by the end of a fiscal year (from April)."""

    __pydantic_config__ = STRICT
    id: Id
    value: Annotated[int, Field(ge=1)]
    until_fiscal_year: Annotated[int, Field(ge=2000, le=2100)]
    name_ja: Text
    name_en: Text
    source: Citation
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class TalentSkill:
    """A skill named for a type of external talent."""

    __pydantic_config__ = STRICT
    name_ja: Text
    name_en: Text
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ExternalTalentType:
    """A type of external talent (人材類型); ``dss_roles``: roles of DSS-P 1.2, this project's own suggestion."""

    __pydantic_config__ = STRICT
    id: Id
    name_ja: Text
    name_en: Text
    alias_ja: Text | None
    duty_ja: Text
    duty_en: Text
    skills: tuple[TalentSkill, ...]
    dss_roles: tuple[Id, ...]
    confidence: Confidence
    sources: Citations
    note_ja: Text | None = None
    note_en: Text | None = None


@dataclass(frozen=True, slots=True)
class TalentList:
    """How a year's public call for the list of external talent (外部人材リスト) went."""

    __pydantic_config__ = STRICT
    fiscal_year: int
    call_from: PartialDate
    call_to: PartialDate
    applicants: int
    added: int
    in_several_types: int
    confidence: Confidence
    sources: Citations


@dataclass(frozen=True, slots=True)
class TalentStandard:
    """自治体DX推進のための外部人材スキル標準: its types and what is not known of it."""

    __pydantic_config__ = STRICT
    title: Text
    issued: PartialDate
    confidence: Confidence
    sources: Citations
    selection_ja: Text
    selection_en: Text
    mapping_ja: Text
    mapping_en: Text
    types: tuple[ExternalTalentType, ...]
    lists: tuple[TalentList, ...]
    unconfirmed: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class PayExample:
    """A published pay: ``low`` to ``high`` yen per ``per``; both None where only a rule such as "by agreement" is."""

    __pydantic_config__ = STRICT
    body: Text
    post: Text
    per: Literal["day", "month", "year"] | None
    low: Yen | None
    high: Yen | None
    terms_ja: Text
    terms_en: Text
    years: Text
    confidence: Confidence
    sources: Citations


@dataclass(frozen=True, slots=True)
class SampleRanges:
    """Ranges for sample data. Yen and days; shares from 0 to 1. The tops are this project's assumption."""

    __pydantic_config__ = STRICT
    day_rate: tuple[Yen, ...]
    monthly_retainer: tuple[Yen, ...]
    full_time_annual: tuple[Yen, ...]
    days_per_month: tuple[int, ...]
    remote_share: tuple[Share, ...]
    confidence: Confidence
    note_ja: Text
    note_en: Text
    sources: Citations


@dataclass(frozen=True, slots=True)
class Statistic:
    """A published count: ``n`` of what, as of ``as_of`` (a fiscal year as FY2023, or a date)."""

    __pydantic_config__ = STRICT
    id: Id
    ja: Text
    en: Text
    n: int
    as_of: Text
    confidence: Confidence
    sources: Citations
    out_of: int | None = None
    details: Mapping[Id, int] | None = None


@dataclass(frozen=True, slots=True)
class MarketRates:
    """Published pay of external talent in municipalities, ranges for samples, and statistics."""

    __pydantic_config__ = STRICT
    examples: tuple[PayExample, ...]
    sample_ranges: SampleRanges
    statistics: tuple[Statistic, ...]
