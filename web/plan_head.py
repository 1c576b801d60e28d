"""What every view of a plan begins with."""

from dataclasses import dataclass

from hub.auth.actor import Actor
from hub.dependencies import ReadingSession
from hub.workflows.plan_rows import PlanPage
from hub.workflows.plans import prefecture_rows, read_plan
from web.language import Language
from web.subsidy import subsidy_note


@dataclass(frozen=True, slots=True)
class Head:
    """What every view of a plan begins with. ``prefectures``: (with a filled slot, with any slot)."""

    page: PlanPage
    prefectures: tuple[int, int]
    subsidy_note: str


def read_head(session: ReadingSession, actor: Actor, plan_id: str, spoken: Language) -> Head:
    """Return it. Raises NotFound, Unseen."""
    page = read_plan(session, plan_id, actor=actor)
    areas = prefecture_rows(session, plan_id, actor=actor)
    filled = sum(1 for area in areas if area.filled)
    return Head(page, (filled, len(areas)), subsidy_note(page.months, spoken))
