"""The requests of a matching problem, from rows."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
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
from matching import problem as m
from seed_data.months import month_number


def read_problem_requests(session: Session, months: Sequence[str]) -> tuple[tuple[m.Request, ...], list[LeftOut]]:
    """Return the open requests with their slots within ``months``, by id, and what of them had to stay out."""
    r = columns(Request)
    slots, outside = _slots(session, months)
    themes = _by_request(session, RequestTheme, "theme")
    served = _by_request(session, RequestBeneficiary, "organization_code")
    query = (
        select(r.id, r.organization_code, r.priority, r.budget, r.budget_basis, r.team)
        .where(r.status == "open")
        .order_by(r.id)
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
                    budget=row.budget,
                    budget_basis=row.budget_basis,
                    beneficiaries=served[row.id] or None,
                    team=row.team,
                    themes=themes[row.id],
                )
            )
    return tuple(requests), [slots_outside(late), teams_outside(teams)]


def _by_request(session: Session, model: type[SQLModel], name: str) -> defaultdict[str, tuple[str, ...]]:
    part = columns(model)
    gathered: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    query = select(part.request_id, part[name]).order_by(part.request_id, part.position, part[name])
    for request_id, value in session.execute(query):
        gathered[request_id] += (value,)
    return gathered


def _slots(
    session: Session, months: Sequence[str]
) -> tuple[defaultdict[str, list[m.Slot]], defaultdict[str, list[bool]]]:
    """Return the slots of open requests within ``months`` by request, and of those outside whether each is required."""
    s, r, n = columns(Slot), columns(Request), columns(SkillNeed)
    needs: defaultdict[str, list[m.SkillNeed]] = defaultdict(list)
    for row in session.execute(
        select(n.slot_id, n.skill, n.level, n.weight, n.mandatory).order_by(n.slot_id, n.position)
    ):
        needs[row.slot_id].append(m.SkillNeed(row.skill, row.level, row.weight, row.mandatory))
    query = (
        select(*s)
        .join(table_of(Request), r.id == s.request_id)
        .where(r.status == "open", s.withdrawn.is_(False))
        .order_by(s.request_id, s.position)
    )
    first = month_number(months[0])
    inside: defaultdict[str, list[m.Slot]] = defaultdict(list)
    outside: defaultdict[str, list[bool]] = defaultdict(list)
    for row in session.execute(query):
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
