"""What a run reports while it works."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["compile", "score", "build", "solve", "reasons", "check", "explain"]
PHASES: tuple[Phase, ...] = ("score", "build", "solve", "reasons", "check")
"""The phases of a solve in their order. ``explain`` comes after it, where remedies and alternatives are asked for."""
TIMED: tuple[Phase, ...] = ("compile", *PHASES)
"""The phases whose seconds a plan may state. ``compile``, of large problems only, readies the compiled loops."""

ACCURACY = 1e-6
"""Relative accuracy of the solver's arithmetic: a gap no larger than this counts as none."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: ``objective``, ``bound`` and ``gap`` are None until known.

    ``seconds`` since the run began; ``filled`` of ``slots`` by the best plan so far.
    """

    phase: Phase
    seconds: float
    objective: float | None
    bound: float | None
    gap: float | None
    filled: int
    slots: int


Report = Callable[[Progress], None]
Stop = Callable[[], bool]


def relative_gap(objective: float, bound: float) -> float:
    """Return how far ``bound`` is above ``objective``: (bound − objective) / max(1, |objective|), never below 0."""
    return max(0.0, bound - objective) / max(1.0, abs(objective))
