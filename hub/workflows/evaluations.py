"""Evaluations by both sides: once each, and unseen by the other until both are in or 30 days have passed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import allows, require
from hub.errors import Conflict, Invalid
from hub.models import Evaluation, SkillConfirmation
from hub.models.base import columns, table_of, utc_now
from hub.models.evaluations import SIDES, Side
from hub.workflows.audit import record
from hub.workflows.career_records import grow_record
from hub.workflows.drafts import CHECKED, Line, Paragraph
from hub.workflows.engagement_news import tell_both, tell_expert, tell_organization
from hub.workflows.engagement_reading import Engaged, look_at_engagement, take_engagement
from matching.faults import Fault, quote
from matching.problem import Level
from matching.type_faults import type_faults
from seed_data.samples import RolePlayed
from skill_standards import load_framework

WAIT = timedelta(days=30)
"""How long an evaluation waits for the other side's."""
ASPECTS: Mapping[str, tuple[str, ...]] = {
    "organization": ("expertise", "communication", "delivery", "transfer"),
    "expert": ("clarity", "cooperation", "openness", "conditions"),
}
"""What each side grades beside the whole.

Of the expert: 専門性, 対話と調整, 約束した成果と期日, 職員への引き継ぎ（地域に残る力）.
Of the organization: 依頼の明確さ, 受け入れと協力, 提案を聞く姿勢, 条件の遵守.
"""

Grade = Annotated[int, Field(ge=1, le=5)]


@dataclass(frozen=True, slots=True)
class ConfirmationDraft:
    """A skill the organization saw at ``level`` 1–4, and what showed it."""

    __pydantic_config__ = CHECKED
    code: Line
    level: Level
    evidence: Paragraph
    framework: Literal["1.2", "2.0"] = "1.2"


