"""The codes that exist outside a problem file: what its skills, roles, stages, themes and places may name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from matching.problem import Location


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Codes a reader accepts, handed in by whoever knows the framework and the register of municipalities.

    ``places``: 団体コード to the place of its office, for experts whose base is a code the file does not locate.
    """

    skills: frozenset[str]
    roles: frozenset[str]
    stages: frozenset[str]
    themes: frozenset[str]
    places: Mapping[str, Location] = field(default_factory=lambda: MappingProxyType({}))
