"""Tight instances of any size: teams filled whole or not at all, scarce hours, budgets on most requests.

What makes them hard for a solver: whole teams and monthly hours leave its relaxation fractional, and budgets and
organizations served together couple what would otherwise fall apart into small parts.
"""

import math
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from matching.problem import (
    Expert,
    Limits,
    Location,
    Organization,
    Problem,
    Rating,
    Request,
    SkillNeed,
    Slot,
    Subsidy,
)
from skill_standards import load_framework, load_stages, load_themes

MONTHS = (*(f"2026-{month:02d}" for month in range(4, 13)), "2027-01", "2027-02", "2027-03")
TEAM_SHARE = 0.7
"""Of the requests with several slots, those filled whole or not at all."""
BUDGET_SHARE = 0.8
"""Of all requests."""
ORGANIZATION_BUDGET_SHARE = 0.3
SHARED_SHARE = 0.15
"""Of all requests, those that serve 2 to 5 neighbouring organizations."""
MOST_ORGANIZATIONS = 1_788
SLOTS_PER_ORGANIZATION = 3
FEWEST_ORGANIZATIONS = 5
YEN_STEP = 10_000.0
SUBSIDY = Subsidy(rates=MappingProxyType({"2026": 0.7}))
"""Seven tenths of the cost come back, with no limit of heads."""

CENTRES = np.array(
    [
        [35.68, 139.7],
        [34.7, 135.5],
        [35.17, 136.9],
        [33.6, 130.4],
        [43.06, 141.35],
        [38.27, 140.87],
        [34.39, 132.46],
        [36.1, 138.0],
    ]
)
"""Where people live (degrees): around Tokyo, Osaka, Nagoya, Fukuoka, Sapporo, Sendai, Hiroshima and in Nagano."""
CENTRE_SHARES = (0.3, 0.17, 0.12, 0.1, 0.08, 0.08, 0.07, 0.08)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Words:
    """Codes to draw from. ``skills``: those that slots may ask for come first, then security, then the rest."""

    skills: tuple[str, ...]
    security: str
    asked: int
    roles: tuple[str, ...]
    stages: tuple[str, ...]
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Offices:
    """The organizations and where they are, in degrees."""

    organizations: tuple[Organization, ...]
    places: Floats


