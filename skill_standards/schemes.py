"""Schemes (制度) by fiscal year: who may apply, limits, who pays, deadlines, documents.

A fiscal year runs from April; 2025 is 令和7年度. What no source confirms for a year has ``confirmed`` False and no
content: nothing is carried over from the year before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import StringConstraints

from skill_standards.models import STRICT, Citation, Confidence, Id, Text

ApplicantKind = Literal["municipality", "prefecture", "recommended_body"]
Unit = Literal["day", "hour", "hour_per_day", "day_per_week", "year", "month", "time_per_year", "person", "yen"]
LocalTime = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$")]


@dataclass(frozen=True, slots=True)
class Statement:
    """Something said of a scheme; without ``confirmed`` there is no text."""

    __pydantic_config__ = STRICT
    confirmed: bool
    ja: Text | None = None
    en: Text | None = None
    confidence: Confidence | None = None
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Applicants:
    """Who may apply; ``kinds`` is the part a program can check."""

    __pydantic_config__ = STRICT
    confirmed: bool
    kinds: tuple[ApplicantKind, ...] = ()
    ja: Text | None = None
    en: Text | None = None
    confidence: Confidence | None = None
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit in ``unit``; ``value`` None with ``confirmed``: there is explicitly no limit."""

    __pydantic_config__ = STRICT
    confirmed: bool
    unit: Unit
    ja: Text
    en: Text
    value: int | None = None
    confidence: Confidence | None = None
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When to apply: ``times`` in Japanese time, as ``2025-04-30T15:00``."""

    __pydantic_config__ = STRICT
    confirmed: bool
    times: tuple[LocalTime, ...] = ()
    ja: Text | None = None
    en: Text | None = None
    confidence: Confidence | None = None
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme in one fiscal year; ``confirmed``: a source says that it runs in that year.

    ``payer``: who pays whom; ``before`` and ``after``: what is to be done before applying and after the work.
    ``measure``: the subsidy measure (``SubsidyRules``) that lightens the cost, if one does.
    """

    __pydantic_config__ = STRICT
    id: Id
    name_ja: Text
    name_en: Text
    aim_ja: Text
    aim_en: Text
    confirmed: bool
    confidence: Confidence | None
    sources: tuple[Citation, ...]
    applicants: Applicants
    payer: Statement
    deadlines: Deadlines
    documents: Statement
    before: Statement
    after: Statement
    limits: Mapping[Id, Limit] = field(default_factory=lambda: MappingProxyType({}))
    measure: Id | None = None
    note_ja: Text | None = None
    note_en: Text | None = None
    fiscal_year: int = 0
