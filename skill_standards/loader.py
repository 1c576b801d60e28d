"""The standards, loaded and checked once: ``load_framework()``, ``load_stages()`` and the others.

Each takes the data folder as ``root``, by default the one of this package. What was loaded is kept, so a second call
costs nothing. Data that do not hold together raise StandardsError, which names file and key.
"""

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, wraps
from pathlib import Path
from types import MappingProxyType
from typing import ParamSpec, TypeVar

from skill_standards.checks import stage_faults, subsidy_faults, successor_faults, talent_faults
from skill_standards.documents import DATA_ROOT, read, shown
from skill_standards.faults import Fault, StandardsError
from skill_standards.frameworks import build_framework, given_twice, refuse
from skill_standards.models import Framework, MarketRates, Source, Stage, StageRule, TalentStandard, Target, Theme
from skill_standards.records import (
    MeasureRecord,
    SchemesFile,
    SourcesFile,
    StagesFile,
    SubsidyFile,
    Successors,
    TargetsFile,
    ThemesFile,
    YearRecord,
)
from skill_standards.scheme_checks import scheme_faults
from skill_standards.schemes import Scheme
from skill_standards.subsidy import Measure, SubsidyRules, YearRule

CURRENT_VERSION = "1.2"
"""The version in whose codes problem files and samples are written; 2.0 has no confirmed roles."""

P = ParamSpec("P")
R = TypeVar("R")


def _kept(load: Callable[P, R]) -> Callable[P, R]:
    """Keep what ``load`` returned, whether its arguments were given by place, by name or not at all."""
    signature, cached = inspect.signature(load), lru_cache(load)

    @wraps(load)
    def kept(*args: P.args, **kwargs: P.kwargs) -> R:
        call = signature.bind(*args, **kwargs)
        call.apply_defaults()
        return cached(*call.args)

    return kept


@_kept
def load_sources(root: Path = DATA_ROOT) -> MappingProxyType[str, Source]:
    """Return the register of sources by id."""
    file = read(root, "sources.yaml", SourcesFile, known_sources=None)
    refuse(given_twice(shown(root, "sources.yaml"), "sources[{}].id", (source.id for source in file.sources)))
    return MappingProxyType({source.id: source for source in file.sources})


def framework_versions(root: Path = DATA_ROOT) -> tuple[str, ...]:
    """Return the versions of DSS-P there are data for, oldest first."""
    return tuple(sorted(file.parent.name for file in (root / "dss").glob("*/framework.yaml")))


@_kept
def load_framework(version: str = CURRENT_VERSION, root: Path = DATA_ROOT) -> Framework:
    """Return a version of DSS-P: skills, subcategories, roles and importance."""
    known = framework_versions(root)
    if version not in known:
        versions = ", ".join(known)
        raise StandardsError(
            [
                Fault(
                    shown(root, "dss"),
                    version,
                    f"この版はありません（ある版: {versions}）",
                    f"no such version; there are {versions}",
                )
            ]
        )
    return build_framework(root, version, load_sources(root))


@_kept
def load_successors(old: str, new: str, root: Path = DATA_ROOT) -> Successors | None:
    """Return what is proposed between two versions, in whichever direction it is written down; None if nothing is."""
    for first, second in ((old, new), (new, old)):
        name = f"dss/successors/{first}-{second}.yaml"
        if (root / name).exists():
            links = read(root, name, Successors, load_sources(root))
            refuse(
                successor_faults(shown(root, name), links, load_framework(first, root), load_framework(second, root))
            )
            return links
    return None


@_kept
def load_stages(root: Path = DATA_ROOT) -> tuple[Stage, ...]:
    """Return the eight stages of regional DX, in order."""
    return tuple(replace(stage, no=no) for no, stage in enumerate(_stages_file(root).stages, start=1))


def load_stage_rules(root: Path = DATA_ROOT) -> tuple[StageRule, ...]:
    """Return what the report asks of the people in every stage: security, cloud, breadth."""
    return _stages_file(root).rules


@_kept
def load_themes(root: Path = DATA_ROOT) -> tuple[Theme, ...]:
    """Return the fields of work requests are about."""
    file = read(root, "themes.yaml", ThemesFile, load_sources(root))
    refuse(given_twice(shown(root, "themes.yaml"), "themes[{}].id", (theme.id for theme in file.themes)))
    return file.themes


