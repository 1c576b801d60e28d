"""How much there is: what the first page says of the pool."""

from dataclasses import dataclass

from hub.auth.actor import LOCAL
from hub.dependencies import ReadingSession
from hub.workflows.expert_rows import ExpertFilter
from hub.workflows.experts import find_experts
from hub.workflows.paging import Paging
from hub.workflows.plans import find_plans
from hub.workflows.problems import count_what_there_is

ONE = Paging(size=1)


@dataclass(frozen=True, slots=True)
class Counts:
    """Open requests and their slots, people who are not paused, by type (a person may be both), and plans."""

    requests: int
    slots: int
    experts: int
    experts_x: int
    experts_d: int
    plans: int


def counts(session: ReadingSession) -> Counts:
    """Count what is there now. How much there is may be told to anybody who signed in."""

    def people(talent_type: str) -> int:
        return find_experts(session, ExpertFilter(talent_type=talent_type, paused=False), ONE, actor=LOCAL).total

    pool = count_what_there_is(session)
    plans = find_plans(session, ONE, actor=LOCAL).total
    return Counts(pool.requests, pool.slots, pool.experts, people("X"), people("D"), plans)
