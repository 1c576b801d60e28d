"""Named policies: presets of the objective's weights, and what an exact policy resolves to."""

from dataclasses import dataclass

from matching.problem import Policy, PolicyName, Term, Weights

TOLERANCE = 0.001
"""Share of an earlier term's value that a later term of a lexicographic policy may give up."""
SMALLEST_ROOM = 1e-9
"""How far a term of value 0 may be given up, since 0.1 % of it is nothing."""


@dataclass(frozen=True, slots=True)
class Preset:
    """Weights of a named policy, and what a point is worth in yen."""

    weights: Weights
    yen_per_point: float = 1_000_000.0


PRESETS: dict[PolicyName, Preset] = {
    "balanced": Preset(Weights()),
    "fit_first": Preset(Weights(coverage=1.0, fit=3.0, equity=0.25, stability=0.3), 2_000_000.0),
    "cost_first": Preset(Weights(coverage=1.0, fit=0.5, equity=0.25, stability=0.3), 300_000.0),
    "fair_first": Preset(Weights(coverage=1.0, fit=0.5, equity=3.0, stability=0.3), 2_000_000.0),
    "maxmin": Preset(Weights()),
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A policy with nothing left open: the objective's numbers and how its terms are ordered.

    ``order`` empty: one weighted sum. ``maxmin``: leximin over the organizations' filled shares comes first.
    """

    name: PolicyName
    weights: Weights
    yen_per_point: float
    order: tuple[Term, ...]
    maxmin: bool


def resolve(policy: Policy) -> Goal:
    """Fill what ``policy`` leaves open from its named preset."""
    preset = PRESETS[policy.name]
    return Goal(
        name=policy.name,
        weights=policy.weights or preset.weights,
        yen_per_point=policy.yen_per_point or preset.yen_per_point,
        order=policy.order or (),
        maxmin=policy.name == "maxmin",
    )
