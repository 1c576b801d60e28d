"""What invented experts are made of: roles, affiliations, evidence and deeds (``data/profiles.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import Field

from matching.problem import STRICT, TalentType
from seed_data.municipalities import DATA
from skill_standards.documents import read

Range = tuple[int, int]
Texts = Annotated[tuple[str, ...], Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class RoleProfile:
    """People of a DSS role: ``weight`` of being met, ``field`` in words, roles often held ``next`` to it, themes."""

    __pydantic_config__ = STRICT
    weight: int
    field: str
    next: tuple[str, ...]
    themes: Texts


@dataclass(frozen=True, slots=True)
class Affiliation:
    """Where an expert works: ``hours`` a month and ``engagements`` at a time, ``pay`` against the market."""

    __pydantic_config__ = STRICT
    name: str
    weight: int
    hours: Range
    engagements: Range
    pay: float
    full_time: Share
    types: tuple[TalentType, ...]


@dataclass(frozen=True, slots=True)
class Deeds:
    """What may have been done in a stage and what came of it."""

    __pydantic_config__ = STRICT
    contributions: Texts
    outcomes: Texts


@dataclass(frozen=True, slots=True)
class Profiles:
    """The whole file; ``evidence`` is by DSS category, ``deeds`` by stage."""

    __pydantic_config__ = STRICT
    roles: Mapping[str, RoleProfile]
    affiliations: tuple[Affiliation, ...]
    evidence: Mapping[str, Texts]
    deeds: Mapping[str, Deeds]


@cache
def load_profiles() -> Profiles:
    """Return the material, read once. Raises StandardsError with file and key of each fault."""
    return read(DATA, "profiles.yaml", Profiles, None)
