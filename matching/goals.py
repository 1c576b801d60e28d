"""The goals of an ordered policy, one after the other: leximin over filled shares, and terms in a given order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from matching.chosen import Chosen, count_terms, organizations_reaching, shares
from matching.columns import Columns, Floats
from matching.model import Model
from matching.policy import SMALLEST_ROOM, TOLERANCE, Goal
from matching.problem import Term
from matching.progress import ACCURACY, relative_gap


@dataclass(frozen=True, slots=True)
class Level:
    """What one goal came to. ``label`` names the term or the share; ``proven``: ``bound`` shows ``value`` is best."""

    label: dict[str, Any]
    value: float
    bound: float
    proven: bool

    def plain(self) -> dict[str, Any]:
        """Return it as it stands in a plan."""
        return {**self.label, "value": self.value, "bound": self.bound, "proven": self.proven}


@dataclass(frozen=True, slots=True)
class Stage:
    """One goal: the most of Σ coefficient·variable. ``is_count``: of organizations, so exact; otherwise a term.

    ``sign`` -1: the term is to be small, and the coefficients are those of its negative.
    """

    name: str
    label: dict[str, Any]
    coefficients: Floats
    value: Callable[[Chosen], float]
    sign: int = 1
    is_count: bool = False

    def gap(self, wanted: float) -> float:
        """Return the relative gap to which the goal has to be proven."""
        return 0.0 if self.is_count else wanted

    def hold(self, model: Model, value: float) -> None:
        """Keep the goal at ``value`` from now on: a count exactly, a term within ``TOLERANCE``."""
        room = 0.0 if self.is_count else max(TOLERANCE * abs(value), SMALLEST_ROOM)
        model.hold(self.name, self.coefficients, self.sign * value - room)

    def level(self, value: float, bound: float, wanted: float) -> Level:
        """Return what was reached; ``bound`` is that of the coefficients."""
        best = float(floor(bound + ACCURACY)) if self.is_count else bound
        best = max(self.sign * value, best)
        proven = relative_gap(self.sign * value, best) <= self.gap(wanted) + ACCURACY
        return Level(self.label, value, self.sign * best, proven)


def stages(model: Model, goal: Goal) -> Iterator[Stage]:
    """Yield the goals that come before the weighted sum, in their order."""
    columns = model.columns
    if goal.maxmin:
        for share in shares(columns):
            yield Stage(
                name=f"share_{share.numerator}_{share.denominator}",
                label={"share": float(share)},
                coefficients=model.reaching(share),
                value=_reaching(columns, share),
                is_count=True,
            )
    for term in goal.order:
        sign = -1 if term == "cost" else 1
        yield Stage(term, {"term": term}, sign * model.terms[term], _term(columns, term), sign)


def _reaching(columns: Columns, share: Fraction) -> Callable[[Chosen], float]:
    return lambda chosen: float(organizations_reaching(columns, chosen, share))


def _term(columns: Columns, term: Term) -> Callable[[Chosen], float]:
    name = "net_cost" if term == "cost" else term
    return lambda chosen: float(getattr(count_terms(columns, chosen), name))
