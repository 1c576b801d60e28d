"""Checks across files: what one file names must be in the other."""

from collections.abc import Container, Iterator, Sequence

from skill_standards.documents import quote
from skill_standards.faults import Fault
from skill_standards.frameworks import given_twice
from skill_standards.models import Framework, TalentStandard
from skill_standards.records import GroupLink, SkillLink, StagesFile, SubsidyFile, Successors, YearRecord
from skill_standards.subsidy import counted

_LinkGroup = tuple[str, Sequence[GroupLink | SkillLink], Container[str], Container[str]]


def stage_faults(file: str, stages: StagesFile, framework: Framework) -> Iterator[Fault]:
    """Yield hints of stages and places of rules that DSS-P 1.2 does not have."""
    yield from given_twice(file, "stages[{}].id", (stage.id for stage in stages.stages))
    yield from given_twice(file, "rules[{}].id", (rule.id for rule in stages.rules))
    for i, stage in enumerate(stages.stages):
        yield from _unknown(file, f"stages[{i}].skill_hints", stage.skill_hints, framework.subcategories)
    for i, rule in enumerate(stages.rules):
        yield from _unknown(file, f"rules[{i}].subcategories", rule.subcategories, framework.subcategories)
        yield from _unknown(file, f"rules[{i}].skills", rule.skills, framework.skills)


def talent_faults(file: str, standard: TalentStandard, framework: Framework) -> Iterator[Fault]:
    """Yield suggested roles that DSS-P 1.2 does not have."""
    yield from given_twice(file, "types[{}].id", (kind.id for kind in standard.types))
    for i, kind in enumerate(standard.types):
        yield from _unknown(file, f"types[{i}].dss_roles", kind.dss_roles, framework.roles)


def successor_faults(file: str, links: Successors, old: Framework, new: Framework) -> Iterator[Fault]:
    """Yield ends of links that their version does not have, and links that wording already makes."""
    for key, version, framework in (("old", links.old, old), ("new", links.new, new)):
        if version != framework.version:
            ja, en = (
                f"ファイル名の {framework.version} と違います",
                f"differs from {framework.version} in the file's name",
            )
            yield Fault(file, key, f"{quote(version)}: {ja}", f"{quote(version)}: {en}")
    groups: tuple[_LinkGroup, ...] = (
        ("categories", links.categories, old.categories, new.categories),
        ("subcategories", links.subcategories, old.subcategories, new.subcategories),
        ("skills", links.skills, old.skills, new.skills),
    )
    for group, entries, olds, news in groups:
        for i, entry in enumerate(entries):
            yield from _unknown(file, f"{group}[{i}].old", (entry.old,), olds, indexed=False)
            yield from _unknown(file, f"{group}[{i}].new", (entry.new,), news, indexed=False)
    old_names = {skill.name_ja for skill in old.skills.values()}
    new_names = {skill.name_ja for skill in new.skills.values()}
    for i, link in enumerate(links.skills):
        ends = ((old.skills.get(link.old), new_names, "old"), (new.skills.get(link.new), old_names, "new"))
        for skill, names, key in ends:
            if skill is not None and skill.name_ja in names:
                ja, en = "同じ文言のスキルが対応します", "a skill of the same wording corresponds to it"
                yield Fault(file, f"skills[{i}].{key}", f"{quote(skill.code)}: {ja}", f"{quote(skill.code)}: {en}")


def subsidy_faults(file: str, subsidy: SubsidyFile) -> Iterator[Fault]:
    """Yield years given twice and caps after the rate that are not the rate of the caps before it."""
    yield from given_twice(file, "measures[{}].id", (measure.id for measure in subsidy.measures))
    for i, measure in enumerate(subsidy.measures):
        years = (str(year.fiscal_year) for year in measure.years)
        yield from given_twice(file, f"measures[{i}].years[{{}}].fiscal_year", years)
        for j, year in enumerate(measure.years):
            yield from _cap_faults(file, f"measures[{i}].years[{j}]", year)


def _cap_faults(file: str, key: str, year: YearRecord) -> Iterator[Fault]:
    caps = (
        ("personnel_grant_cap", year.personnel_cap, year.personnel_grant_cap),
        ("recruit_grant_cap", year.recruit_cap, year.recruit_grant_cap),
    )
    for name, cap, grant_cap in caps:
        expected = None if cap is None else counted(year.rate, cap)
        if grant_cap != expected:
            ja, en = f"対象経費の上限 × 措置率は {expected}", f"the eligible cap times the rate is {expected}"
            yield Fault(file, f"{key}.{name}", f"{grant_cap} ですが、{ja}", f"{grant_cap}, but {en}")


def _unknown(
    file: str, key: str, ids: tuple[str, ...], known: Container[str], *, indexed: bool = True
) -> Iterator[Fault]:
    for i, id_ in enumerate(ids):
        if id_ not in known:
            place = f"{key}[{i}]" if indexed else key
            yield Fault(file, place, f"{quote(id_)} はこの版にありません", f"{quote(id_)} is not in this version")