def tight(experts: int, slots: int, seed: int = 0, limits: Limits | None = None) -> Problem:
    """Return a tight problem over 12 months; the same numbers and seed give the same problem."""
    rng = np.random.default_rng(seed)
    words = _words()
    count = max(FEWEST_ORGANIZATIONS, min(MOST_ORGANIZATIONS, slots // SLOTS_PER_ORGANIZATION))
    places = _points(rng, count)
    offices = _Offices(tuple(_organization(rng, number, place) for number, place in enumerate(places)), places)
    homes = _points(rng, experts)
    people = tuple(_expert(rng, words, number, homes[number]) for number in range(experts))
    requests: list[Request] = []
    made = 0
    while made < slots:
        size = min(int(rng.choice([1, 2, 3, 4], p=[0.3, 0.3, 0.25, 0.15])), slots - made)
        requests.append(_request(rng, words, offices, number=len(requests), size=size))
        made += size
    return Problem(MONTHS, people, offices.organizations, tuple(requests), subsidy=SUBSIDY, limits=limits or Limits())


def _words() -> _Words:
    framework = load_framework()
    codes = sorted(framework.skills)
    security = [code for code in codes if code.startswith("SE")]
    others = [code for code in codes if not code.startswith("SE")]
    return _Words(
        skills=(*others, *security),
        security=security[0],
        asked=40,
        roles=tuple(sorted(framework.roles)),
        stages=tuple(stage.id for stage in load_stages()),
        themes=tuple(theme.id for theme in load_themes())[:13],
    )


def _points(rng: np.random.Generator, count: int) -> Floats:
    """Return ``count`` × 2 degrees around the centres."""
    centre = CENTRES[rng.choice(len(CENTRES), count, p=CENTRE_SHARES)]
    return np.asarray(centre + rng.normal(0, 0.8, (count, 2)))


def _organization(rng: np.random.Generator, number: int, point: Floats) -> Organization:
    budget = float(rng.integers(4, 40)) * 500_000 if rng.random() < ORGANIZATION_BUDGET_SHARE else None
    return Organization(f"{number:06d}", "city", Location(float(point[0]), float(point[1])), budget)


def _expert(rng: np.random.Generator, words: _Words, number: int, home: Floats) -> Expert:
    months = len(MONTHS)
    known = rng.choice(len(words.skills), int(rng.integers(12, 26)), replace=False)
    levels = rng.choice([1, 2, 3, 4], len(known), p=[0.2, 0.4, 0.28, 0.12])
    skills = {words.skills[skill]: int(level) for skill, level in zip(known, levels, strict=True)}
    if rng.random() < 0.9:
        skills.setdefault(words.security, 1)
    kind = rng.random()
    usual = float(rng.choice([16, 24, 32, 48, 64]))
    free = np.where(rng.random(months) < 0.08, 0.0, usual + rng.choice([-8.0, 0.0, 0.0, 8.0], months))
    return Expert(
        id=f"E{number:05d}",
        hours=tuple(free.tolist()),
        max_engagements=(int(rng.integers(1, 4)),) * months,
        onsite_days=(float(rng.integers(0, 6)),) * months,
        talent_types=("X",) if kind < 0.3 else ("D",) if kind < 0.75 else ("X", "D"),
        skills=MappingProxyType(skills),
        roles=_some(rng, words.roles, int(rng.integers(1, 5))),
        stages=_some(rng, words.stages, int(rng.integers(1, 5))),
        themes=_some(rng, words.themes, int(rng.integers(0, 4))),
        hourly_rate=float(rng.integers(6, 25) * 500),
        base=Location(float(home[0]), float(home[1])),
        max_travel_minutes=float(rng.choice([60, 90, 120, 180, 240])),
        work_modes=("remote", "onsite") if rng.random() < 0.8 else ("remote",) if rng.random() < 0.7 else ("onsite",),
        rating=Rating(float(rng.integers(25, 51)) / 10, int(rng.integers(1, 9))) if rng.random() < 0.5 else None,
    )


def _some(rng: np.random.Generator, names: tuple[str, ...], count: int) -> tuple[str, ...]:
    return tuple(names[one] for one in rng.choice(len(names), count, replace=False))


def _slot(rng: np.random.Generator, words: _Words, name: str, *, may_be_optional: bool) -> Slot:
    length = int(rng.integers(2, 10))
    asked = rng.choice(words.asked, int(rng.integers(2, 6)), replace=False)
    mandatory = int(rng.choice([0, 1, 2], p=[0.22, 0.6, 0.18]))
    needs = tuple(
        SkillNeed(
            words.skills[skill],
            int(rng.choice([1, 2, 3, 4], p=[0.15, 0.4, 0.35, 0.1])),
            float(rng.integers(1, 4)),
            mandatory=position < mandatory,
        )
        for position, skill in enumerate(asked)
    )
    onsite = float(rng.choice([0, 0, 1, 2, 3]))
    return Slot(
        id=name,
        talent_type="X" if rng.random() < 0.35 else "D",
        start=int(rng.integers(0, len(MONTHS) - length + 1)),
        length=length,
        hours=float(rng.choice([8, 12, 16, 24, 32], p=[0.15, 0.2, 0.3, 0.25, 0.1])),
        onsite_days=onsite,
        role=words.roles[int(rng.integers(len(words.roles)))] if rng.random() < 0.38 else None,
        stage=words.stages[int(rng.integers(len(words.stages)))],
        needs=needs,
        remote_ok=bool(onsite == 0 or rng.random() < 0.4),
        rate_ceiling=float(rng.integers(12, 26) * 500) if rng.random() < 0.4 else None,
        required=not (may_be_optional and rng.random() < 0.2),
    )


def _request(rng: np.random.Generator, words: _Words, offices: "_Offices", *, number: int, size: int) -> Request:
    is_team = size > 1 and rng.random() < TEAM_SHARE
    name = f"Q{number:05d}"
    slots = tuple(_slot(rng, words, f"{name}-{seat}", may_be_optional=is_team and seat > 0) for seat in range(size))
    work = sum(slot.hours * slot.length for slot in slots)
    budget = math.ceil(work * rng.uniform(3500, 8000) / YEN_STEP) * YEN_STEP if rng.random() < BUDGET_SHARE else None
    owner = int(rng.integers(len(offices.organizations)))
    served = None
    if rng.random() < SHARED_SHARE:
        near = np.argsort(((offices.places - offices.places[owner]) ** 2).sum(axis=1))[: int(rng.integers(2, 6))]
        served = tuple(offices.organizations[one].id for one in near)
    return Request(
        id=name,
        organization=offices.organizations[owner].id,
        slots=slots,
        priority=float(rng.choice([1, 1, 1, 1.5, 2])),
        budget=budget,
        budget_basis="net" if rng.random() < 0.2 else "gross",
        beneficiaries=served,
        team="all" if is_team else "any",
        themes=_some(rng, words.themes, int(rng.integers(1, 3))),
    )
