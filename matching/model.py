"""The assignment model in PuLP: the limits, teams, heads and equity of a problem over its eligible pairs.

``docs/matching-model.md`` states it. Units are the problem's own (yen, hours, points); the hand-off scales them.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil, fsum

import numpy as np
import pulp
from numpy.typing import NDArray

from matching.chosen import Chosen, filled_by_served, persons_with_heads, usage
from matching.columns import Columns, Floats, Ints
from matching.handoff import Highs
from matching.policy import Goal
from matching.problem import Term
from matching.rows import TOLERANCE, Kind, Rows


def limit_name(kind: Kind, row: int) -> str:
    """Return the name of the constraint for limit number ``row``."""
    return f"{kind.name.lower()}_{row}"


class Model:
    """One PuLP problem, its variables in blocks: x (pairs), u (counts net), h (heads), y (teams), z (equity).

    ``among``: the pairs that may be chosen, as rows of the pair table; ``rows``: their limits. ``terms``: each term of
    the objective as coefficients over all variables, ``cost`` as the net cost itself.
    """

    def __init__(self, columns: Columns, rows: Rows, among: NDArray[np.int64]) -> None:
        self.columns, self.rows, self.among = columns, rows, among
        self.lp = pulp.LpProblem("plan", pulp.LpMaximize)
        self.variables: list[pulp.LpVariable] = []
        self._x_of = np.full(len(columns.pairs), -1, dtype=np.int64)
        self._u_of = np.full(len(columns.pairs), -1, dtype=np.int64)
        self._h_of: dict[int, int] = {}
        self._y_of: dict[int, int] = {}
        self._z_of: list[list[int]] = []
        self._cuts = 0
        self._slot_pairs = np.split(
            among, np.searchsorted(columns.pairs.slot[among], np.arange(1, len(columns.slot_ids)))
        )
        self._add_pairs()
        self._add_heads()
        self._add_teams()
        self._add_equity()
        self._add_limits()
        self.terms: dict[Term, Floats] = self._terms()
        # PuLP only knows variables it has met; one without a limit may be missing from an objective.
        self.lp.setObjective(pulp.LpAffineExpression([(variable, 1) for variable in self.variables]))
        self.lp.variables()

    def _variable(self, name: str, *, low: int = 0, whole: bool = True) -> int:
        category = pulp.LpInteger if whole else pulp.LpContinuous
        self.variables.append(self.lp.add_variable(name, low, 1, category))
        return len(self.variables) - 1

    def _constrain(self, name: str, terms: Iterable[tuple[int, float]], sense: int, limit: float) -> None:
        expression = pulp.LpAffineExpression([(self.variables[index], value) for index, value in terms])
        self.lp.addConstraint(pulp.LpConstraint(expression, sense, name, limit))

    def _at_most(self, name: str, terms: Iterable[tuple[int, float]], limit: float) -> None:
        self._constrain(name, terms, pulp.LpConstraintLE, limit)

    def _add_pairs(self) -> None:
        pairs, pinned = self.columns.pairs, self.columns.pinned
        for row in self.among.tolist():
            self._x_of[row] = self._variable(f"x_{pairs.slot[row]}_{pairs.expert[row]}", low=int(pinned[row]))

    def _add_heads(self) -> None:
        heads = self.columns.heads
        of_organization: dict[int, list[int]] = {}
        of_request: dict[tuple[int, int], list[int]] = {}
        for row in self.among[heads.person[self.among] >= 0].tolist():
            person = int(heads.person[row])
            if person not in self._h_of:
                self._h_of[person] = self._variable(f"h_{person}")
                of_organization.setdefault(int(heads.organization[person]), []).append(self._h_of[person])
            u = self._u_of[row] = self._variable(f"u_{row}", whole=False)
            self._at_most(f"net_if_chosen_{row}", [(u, 1), (self._x_of[row], -1)], 0)
            of_request.setdefault((person, int(self.columns.request[row])), []).append(u)
        for (person, request), counted_net in of_request.items():
            # A person has one slot of a request at most, so one head covers the sum.
            terms = [(u, 1.0) for u in counted_net]
            self._at_most(f"net_if_head_{person}_{request}", [*terms, (self._h_of[person], -1)], 0)
        for organization, persons in of_organization.items():
            self._at_most(f"heads_{organization}", [(h, 1) for h in persons], heads.limit[organization])

    def _add_teams(self) -> None:
        columns = self.columns
        for request in np.flatnonzero(columns.request_whole).tolist():
            span = columns.slots_of_request[request]
            if not any(len(self._slot_pairs[slot]) for slot in span):
                continue
            y = self._y_of[request] = self._variable(f"y_{request}")
            for slot in span:
                sense = pulp.LpConstraintEQ if columns.slot_required[slot] else pulp.LpConstraintLE
                self._constrain(f"team_{slot}", [*self._filled(slot), (y, -1)], sense, 0)

    def _filled(self, slot: int) -> list[tuple[int, float]]:
        return [(index, 1.0) for index in self._x_of[self._slot_pairs[slot]].tolist()]

    def _add_equity(self) -> None:
        for number, served in enumerate(self.columns.served):
            slots = [slot for slot in served.slots.tolist() if len(self._slot_pairs[slot])]
            if len(slots) < 2:  # the only slot that can be filled stands for the first z itself
                self._z_of.append([])
                continue
            z = [self._variable(f"z_{number}_{k}", whole=False) for k in range(1, len(slots) + 1)]
            self._z_of.append(z)
            filled = [(index, -1.0) for slot in slots for index, _ in self._filled(slot)]
            self._at_most(f"served_{number}", [*((one, 1.0) for one in z), *filled], 0)

    def _add_limits(self) -> None:
        rows, whole = self.rows, self.columns.request_whole
        for row in range(len(rows)):
            kind = Kind(int(rows.kind[row]))
            if kind is Kind.SLOT_TAKEN_TWICE and whole[self.columns.slot_request[rows.place[row]]]:
                continue
            entries = rows.entries(row)
            terms = list(zip(self._x_of[rows.pair[entries]].tolist(), rows.amount[entries].tolist(), strict=True))
            for pair, relief in zip(rows.pair[entries].tolist(), rows.relief[entries].tolist(), strict=True):
                if relief > 0:
                    terms.append((int(self._u_of[pair]), -relief))
            self._at_most(limit_name(kind, row), terms, float(rows.limit[row]))

    def _terms(self) -> dict[Term, Floats]:
        columns, x, rows = self.columns, self._x_of[self.among], self.among
        made: dict[Term, Floats] = {
            term: np.zeros(len(self.variables)) for term in ("coverage", "fit", "equity", "stability", "cost")
        }
        made["coverage"][x] = columns.priority[rows]
        made["fit"][x] = columns.priority[rows] * columns.pairs.fit[rows]
        made["stability"][x] = columns.previous[rows]
        made["cost"][x] = columns.heads.counted[rows]
        headed = rows[self._u_of[rows] >= 0]
        made["cost"][self._u_of[headed]] = -columns.heads.relief[headed]
        for served, z in zip(columns.served, self._z_of, strict=True):
            many = len(served.organizations)
            made["equity"][z] = many / np.arange(1, len(z) + 1)
            if not z:
                made["equity"][self._only(served.slots)] += many
        return made

    def _only(self, slots: Ints) -> NDArray[np.int64]:
        """Return the x of all pairs of ``slots``."""
        return np.concatenate([np.empty(0, dtype=np.int64), *(self._x_of[self._slot_pairs[slot]] for slot in slots)])

    def weighted(self, goal: Goal) -> Floats:
        """Return the objective's coefficients."""
        weights, terms = goal.weights, self.terms
        return (
            weights.coverage * terms["coverage"]
            + weights.fit * terms["fit"]
            + weights.equity * terms["equity"]
            + weights.stability * terms["stability"]
            - terms["cost"] / goal.yen_per_point
        )

    def reaching(self, share: Fraction) -> Floats:
        """Return coefficients that count the organizations with at least ``share`` of their slots filled."""
        count = np.zeros(len(self.variables))
        for served, z in zip(self.columns.served, self._z_of, strict=True):
            needed = ceil(share * len(served.slots))
            if not z and needed == 1:
                count[self._only(served.slots)] += len(served.organizations)
            elif needed <= len(z):
                count[z[needed - 1]] += len(served.organizations)
        return count

    def hold(self, name: str, coefficients: Floats, at_least: float) -> None:
        """Keep Σ coefficient·variable at least ``at_least`` from now on."""
        used = np.flatnonzero(coefficients).tolist()
        if used:
            terms = [(index, float(coefficients[index])) for index in used]
            self._constrain(f"hold_{name}", terms, pulp.LpConstraintGE, at_least)

    def exclude(self, broken: Iterable[int], chosen: Chosen) -> None:
        """Cut off, for each row that ``chosen`` breaks, the smallest part of it that breaks the row (a cover)."""
        used = usage(self.columns, self.rows, chosen)
        for row in broken:
            entries = self.rows.entries(row)
            mine = used[entries]
            by_size = np.argsort(-mine, kind="stable")[: np.count_nonzero(mine)]
            enough = np.flatnonzero(np.cumsum(mine[by_size]) > self.rows.limit[row] * (1 + TOLERANCE))
            cover = by_size[: enough[0] + 1] if len(enough) else by_size
            pairs = self.rows.pair[entries][cover]
            # With a head the pair may fit after all, so only the choice without it is cut off.
            gross = (self.rows.relief[entries][cover] > 0) & (mine[cover] == self.rows.amount[entries][cover])
            terms = [(index, 1.0) for index in self._x_of[pairs].tolist()]
            terms += [(index, -1.0) for index in self._u_of[pairs[gross]].tolist()]
            self._cuts += 1
            self._at_most(f"cover_{self._cuts}", terms, len(cover) - 1)

    def maximize(self, coefficients: Floats, solver: Highs) -> None:
        """Solve for the largest Σ coefficient·variable; the outcome is with ``solver``."""
        used = np.flatnonzero(coefficients).tolist()
        self.lp.setObjective(pulp.LpAffineExpression([(self.variables[i], float(coefficients[i])) for i in used]))
        self.lp.solve(solver)

    def begin(self, chosen: Chosen) -> dict[pulp.LpVariable, float]:
        """Return ``chosen`` as values of the variables, those that are not 0."""
        return {self.variables[index]: 1.0 for index in self._ones(chosen)}

    def value(self, coefficients: Floats, chosen: Chosen) -> float:
        """Return Σ coefficient·variable of ``chosen``, summed exactly."""
        return fsum(coefficients[self._ones(chosen)])

    def _ones(self, chosen: Chosen) -> list[int]:
        columns = self.columns
        persons = persons_with_heads(columns, chosen)
        ones: list[int] = self._x_of[chosen.pairs].tolist()
        ones += [self._h_of[person] for person in persons]
        heads = columns.heads.person[chosen.pairs]
        ones += [
            int(self._u_of[row]) for row, p in zip(chosen.pairs.tolist(), heads.tolist(), strict=True) if p in persons
        ]
        ones += [self._y_of[r] for r in set(columns.request[chosen.pairs].tolist()) if r in self._y_of]
        for z, filled in zip(self._z_of, filled_by_served(columns, chosen), strict=True):
            ones += z[:filled]
        return ones

    def narrow(self, out: NDArray[np.bool_]) -> None:
        """Keep the pairs marked in ``out`` (by position in ``among``) from being chosen, and let in all others."""
        for index, is_out in zip(self._x_of[self.among].tolist(), out.tolist(), strict=True):
            self.variables[index].upBound = 0 if is_out else 1

    def of_pairs(self, values: Floats) -> Floats:
        """Return ``values`` (in the order of the PuLP problem) of the pairs of ``among``."""
        return values[[self.variables[index].index for index in self._x_of[self.among].tolist()]]

    def read(self, values: Floats) -> tuple[list[int], frozenset[int]]:
        """Return the chosen pairs and the persons with heads in ``values`` (in the order of the PuLP problem)."""
        taken = self.of_pairs(values) > 0.5
        persons = (person for person, h in self._h_of.items() if values[self.variables[h].index] > 0.5)
        return [int(row) for row in self.among[taken]], frozenset(persons)

    def easy_bound(self, coefficients: Floats) -> float:
        """Return what Σ coefficient·variable can never exceed: the best pair of each slot, all equity reached."""
        net = np.where(self._u_of[self.among] >= 0, coefficients[self._u_of[self.among]], 0.0)
        best = coefficients[self._x_of[self.among]] + np.maximum(net, 0.0)
        by_slot = np.zeros(len(self.columns.slot_ids))
        np.maximum.at(by_slot, self.columns.pairs.slot[self.among], best)
        z = [index for group in self._z_of for index in group]
        return float(by_slot.sum() + np.maximum(coefficients[z], 0.0).sum())
