"""The requests of a matching problem, from rows."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.models import (
    Request,
    RequestBeneficiary,
    RequestTheme,
    SkillNeed,
    Slot,
)
from hub.models.base import columns, table_of
from hub.workflows.left_out import LeftOut, slots_outside, teams_outside
from hub.workflows.problem_promises import Promises
from matching import problem as m
from seed_data.months import month_number

PLANNED = ("open", "in_plan")
"""Where a request stands that still has something to be planned."""


def is_planned(prefecture: str | None) -> ColumnElement[bool]:
    """Return the condition that a request is planned, of all or of one ``prefecture`` (two digits)."""
    r = columns(Request)
    planned: ColumnElement[bool] = r.status.in_(PLANNED)
    return planned & r.organization_code.startswith(prefecture, autoescape=True) if prefecture else planned


def read_problem_requests(
    session: Session, months: Sequence[str], prefecture: str | None, promises: Promises
) -> tuple[tuple[m.Request, ...], list[LeftOut]]:
    """Return the planned requests with their free slots within ``months``, by id, and what of them had to stay out.

    Budgets are what the accepted slots leave of them; who accepted is in ``promises``.
    """
    r = columns(Request)
    planned = is_planned(prefecture)
    slots, outside = _slots(session, months, planned, promises.taken)
    themes = _by_request(session, RequestTheme, "theme")
    served = _by_request(session, RequestBeneficiary, "organization_code")
    query = (
        select(r.id, r.organization_code, r.priority, r.budget, r.budget_basis, r.team).where(planned).order_by(r.id)
    )
    requests = []
    late, teams = 0, 0
    for row in session.execute(query):
        if row.team == "all" and any(outside[row.id]):
            teams += 1
            continue
        late += len(outside[row.id])
        if slots[row.id]:
            requests.append(
                m.Request(
                    id=row.id,
                    organization=row.organization_code,
                    slots=tuple(slots[row.id]),
                    priority=row.priority,
                    budget=what_is_left(row.budget, promises.request_cost.get(row.id, 0.0)),
                    budget_basis=row.budget_basis,
                    beneficiaries=served[row.id] or None,
                    team=row.team,
                    themes=themes[row.id],
                )
            )
    return tuple(requests), [slots_outside(late), teams_outside(teams)]


def what_is_left(budget: float | None, spent: float) -> float | None:
    """Return what ``spent`` yen leave of a budget; None has no limit. Whole where nothing was spent."""
    return budget if budget is None or not spent else max(0.0, budget - spent)


def read_problem_slots(session: Session, months: Sequence[str], request_ids: Collection[str]) -> dict[str, m.Slot]:
    """Return the slots of requests within ``months`` as a problem has them now, by id, whoever has them."""
    inside, _ = _slots(session, months, columns(Request).id.in_(request_ids), ())
    return {slot.id: slot for slots in inside.values() for slot in slots}


def _by_request(session: Session, model: type[SQLModel], name: str) -> defaultdict[str, tuple[str, ...]]:
    part = columns(model)
    gathered: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    query = select(part.request_id, part[name]).order_by(part.request_id, part.position, part[name])
    for request_id, value in session.execute(query):
        gathered[request_id] += (value,)
    return gathered


def _slots(
    session: Session, months: Sequence[str], wanted: ColumnElement[bool], taken: Collection[str]
) -> tuple[defaultdict[str, list[m.Slot]], defaultdict[str, list[bool]]]:
    """Return slots of ``wanted`` requests within ``months`` by request, and of those outside whether each is required.

    Those ``taken`` are in neither.
    """
    s, r, n = columns(Slot), columns(Request), columns(SkillNeed)
    needs: defaultdict[str, list[m.SkillNeed]] = defaultdict(list)
    for row in session.execute(
        select(n.slot_id, n.skill, n.level, n.weight, n.mandatory).order_by(n.slot_id, n.position)
    ):
        needs[row.slot_id].append(m.SkillNeed(row.skill, row.level, row.weight, row.mandatory))
    query = (
        select(*s)
        .join(table_of(Request), r.id == s.request_id)
        .where(wanted, s.withdrawn.is_(False))
        .order_by(s.request_id, s.position)
    )
    first = month_number(months[0])
    inside: defaultdict[str, list[m.Slot]] = defaultdict(list)
    outside: defaultdict[str, list[bool]] = defaultdict(list)
    for row in session.execute(query):
        if row.id in taken:
            continue
        start = month_number(row.start) - first
        if not 0 <= start <= len(months) - row.length:
            outside[row.request_id].append(row.required)
            continue
        inside[row.request_id].append(
            m.Slot(
                id=row.id,
                talent_type=row.talent_type,
                start=start,
                length=row.length,
                hours=row.hours,
                onsite_days=row.onsite_days,
                role=row.role,
                stage=row.stage,
                needs=tuple(needs[row.id]),
                remote_ok=row.remote_ok,
                rate_ceiling=row.rate_ceiling,
                required=row.required,
            )
        )
    return inside, outside
