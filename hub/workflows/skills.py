"""Skills in the terms plans are made in: DSS 1.2, with what was told in 2.0 carried over where it holds as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from hub.workflows.drafts import SkillDraft
from skill_standards import carry_over, load_framework

PLANNED_IN = "1.2"


@dataclass(frozen=True, slots=True)
class SkillsInForce:
    """``levels``: 1.2 code to level, all that counts. ``carried``: the part of it that came from another version.

    ``asked``: codes of another version that do not count until the person says what they mean.
    """

    levels: dict[str, int]
    carried: dict[str, int]
    asked: tuple[str, ...]


def skills_in_force(told: Iterable[SkillDraft]) -> SkillsInForce:
    """Return the levels that count in a plan; a level told in 1.2 itself goes before one carried over."""
    levels: dict[str, int] = {}
    others: list[SkillDraft] = []
    for skill in told:
        if skill.framework == PLANNED_IN:
            levels[skill.code] = skill.level
        else:
            others.append(skill)
    carried: dict[str, int] = {}
    asked: list[str] = []
    for skill in others:
        code = same_skill(skill.framework).get(skill.code)
        if code is None:
            asked.append(skill.code)
        elif code not in levels:
            carried[code] = skill.level
    return SkillsInForce({**levels, **carried}, carried, tuple(sorted(asked)))


@cache
def same_skill(version: str) -> Mapping[str, str]:
    """Return the 1.2 code of each skill of ``version`` whose level holds in 1.2 without asking."""
    framework = load_framework(version)
    profile = dict.fromkeys(framework.skills, 1)
    return {item.code: item.new for item in carry_over(profile, framework, load_framework(PLANNED_IN)).carried}
