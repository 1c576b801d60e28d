"""Reading plans: the list, one run, its slots with who fills them or why nobody does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.auth.permissions import Belonging, require
from hub.errors import NotFound
from hub.models import Assignment, Expert, Organization, Plan, PlanSlot, Request, Slot
from hub.models.base import columns, table_of
from hub.workflows.expert_names import japanese_name, latin_name
from hub.workflows.left_out import LeftOut, paused_since
from hub.workflows.organizations import full_name, matching_text
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.plan_documents import result_of
from hub.workflows.plan_rows import Assigned, FollowedRun, NamedLimit, PlanPage, PlanRow, PlanSlotFilter, PlanSlotRow
from hub.workflows.run_courses import Course, read_courses
from hub.workflows.seeing import require_plan, seen_plans
from hub.workflows.suppositions import person_name, sentences_of
from matching.bottlenecks import BindingLimit, ScarceSkill

PLAN_SORTS = ("created", "title", "status", "filled", "cost")
SLOT_SORTS = ("order", "organization", "title", "stage", "fit", "cost", "expert")

base = table_of(Organization).alias("base")
"""The organization an expert lives at, beside the one that asks."""


@dataclass(frozen=True, slots=True)
class PrefectureRow:
    """How many slots of a prefecture's organizations a plan decided on, and how many it filled."""

    code: str
    name: str
    slots: int
    filled: int


def not_found() -> NotFound:
    """Return the fault of a plan that is not there."""
    return NotFound("配置計画", "plan")


def find_plans(
    session: Session,
    paging: Paging = Paging(descending=True),  # noqa: B008
    *,
    actor: Actor = LOCAL,
) -> Page[PlanRow]:
    """Return a page of the plans ``actor`` sees, sorted by one of ``PLAN_SORTS`` (default: newest first).

    Points of comparisons are among them once they are kept.
    """
    p = columns(Plan)
    orders = {
        "created": p.created_at,
        "title": p.title,
        "status": p.status,
        "filled": p.filled,
        "cost": p.summary["cost"].as_float(),
    }
    listed = or_(p.comparison_id.is_(None), p.kept)
    page = fetch_page(session, select(*p).where(seen_plans(actor), listed), paging, orders, p.id)
    return page.showing(_plan_row(row) for row in page.items)


def read_plan_row(session: Session, plan_id: str, *, actor: Actor = LOCAL) -> PlanRow:
    """Return one run in a line: cheap, to follow it. Raises NotFound, Unseen."""
    return _plan_row(take_seen_plan(session, plan_id, actor))


def read_followed(session: Session, plan_id: str, *, actor: Actor = LOCAL) -> FollowedRun:
    """Return one run with its course. Raises NotFound, Unseen."""
    return _followed(read_plan_row(session, plan_id, actor=actor), read_courses(session, [plan_id]))


def followed_now(session: Session, plan_ids: Collection[str]) -> dict[str, FollowedRun]:
    """Return runs with their courses, by id: for who has been allowed to follow them already."""
    courses = read_courses(session, plan_ids)
    return {key: _followed(row, courses) for key, row in rows_now(session, plan_ids).items()}


def _followed(row: PlanRow, courses: Mapping[tuple[str, int], Course]) -> FollowedRun:
    """Return a run with the course of its present attempt: one that was lost tells nothing of the next."""
    return FollowedRun(row, () if row.status == "queued" else courses.get((row.id, row.attempt), ()))


def rows_now(session: Session, plan_ids: Collection[str]) -> dict[str, PlanRow]:
    """Return runs in a line each, by id: for who has been allowed to follow them already."""
    p = columns(Plan)
    return {row.id: _plan_row(row) for row in session.execute(select(*p).where(p.id.in_(plan_ids)))}


def take_seen_plan(session: Session, plan_id: str, actor: Actor) -> Any:
    """Return the row of a plan that ``actor`` sees. Raises NotFound, Unseen."""
    row = session.execute(select(*columns(Plan)).where(columns(Plan).id == plan_id)).first()
    if row is None:
        raise not_found()
    require(actor, "plan.read", Belonging(prefecture=row.prefecture_code))
    return row


def plan_in_force(session: Session) -> PlanRow | None:
    """Return the plan in force, None when there is none."""
    row = session.execute(select(*columns(Plan)).where(columns(Plan).in_force)).first()
    return None if row is None else _plan_row(row)


