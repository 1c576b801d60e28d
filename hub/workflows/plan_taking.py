"""A plan taken to be moved: locked, and whose it is."""

from typing import Any

from sqlalchemy.orm import Session

from hub.auth.permissions import Belonging
from hub.errors import NotFound
from hub.models import Plan
from hub.workflows.life_cycles import PLAN
from hub.workflows.locks import lock_row
from hub.workflows.moving import Subject


def take_plan(session: Session, plan_id: str) -> Any:
    """Lock a plan and return its row as it is now. Raises NotFound."""
    row = lock_row(session, Plan, plan_id)
    if row is None:
        raise NotFound("配置計画", "plan")
    return row


def plan_subject(row: Any, version: int | None = None) -> Subject:
    """Return a plan's row as what moves; ``version``: the one a person saw."""
    return Subject(PLAN, Plan, row.id, row.status, plan_belonging(row), version)


def plan_belonging(row: Any) -> Belonging:
    """Return whose a plan is: its prefecture's coordinators', or those of the whole country."""
    return Belonging(prefecture=row.prefecture_code)
