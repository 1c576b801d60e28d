"""What municipalities ask for, by theme: the material of generated requests (``data/scenarios.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from matching.problem import STRICT, TalentType
from seed_data.municipalities import DATA
from seed_data.profiles import Range, Texts
from skill_standards.documents import read

Need = tuple[int, float, bool]


@dataclass(frozen=True, slots=True)
class SlotScenario:
    """A seat as it is usually asked for; ranges are per month (``hours``, ``onsite_days``) or lengths (``months``).

    ``needs``: skill code to (level, weight, mandatory).
    """

    __pydantic_config__ = STRICT
    title: str
    talent_type: TalentType
    role: str | None
    stage: str
    hours: Range
    months: Range
    onsite_days: Range
    remote_ok: bool
    needs: Mapping[str, Need]
    rate_ceiling: int | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A theme as municipalities ask about it, with ``weight`` of being met and slots in the order of stages."""

    __pydantic_config__ = STRICT
    theme: str
    weight: int
    titles: Texts
    summary: str
    slots: tuple[SlotScenario, ...]


@dataclass(frozen=True, slots=True)
class Scenarios:
    """The whole file."""

    __pydantic_config__ = STRICT
    scenarios: tuple[Scenario, ...]


@cache
def load_scenarios() -> tuple[Scenario, ...]:
    """Return the scenarios, read once. Raises StandardsError with file and key of each fault."""
    return read(DATA, "scenarios.yaml", Scenarios, None).scenarios
