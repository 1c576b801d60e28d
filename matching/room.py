"""How much room a plan leaves: free hours, engagements and days of each expert, and money of each budget."""

from collections import defaultdict
from math import fsum

from matching.plan import Assignment, Plan
from matching.problem import Expert, Problem, Request, Slot


class Room:
    """What is left of the limits of ``problem`` beside ``plan``."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self._problem = problem
        self._of_expert: dict[str, list[tuple[Assignment, Request, Slot]]] = defaultdict(list)
        self._spent_on: dict[str, list[float]] = defaultdict(list)
        self._spent_by: dict[str, list[float]] = defaultdict(list)
        for one in plan.assignments:
            request, slot = problem.seat_by_slot[one.slot]
            self._of_expert[one.expert].append((one, request, slot))
            self._spent_on[request.id].append(one.net_cost if request.budget_basis == "net" else one.cost)
            self._spent_by[request.organization].append(one.cost)

    def hours_short(self, expert: Expert, slot: Slot, hours: float) -> float:
        """Return how many hours a month ``expert`` lacks for ``slot`` in its tightest month; 0 when none."""
        return max(0.0, *(hours - self._free_hours(expert, month) for month in slot.months))

    def has_place(self, expert: Expert, request: Request, slot: Slot) -> bool:
        """Tell whether ``expert`` could take ``slot`` as far as engagements, days and the request's other slots go."""
        held = self._of_expert[expert.id]
        if any(other.id == request.id for _, other, _ in held):
            return False
        for month in slot.months:
            active = [taken for _, _, taken in held if month in taken.months]
            days = fsum(taken.onsite_days for taken in active) + slot.onsite_days
            if len(active) >= expert.max_engagements[month] or days > expert.onsite_days[month]:
                return False
        return True

    def request_short(self, request: Request, yen: float) -> float:
        """Return how many yen the request's budget lacks for ``yen`` more; 0 when none."""
        return 0.0 if request.budget is None else max(0.0, fsum([*self._spent_on[request.id], yen, -request.budget]))

    def organization_short(self, request: Request, yen: float) -> float:
        """Return how many yen the requesting organization's budget lacks for ``yen`` more; 0 when none."""
        organization = self._problem.organization_by_id.get(request.organization)
        if organization is None or organization.budget is None:
            return 0.0
        return max(0.0, fsum([*self._spent_by[organization.id], yen, -organization.budget]))

    def _free_hours(self, expert: Expert, month: int) -> float:
        used = fsum(one.hours for one, _, taken in self._of_expert[expert.id] if month in taken.months)
        return expert.hours[month] - used