@_kept
def load_talent_standard(root: Path = DATA_ROOT) -> TalentStandard:
    """Return 外部人材スキル標準 with its four types."""
    standard = read(root, "talent_standard.yaml", TalentStandard, load_sources(root))
    refuse(talent_faults(shown(root, "talent_standard.yaml"), standard, load_framework(root=root)))
    return standard


@_kept
def load_market_rates(root: Path = DATA_ROOT) -> MarketRates:
    """Return published pay, ranges for samples, and statistics."""
    return read(root, "market_rates.yaml", MarketRates, load_sources(root))


@_kept
def load_targets(root: Path = DATA_ROOT) -> MappingProxyType[str, Target]:
    """Return what national strategies want reached, by id."""
    file = read(root, "targets.yaml", TargetsFile, load_sources(root))
    refuse(given_twice(shown(root, "targets.yaml"), "targets[{}].id", (target.id for target in file.targets)))
    return MappingProxyType({target.id: target for target in file.targets})


def scheme_years(root: Path = DATA_ROOT) -> tuple[int, ...]:
    """Return the fiscal years there is a file of schemes for, oldest first."""
    return tuple(sorted(int(file.stem) for file in (root / "schemes").glob("[0-9][0-9][0-9][0-9].yaml")))


@_kept
def load_schemes(fiscal_year: int, root: Path = DATA_ROOT) -> tuple[Scheme, ...]:
    """Return the schemes of ``fiscal_year`` (from April). Raises StandardsError for a year without a file."""
    known = scheme_years(root)
    if fiscal_year not in known:
        years = ", ".join(str(year) for year in known)
        ja, en = f"この年度のデータはありません（ある年度: {years}）", f"no data for this year; there are {years}"
        raise StandardsError([Fault(shown(root, "schemes"), str(fiscal_year), ja, en)])
    name = f"schemes/{fiscal_year}.yaml"
    file = read(root, name, SchemesFile, load_sources(root))
    refuse(scheme_faults(shown(root, name), fiscal_year, file, load_subsidy_rules(root)))
    return tuple(replace(scheme, fiscal_year=fiscal_year) for scheme in file.schemes)


@_kept
def schemes_in(fiscal_year: int, root: Path = DATA_ROOT) -> tuple[Scheme, ...]:
    """Return the schemes of any ``fiscal_year``; one without a file has the nearest file's, with nothing confirmed."""
    known = scheme_years(root)
    if fiscal_year in known:
        return load_schemes(fiscal_year, root)
    nearest = min(known, key=lambda year: (abs(year - fiscal_year), year))
    return tuple(scheme.unconfirmed(fiscal_year) for scheme in load_schemes(nearest, root))


@_kept
def load_subsidy_rules(root: Path = DATA_ROOT) -> SubsidyRules:
    """Return the rules of 地方財政措置 by measure and fiscal year."""
    file = read(root, "subsidy.yaml", SubsidyFile, load_sources(root))
    refuse(subsidy_faults(shown(root, "subsidy.yaml"), file))
    measures = MappingProxyType({record.id: _measure(record) for record in file.measures})
    return SubsidyRules(measures, file.caution, file.not_confirmed, file.travel, file.non_receiving, file.other)


@_kept
def _stages_file(root: Path) -> StagesFile:
    file = read(root, "stages.yaml", StagesFile, load_sources(root))
    refuse(stage_faults(shown(root, "stages.yaml"), file, load_framework(root=root)))
    return file


def _measure(record: MeasureRecord) -> Measure:
    return Measure(
        id=record.id,
        name_ja=record.name_ja,
        name_en=record.name_en,
        claimant_ja=record.claimant_ja,
        claimant_en=record.claimant_en,
        years=MappingProxyType({year.fiscal_year: _year_rule(record, year) for year in record.years}),
        note_ja=record.note_ja,
        note_en=record.note_en,
    )


def _year_rule(measure: MeasureRecord, year: YearRecord) -> YearRule:
    return YearRule(
        measure=measure.id,
        fiscal_year=year.fiscal_year,
        name_ja=measure.name_ja,
        name_en=measure.name_en,
        confirmed=True,
        rate=year.rate,
        heads=year.heads,
        personnel_cap=year.personnel_cap,
        personnel_grant_cap=year.personnel_grant_cap,
        recruit_cap=year.recruit_cap,
        recruit_grant_cap=year.recruit_grant_cap,
        confidence=year.confidence,
        sources=year.sources,
        note_ja=year.note_ja or measure.note_ja,
        note_en=year.note_en or measure.note_en,
    )
