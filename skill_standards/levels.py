"""Importance grades as attained levels, and what a role asks for."""

from collections.abc import Mapping
from types import MappingProxyType

from skill_standards.models import Framework

LEVEL_OF_IMPORTANCE: Mapping[str, int] = MappingProxyType({"d": 1, "c": 2, "b": 3, "a": 4})
"""Grade to attained level 1-4. ``z`` has no level: personal skills are needed by role and situation."""


def role_template(framework: Framework, role_id: str) -> tuple[tuple[str, int], ...]:
    """Return (skill code, level) for each skill of the role's graded subcategories, in the standard's order.

    A template to start from, not a requirement: the published table gives for each subcategory the grade of its most
    important item, so that every skill of a subcategory gets that maximum here. Subcategories graded ``z`` give
    nothing. Raises KeyError for a role the version does not have (2.0 has none confirmed).
    """
    if role_id not in framework.roles:
        raise KeyError(f"DSS-P {framework.version} has no confirmed role {role_id!r}")
    grades = {skill.code: framework.importance[role_id, skill.subcategory] for skill in framework.skills.values()}
    return tuple((code, LEVEL_OF_IMPORTANCE[grade]) for code, grade in grades.items() if grade != "z")