def _plan_row(row: Any) -> PlanRow:
    return PlanRow(
        id=row.id,
        version=row.version,
        sequence=row.sequence,
        attempt=row.attempt,
        comparison_id=row.comparison_id,
        point=row.point,
        kept=row.kept,
        base_id=row.base_id,
        supposed=sentences_of(row),
        title=row.title,
        status=row.status,
        result=row.result,
        in_force=row.in_force,
        stop_requested=row.stop_requested,
        policy=row.policy["name"],
        limit_seconds=row.limits["seconds"],
        first_month=row.months[0],
        last_month=row.months[-1],
        phase=row.phase,
        seconds=row.seconds,
        objective=row.objective,
        bound=row.bound,
        gap=row.gap,
        filled=row.filled,
        slots=row.slots,
        cost=row.summary.get("cost"),
        net_cost=row.summary.get("net_cost"),
        mean_fit=row.summary.get("mean_fit"),
        error_ja=row.error_ja,
        error_en=row.error_en,
        error_reference=row.error_reference,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def read_plan(session: Session, plan_id: str, *, actor: Actor = LOCAL) -> PlanPage:
    """Return everything about one run but its slots. Raises NotFound, Unseen."""
    row = take_seen_plan(session, plan_id, actor)
    return PlanPage(
        row=_plan_row(row),
        months=tuple(row.months),
        policy=row.policy,
        limits=row.limits,
        terms=row.summary.get("terms", {}),
        weights=row.summary.get("weights", {}),
        yen_per_point=row.summary.get("yen_per_point"),
        reasons=row.summary.get("reasons", {}),
        conflicts=result_of(session, plan_id).conflicts if row.result == "infeasible" else (),
        left_out=(*(LeftOut(**entry) for entry in row.left_out), *_paused_since(session, plan_id)),
        binding=named_limits(session, [BindingLimit(**limit) for limit in row.summary.get("binding", ())]),
        scarce=tuple(ScarceSkill(**skill) for skill in row.summary.get("scarce", ())),
        solver=row.summary.get("solver", ""),
        phases=row.summary.get("phases", {}),
        input_digest=row.input_digest,
    )


def _paused_since(session: Session, plan_id: str) -> tuple[LeftOut, ...]:
    """Return the note of who is in the plan and has been paused since its problem was made, when there is anybody."""
    a, e = columns(Assignment), columns(Expert)
    query = select(func.count(a.expert_id.distinct())).join_from(table_of(Assignment), table_of(Expert))
    count = session.execute(query.where(a.plan_id == plan_id, e.paused)).scalar_one()
    return (paused_since(count),) if count else ()


def named_limits(session: Session, limits: Sequence[BindingLimit]) -> tuple[NamedLimit, ...]:
    """Return each limit with the name of the expert, request or organization whose it is."""
    e, r, o = columns(Expert), columns(Request), columns(Organization)
    people = select(e.id, japanese_name(e), latin_name(e)).where(e.id.in_([limit.expert for limit in limits]))
    asked = select(r.id, r.title, literal("")).where(r.id.in_([limit.request for limit in limits]))
    bodies = select(o.code, full_name(o), o.name_en).where(o.code.in_([limit.organization for limit in limits]))
    queries = (people, asked, bodies)
    names = {key: (ja.strip(), en.strip()) for query in queries for key, ja, en in session.execute(query)}
    names |= {limit.expert: name for limit in limits if limit.expert and (name := person_name(limit.expert))}
    owners = [limit.expert or limit.request or limit.organization or "" for limit in limits]
    return tuple(NamedLimit(limit, *names.get(owner, (owner, ""))) for limit, owner in zip(limits, owners, strict=True))


def find_plan_slots(
    session: Session, plan_id: str, wanted: PlanSlotFilter, paging: Paging = FIRST_PAGE, *, actor: Actor = LOCAL
) -> Page[PlanSlotRow]:
    """Return a page of a plan's slots, sorted by one of ``SLOT_SORTS`` (default: the order of the problem).

    Raises NotFound when there is no such plan, Unseen; a run that has no result yet has no slots.
    """
    require_plan(session, actor, plan_id)
    d, s, o, a, e = (columns(model) for model in (PlanSlot, Slot, Organization, Assignment, Expert))
    orders: dict[str, ColumnElement[Any]] = {
        "order": d.position,
        "organization": o.code,
        "title": s.title,
        "stage": s.stage,
        "fit": a.fit,
        "cost": a.cost,
        "expert": e.family_kana + e.given_kana,
    }
    query = slots_query().where(d.plan_id == plan_id, *slot_conditions(wanted))
    page = fetch_page(session, query, paging, orders, d.slot_id)
    return page.showing(slot_row(row) for row in page.items)


def slot_conditions(wanted: PlanSlotFilter) -> list[ColumnElement[bool]]:
    """Return what a slot of a plan's list fulfils, over ``slots_query``."""
    s, r, o, d, e = (columns(model) for model in (Slot, Request, Organization, PlanSlot, Expert))
    found = [matching_text(wanted.text, r.search_key, o.search_key, func.coalesce(e.search_key, ""))]
    if wanted.filled is not None:
        found.append(d.reason.is_(None) if wanted.filled else d.reason.is_not(None))
    told = (
        (d.reason, wanted.reason),
        (o.prefecture_code, wanted.prefecture),
        (s.stage, wanted.stage),
        (s.talent_type, wanted.talent_type),
        (r.id, wanted.request),
    )
    return found + [column == value for column, value in told if value]


def slots_query() -> Select[Any]:
    """Return the query of all plans' slots, each with who fills it, as ``slot_row`` takes it."""
    d, s, r, o, a, e = (columns(model) for model in (PlanSlot, Slot, Request, Organization, Assignment, Expert))
    own = (
        d.slot_id, d.reason, d.supposed, s.title, r.id.label("request_id"), r.title.label("request_title"),
        o.code, full_name(o).label("place"), o.name_en, o.prefecture_code, o.latitude, o.longitude,
        s.stage, s.talent_type, s.role, s.start, s.length, s.hours, s.onsite_days, s.required, r.team,
    )  # fmt: skip
    given = (
        a.expert_id, e.paused, e.family_name, e.given_name, e.given_romaji, e.family_romaji, e.affiliation,
        full_name(base.c).label("home"), base.c.name_en.label("home_en"),
        base.c.latitude.label("home_latitude"), base.c.longitude.label("home_longitude"),
        a.fit, a.parts, a.cost, a.net_cost, a.hours.label("hours_with_travel"), a.travel_minutes, a.travel_yen,
    )  # fmt: skip
    return (
        select(*own, *given)
        .join_from(table_of(PlanSlot), table_of(Slot), s.id == d.slot_id)
        .join(table_of(Request), r.id == s.request_id)
        .join(table_of(Organization), o.code == r.organization_code)
        .outerjoin(table_of(Assignment), and_(a.plan_id == d.plan_id, a.slot_id == d.slot_id))
        .outerjoin(table_of(Expert), e.id == a.expert_id)
        .outerjoin(base, base.c.code == e.base)
    )


def slot_row(row: Any) -> PlanSlotRow:
    """Return a row of ``slots_query`` as a line of a plan."""
    return PlanSlotRow(
        slot_id=row.slot_id,
        title=row.title,
        request_id=row.request_id,
        request_title=row.request_title,
        organization_code=row.code,
        organization=row.place,
        organization_en=row.name_en,
        prefecture_code=row.prefecture_code,
        latitude=row.latitude,
        longitude=row.longitude,
        stage=row.stage,
        talent_type=row.talent_type,
        role=row.role,
        start=row.start,
        length=row.length,
        hours=row.hours,
        onsite_days=row.onsite_days,
        required=row.required,
        team=row.team,
        assigned=_assigned(row) if row.expert_id else _imagined(row.supposed) if row.supposed else None,
        reason=row.reason,
    )


def _assigned(row: Any) -> Assigned:
    return Assigned(
        expert_id=row.expert_id,
        name=f"{row.family_name} {row.given_name}".strip(),
        romaji=f"{row.given_romaji} {row.family_romaji}".strip(),
        affiliation=row.affiliation,
        base=row.home,
        base_en=row.home_en,
        latitude=row.home_latitude,
        longitude=row.home_longitude,
        fit=row.fit,
        parts=row.parts,
        cost=row.cost,
        net_cost=row.net_cost,
        hours=row.hours_with_travel,
        travel_minutes=row.travel_minutes,
        travel_yen=row.travel_yen,
        paused=row.paused,
        imagined=False,
    )


def _imagined(supposed: Mapping[str, Any]) -> Assigned:
    """Return a supposed person in a slot, whose row has the columns of an assignment and where they would live."""
    told = {key: value for key, value in supposed.items() if key not in {"plan_id", "slot_id"}}
    ja, en = person_name(told["expert_id"]) or (told["expert_id"], "")
    return Assigned(name=ja, romaji=en, affiliation="", **told, paused=False, imagined=True)


def prefecture_rows(session: Session, plan_id: str, *, actor: Actor = LOCAL) -> Sequence[PrefectureRow]:
    """Return how many slots the plan decided on and filled, by the asking organization's prefecture.

    Raises NotFound, Unseen.
    """
    require_plan(session, actor, plan_id)
    d, s, r, o = (columns(model) for model in (PlanSlot, Slot, Request, Organization))
    query = (
        select(o.prefecture_code, o.prefecture, func.count(), func.count(case((d.reason.is_(None), 1))))
        .join_from(table_of(PlanSlot), table_of(Slot), s.id == d.slot_id)
        .join(table_of(Request), r.id == s.request_id)
        .join(table_of(Organization), o.code == r.organization_code)
        .where(d.plan_id == plan_id)
        .group_by(o.prefecture_code, o.prefecture)
        .order_by(o.prefecture_code)
    )
    return tuple(PrefectureRow(code, name, count, filled) for code, name, count, filled in session.execute(query))
