"""Putting one version of DSS-P together from its files, and checking that they agree."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from types import MappingProxyType

from skill_standards.documents import quote, read, shown
from skill_standards.faults import Fault, StandardsError
from skill_standards.models import Framework, Importance, Role, Skill
from skill_standards.records import FrameworkFile, ImportanceFile, RolesFile, SkillsFile


def build_framework(root: Path, version: str, known_sources: Collection[str]) -> Framework:
    """Return the version in ``root/dss/<version>``; raise StandardsError with every disagreement of its files."""
    folder = f"dss/{version}"
    head = read(root, f"{folder}/framework.yaml", FrameworkFile, known_sources)
    skills_file = read(root, f"{folder}/skills.yaml", SkillsFile, known_sources)
    has_roles = (root / folder / "roles.yaml").exists()
    roles_file = read(root, f"{folder}/roles.yaml", RolesFile, known_sources) if has_roles else None
    rows = read(root, f"{folder}/importance.yaml", ImportanceFile, known_sources) if has_roles else None
    place = shown(root, folder)
    refuse(
        [
            *_head_faults(f"{place}/framework.yaml", version, head),
            *_skill_faults(f"{place}/skills.yaml", head, skills_file),
            *(_role_faults(f"{place}/roles.yaml", roles_file) if roles_file else ()),
            *(_importance_faults(f"{place}/importance.yaml", head, roles_file, rows) if roles_file and rows else ()),
            *_count_faults(f"{place}/framework.yaml", head, skills_file, roles_file),
        ]
    )
    basis = _importance(rows) if rows else {}
    return Framework(
        version=head.version,
        title=head.title,
        published=head.published,
        confidence=head.confidence,
        sources=head.sources,
        categories=MappingProxyType({category.id: category for category in head.categories}),
        subcategories=MappingProxyType({subcategory.id: subcategory for subcategory in head.subcategories}),
        skills=MappingProxyType(_skills(head, skills_file)),
        roles=MappingProxyType(_roles(roles_file) if roles_file else {}),
        importance=MappingProxyType({cell: importance.grade for cell, importance in basis.items()}),
        importance_basis=MappingProxyType(basis),
        notes=(head.codes, *(file.note for file in (roles_file, rows) if file)),
        unconfirmed=head.unconfirmed,
    )


def refuse(faults: Iterable[Fault]) -> None:
    """Raise StandardsError if there are ``faults``."""
    if found := tuple(faults):
        raise StandardsError(found)


def given_twice(file: str, key: str, ids: Iterable[str]) -> Iterator[Fault]:
    """Yield a fault for each id that an earlier entry already has; ``key`` has ``{}`` for the entry's number."""
    seen: set[str] = set()
    for i, id_ in enumerate(ids):
        if id_ in seen:
            yield Fault(file, key.format(i), f"{quote(id_)} は2回目です", f"{quote(id_)} is given twice")
        seen.add(id_)


def _skills(head: FrameworkFile, file: SkillsFile) -> dict[str, Skill]:
    category_of = {subcategory.id: subcategory.category for subcategory in head.subcategories}
    return {
        record.code: Skill(
            code=record.code,
            category=category_of[record.subcategory],
            subcategory=record.subcategory,
            name_ja=record.name_ja,
            name_en=record.name_en,
            confidence=record.confidence,
            sources=record.sources,
        )
        for record in file.skills
    }


def _roles(file: RolesFile) -> dict[str, Role]:
    types = {record.id: record for record in file.types}
    return {
        record.id: Role(
            id=record.id,
            type_ja=types[record.type].name_ja,
            type_en=types[record.type].name_en,
            name_ja=record.name_ja,
            name_en=record.name_en,
            talent_type=record.talent_type,
            confidence=record.confidence,
            sources=record.sources,
        )
        for record in file.roles
    }


def _importance(file: ImportanceFile) -> dict[tuple[str, str], Importance]:
    basis = {
        (role, row.subcategory): Importance(grade, file.confidence, file.check_ja, file.check_en, file.sources)
        for row in file.rows
        for role, grade in row.grades.items()
    }
    for row in file.rows:
        for checked in row.checked:
            for role in checked.roles:
                sources = (*file.sources, *checked.sources)
                basis[role, row.subcategory] = Importance(
                    row.grades[role], checked.confidence, checked.check_ja, checked.check_en, sources
                )
    return basis


