"""Attained levels that hang together: a role's template, thinned and lowered by how long someone has done it."""

from collections.abc import Iterable
from functools import cache

from matching.problem import TalentType
from seed_data.dice import Dice, Weighted
from seed_data.profiles import load_profiles
from seed_data.samples import SampleSkill
from skill_standards import load_framework, role_template

VERSION = "1.2"
SECURITY = ("SE1", "SE2")
SECURITY_LACKING = 0.05  # share of people with no security skill, whom the security floor keeps out
# Shortfall from the template's level: the template gives each skill the level of its subcategory's most important one.
SHORTFALL_OF_BEGINNER = Weighted((0, 1, 2, 3), (20, 45, 27, 8))
SHORTFALL_OF_VETERAN = Weighted((0, 1, 2, 3), (56, 33, 9, 2))
# What makes a person at home on the other side as well (X人材とD人材にまたがる視野: 懇談会報告書 第4章 l. 931–933).
BRIDGE: dict[TalentType, tuple[str, ...]] = {
    "D": ("BT1-04", "TE1-08", "TE1-10", "TE2-03", "DU1-03"),
    "X": ("BT1-03", "BT1-06", "BT2-03", "BT3-01", "PS1-02"),
}


@cache
def _template(role: str) -> tuple[tuple[str, int], ...]:
    return role_template(load_framework(VERSION), role)


@cache
def _personal_skills() -> tuple[str, ...]:
    return tuple(skill.code for skill in load_framework(VERSION).skills.values() if skill.category == "PS")


def attained_levels(dice: Dice, roles: tuple[str, ...], seniority: float, bridge: TalentType | None) -> dict[str, int]:
    """Return skill code to level 1–4 for someone in ``roles`` (first: the main one).

    ``seniority`` 0 (new) to 1 (veteran); ``bridge``: the other talent type the person is at home in.
    """
    levels: dict[str, int] = {}
    for rank, role in enumerate(roles):
        for code, template in _template(role):
            if dice.chance(0.36 + 0.15 * template):
                shortfall = dice.draw(SHORTFALL_OF_VETERAN if dice.chance(seniority) else SHORTFALL_OF_BEGINNER)
                levels[code] = max(levels.get(code, 0), template - shortfall - rank)
    for code in _personal_skills():
        if dice.chance(0.6):
            levels[code] = dice.integer(1, 2) + round(2 * seniority)
    for code in BRIDGE[bridge] if bridge else ():
        levels[code] = max(levels.get(code, 0), dice.integer(2, 3))
    _settle_security(dice, levels, roles)
    return {code: level for code, level in sorted(levels.items()) if level > 0}


def _settle_security(dice: Dice, levels: dict[str, int], roles: tuple[str, ...]) -> None:
    """Give nearly everyone some security skill, and a few none at all, but never to security people."""
    if roles[0].startswith("CS"):
        levels["SE1-02"] = max(levels.get("SE1-02", 0), 2)
    elif dice.chance(SECURITY_LACKING):
        for code in [code for code in levels if code.startswith(SECURITY)]:
            del levels[code]
    else:
        levels["SE1-02"] = max(levels.get("SE1-02", 0), 1)


def with_evidence(dice: Dice, levels: Iterable[tuple[str, int]]) -> tuple[SampleSkill, ...]:
    """Return the skills with what shows them; the lowest level is mostly the person's own word."""
    evidence = load_profiles().evidence
    return tuple(
        SampleSkill(
            code, level, "自己申告" if level == 1 and dice.chance(0.7) else dice.pick(evidence[code[:2]]), VERSION
        )
        for code, level in levels
    )
