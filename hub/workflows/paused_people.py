"""Whoever is paused is put nowhere: the refusal of every door that would, naming them."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import Conflict
from hub.models import Assignment, Expert
from hub.models.base import columns, table_of
from hub.workflows.expert_names import japanese_name
from hub.workflows.records import fetch

MOST_NAMED = 10


def refuse_paused(session: Session, expert_ids: Collection[str]) -> None:
    """Raise Conflict, naming them, when one of the experts is paused."""
    e = columns(Expert)
    query = select(e.id, japanese_name(e).label("name")).where(e.paused)
    found = [row.name.strip() for row in fetch(session, query, e.id, sorted(expert_ids))]
    if found:
        named, more = found[:MOST_NAMED], len(found) - MOST_NAMED
        ja, en = "、".join(named), ", ".join(named)
        if more > 0:
            ja, en = f"{ja} ほか {more} 人", f"{en} and {more} more"
        raise Conflict(
            f"休止中の専門人材は割り当てられません: {ja}。ほかの人を選ぶか、計画を作り直してください。",
            f"Nobody who is paused can be placed: {en}. Choose somebody else, or make a new plan.",
        )


def refuse_plan_with_paused(session: Session, plan_id: str) -> None:
    """Raise Conflict, naming them, when a plan places somebody who is paused."""
    a, e = columns(Assignment), columns(Expert)
    query = select(e.id).join_from(table_of(Assignment), table_of(Expert), e.id == a.expert_id)
    refuse_paused(session, set(session.execute(query.where(a.plan_id == plan_id, e.paused)).scalars()))