def _head_faults(file: str, version: str, head: FrameworkFile) -> Iterator[Fault]:
    if head.version != version:
        ja, en = f"フォルダー名 {version} と違います", f"differs from the folder's name {version}"
        yield Fault(file, "version", f"{quote(head.version)} は{ja}", f"{quote(head.version)} {en}")
    yield from given_twice(file, "categories[{}].id", (category.id for category in head.categories))
    yield from given_twice(file, "subcategories[{}].id", (subcategory.id for subcategory in head.subcategories))
    categories = {category.id for category in head.categories}
    for i, subcategory in enumerate(head.subcategories):
        if subcategory.category not in categories:
            yield _unknown(file, f"subcategories[{i}].category", subcategory.category, "カテゴリー", "a category")


def _skill_faults(file: str, head: FrameworkFile, skills: SkillsFile) -> Iterator[Fault]:
    subcategories = {subcategory.id for subcategory in head.subcategories}
    yield from given_twice(file, "skills[{}].code", (skill.code for skill in skills.skills))
    yield from given_twice(file, "skills[{}].name_ja", (skill.name_ja for skill in skills.skills))
    for i, skill in enumerate(skills.skills):
        if skill.subcategory not in subcategories:
            yield _unknown(file, f"skills[{i}].subcategory", skill.subcategory, "サブカテゴリー", "a subcategory")
        elif not skill.code.startswith(f"{skill.subcategory}-"):
            ja, en = "コードはサブカテゴリーで始めてください", "a code begins with its subcategory"
            yield Fault(file, f"skills[{i}].code", f"{quote(skill.code)}: {ja}", f"{quote(skill.code)}: {en}")


def _role_faults(file: str, roles: RolesFile) -> Iterator[Fault]:
    types = {record.id for record in roles.types}
    yield from given_twice(file, "types[{}].id", (record.id for record in roles.types))
    yield from given_twice(file, "roles[{}].id", (role.id for role in roles.roles))
    for i, role in enumerate(roles.roles):
        if role.type not in types:
            yield _unknown(file, f"roles[{i}].type", role.type, "人材類型", "a talent type")


def _importance_faults(
    file: str, head: FrameworkFile, roles_file: RolesFile, importance: ImportanceFile
) -> Iterator[Fault]:
    roles = {role.id for role in roles_file.roles}
    subcategories = {subcategory.id for subcategory in head.subcategories}
    yield from given_twice(file, "rows[{}].subcategory", (row.subcategory for row in importance.rows))
    for i, row in enumerate(importance.rows):
        if row.subcategory not in subcategories:
            yield _unknown(file, f"rows[{i}].subcategory", row.subcategory, "サブカテゴリー", "a subcategory")
        for role in sorted(row.grades.keys() - roles):
            yield _unknown(file, f"rows[{i}].grades.{role}", role, "ロール", "a role")
        for j, checked in enumerate(row.checked):
            for role in sorted(set(checked.roles) - roles):
                yield _unknown(file, f"rows[{i}].checked[{j}].roles", role, "ロール", "a role")
        for role in sorted(roles - row.grades.keys()):
            yield Fault(file, f"rows[{i}].grades", f"{role} の重要度がありません", f"no grade for {role}")
    for subcategory in sorted(subcategories - {row.subcategory for row in importance.rows}):
        yield Fault(file, "rows", f"{subcategory} の行がありません", f"no row for {subcategory}")


def _count_faults(file: str, head: FrameworkFile, skills: SkillsFile, roles: RolesFile | None) -> Iterator[Fault]:
    found: dict[str, tuple[int | None, int]] = {
        "categories": (head.counts.categories, len(head.categories)),
        "subcategories": (head.counts.subcategories, len(head.subcategories)),
        "skills": (head.counts.skills, len(skills.skills)),
    }
    if roles is not None:
        found |= {"types": (head.counts.types, len(roles.types)), "roles": (head.counts.roles, len(roles.roles))}
    for what, (published, given) in found.items():
        if published != given:
            ja = f"公表された数は {published}、ファイルにあるのは {given}"
            yield Fault(file, f"counts.{what}", ja, f"{published} are published, the files have {given}")


def _unknown(file: str, key: str, given: str, ja: str, en: str) -> Fault:
    return Fault(
        file, key, f"{quote(given)} はこの版の{ja}ではありません", f"{quote(given)} is not {en} of this version"
    )