@dataclass(frozen=True, slots=True)
class EvaluationDraft:
    """What a side says: ``overall`` and each of its ``ASPECTS`` from 1 to 5.

    The organization says which part the expert played, and may confirm skills.
    """

    __pydantic_config__ = CHECKED
    overall: Grade
    aspects: dict[str, Grade]
    comment: Paragraph = ""
    role_played: RolePlayed | None = None
    skills: tuple[ConfirmationDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationRead:
    """An evaluation as it was given. ``opens_at``: from when the other side sees it."""

    side: Side
    overall: int
    aspects: dict[str, int]
    comment: str
    role_played: RolePlayed | None
    skills: tuple[ConfirmationDraft, ...]
    given_at: datetime
    opens_at: datetime


EVALUATION = TypeAdapter(EvaluationDraft)


def evaluate(
    session: Session,
    actor: Actor,
    engagement_id: str,
    side: Side,
    told: EvaluationDraft,
    *,
    now: datetime | None = None,
) -> None:
    """Give one side's evaluation; when both are in, both open at once and count.

    Raises Forbidden, Invalid with every fault, Conflict before the work has ended or when this side has given its own.
    """
    now = now or utc_now()
    engaged = take_engagement(session, engagement_id)
    require(actor, f"evaluation.give_as_{side}", engaged.belonging)
    if engaged.row.status not in {"ended", "broken_off"} or engaged.ends_on is None:
        raise Conflict("評価は、従事が終わってからできます。", "Evaluations are given once the work has ended.")
    if faults := _faults(side, told):
        raise Invalid(faults)
    given = _sides_given(session, engagement_id)
    if side in given:
        raise Conflict("評価はすでに提出されています。", "This side has given its evaluation already.")
    _store(session, engaged, side, told, {"given_by": actor.id, "given_at": now}, both=bool(given))
    record(
        session,
        actor,
        "evaluation:give",
        "engagement",
        engagement_id,
        after={"side": side, "overall": told.overall, "aspects": dict(told.aspects)},
        personal={"comment": told.comment} if told.comment else None,
    )
    grow_record(session, engagement_id, now)
    if given:
        tell_both(session, "evaluation:opened", engaged, occasion="opened")
    elif side == "expert":
        tell_organization(session, "evaluation:asked", engaged, occasion="asked")
    else:
        tell_expert(session, "evaluation:asked", engaged, occasion="asked")


def _store(
    session: Session, engaged: Engaged, side: Side, told: EvaluationDraft, given: Mapping[str, Any], *, both: bool
) -> None:
    v, now = columns(Evaluation), given["given_at"]
    row = {
        "engagement_id": engaged.row.id,
        "side": side,
        "expert_id": engaged.row.expert_id,
        "overall": told.overall,
        "aspects": dict(told.aspects),
        "comment": told.comment,
        "role_played": told.role_played,
        **given,
        "opens_at": now if both else now + WAIT,
    }
    session.execute(insert(table_of(Evaluation)), [row])
    if both:
        waiting = (v.engagement_id == engaged.row.id, v.opens_at > now)
        session.execute(update(table_of(Evaluation)).where(*waiting).values(opens_at=now))
    own = {"engagement_id": engaged.row.id, "expert_id": engaged.row.expert_id}
    confirmed = [
        {**own, "framework": skill.framework, "code": skill.code, "level": skill.level, "evidence": skill.evidence}
        for skill in told.skills
    ]
    if confirmed:
        session.execute(insert(table_of(SkillConfirmation)), confirmed)


def read_evaluations(
    session: Session, actor: Actor, engagement_id: str, *, now: datetime | None = None
) -> tuple[EvaluationRead, ...]:
    """Return the evaluations of an engagement ``actor`` may see now: their own side's, and the other's once it opens.

    Coordinators and auditors see both at once. Raises NotFound, Forbidden.
    """
    engaged = look_at_engagement(session, engagement_id)
    require(actor, "evaluation.read", engaged.belonging)
    early = allows(actor, "evaluation.read_early", engaged.belonging)
    own = {side for side in SIDES if allows(actor, f"evaluation.give_as_{side}", engaged.belonging)}
    v, now = columns(Evaluation), now or utc_now()
    query = select(*v).where(v.engagement_id == engagement_id).order_by(v.side.desc())
    skills = _skills_of(session, engagement_id)
    return tuple(
        EvaluationRead(
            side=row.side,
            overall=row.overall,
            aspects=row.aspects,
            comment=row.comment,
            role_played=row.role_played,
            skills=skills if row.side == "organization" else (),
            given_at=row.given_at,
            opens_at=row.opens_at,
        )
        for row in session.execute(query)
        if early or row.side in own or row.opens_at <= now
    )


def _sides_given(session: Session, engagement_id: str) -> set[str]:
    v = columns(Evaluation)
    return set(session.execute(select(v.side).where(v.engagement_id == engagement_id)).scalars())


def _skills_of(session: Session, engagement_id: str) -> tuple[ConfirmationDraft, ...]:
    k = columns(SkillConfirmation)
    query = select(k.code, k.level, k.evidence, k.framework).where(k.engagement_id == engagement_id)
    return tuple(ConfirmationDraft(*row) for row in session.execute(query.order_by(k.framework, k.code)))


def _faults(side: Side, told: EvaluationDraft) -> list[Fault]:
    try:
        EVALUATION.validate_python(told)
    except ValidationError as error:
        return type_faults(error, {}, EvaluationDraft)
    return [*_aspect_faults(side, told), *_role_faults(side, told), *_skill_faults(side, told)]


def _aspect_faults(side: Side, told: EvaluationDraft) -> Iterator[Fault]:
    for name in ASPECTS[side]:
        if name not in told.aspects:
            yield Fault(f"/aspects/{name}", "1から5で評価してください", "grade this from 1 to 5")
    for name in told.aspects:
        if name not in ASPECTS[side]:
            shown = quote(name)
            yield Fault(f"/aspects/{shown}", f"項目「{shown}」はありません", f"there is no aspect “{shown}”")


def _role_faults(side: Side, told: EvaluationDraft) -> Iterator[Fault]:
    if side == "organization" and told.role_played is None:
        yield Fault("/role_played", "この人材が担った役割を選んでください", "choose the part the expert played")
    if side == "expert" and told.role_played is not None:
        yield Fault(
            "/role_played", "役割は団体が選びます。空にしてください", "leave this empty: the organization says it"
        )


def _skill_faults(side: Side, told: EvaluationDraft) -> Iterator[Fault]:
    if side == "expert" and told.skills:
        yield Fault(
            "/skills", "スキルは団体が確認します。空にしてください", "leave this empty: the organization confirms"
        )
    seen: set[Any] = set()
    for position, skill in enumerate(told.skills):
        place = f"/skills/{position}"
        if skill.code not in load_framework(skill.framework).skills:
            shown = quote(skill.code)
            yield Fault(f"{place}/code", f"DSSのスキル「{shown}」はありません", f"there is no DSS skill “{shown}”")
        if (skill.framework, skill.code) in seen:
            yield Fault(f"{place}/code", "同じスキルが2回あります", "this skill is given twice")
        seen.add((skill.framework, skill.code))
        if not skill.evidence.strip():
            yield Fault(f"{place}/evidence", "確認した根拠を書いてください", "say what showed it")
