"""A profile as one audience sees it: what its person chose not to show them is not there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.disclosure import Choices, shown_parts
from hub.models import Expert, Organization
from hub.models.base import columns
from hub.models.privacy import Audience
from hub.workflows.career_records import ConfirmedSkill, VerifiedEntry
from hub.workflows.disclosure_choices import own_choices, read_choices
from hub.workflows.drafts import CareerDraft, MonthDraft, SkillDraft
from hub.workflows.expert_rows import ExpertPage
from hub.workflows.expert_storing import expert_not_found
from hub.workflows.experts import read_expert
from hub.workflows.introductions import Viewer, viewer_of
from hub.workflows.ratings import ShownRating

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a person works. ``max_travel_minutes``: one way, None: no limit; ``regions``: prefectures, none: anywhere."""

    work_modes: tuple[str, ...]
    full_time_possible: bool
    max_travel_minutes: int | None
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kinds:
    """What a person does, by codes."""

    talent_types: tuple[str, ...]
    external_types: tuple[str, ...]
    roles: tuple[str, ...]
    stages: tuple[str, ...]
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownExpert:
    """A profile as ``audience`` sees it: ``parts`` are there, everything else is None, whatever it may be.

    Skills are without their evidence where that is not shown. ``prefecture``: two digits; ``base``: a 団体コード.
    """

    id: str
    audience: Audience
    parts: tuple[str, ...]
    name: str | None
    kana: str | None
    romaji: str | None
    affiliation: str | None
    summary: str | None
    kinds: Kinds | None
    skills: tuple[SkillDraft, ...] | None
    career: tuple[CareerDraft, ...] | None
    verified: tuple[VerifiedEntry, ...] | None
    confirmed: tuple[ConfirmedSkill, ...] | None
    rating: ShownRating | None
    prefecture: str | None
    base: str | None
    conditions: Conditions | None
    availability: tuple[MonthDraft, ...] | None
    hourly_rate: int | None
    current_rate: int | None


def shown_to(page: ExpertPage, prefecture: str, choices: Choices, audience: Audience) -> ShownExpert:
    """Return ``page`` as ``audience`` sees it; ``prefecture``: that of its base."""
    parts, told = shown_parts(choices, audience), page.told

    def given(part: str, value: Callable[[], T]) -> T | None:
        return value() if part in parts else None

    evidence = "evidence" in parts
    skills = told.skills if evidence else tuple(replace(skill, evidence="") for skill in told.skills)
    return ShownExpert(
        id=page.id,
        audience=audience,
        parts=tuple(sorted(parts)),
        name=given("name", lambda: page.name),
        kana=given("name", lambda: page.kana),
        romaji=given("name", lambda: page.romaji),
        affiliation=given("affiliation", lambda: told.affiliation),
        summary=given("summary", lambda: told.summary),
        kinds=given("kinds", lambda: Kinds(**{name: getattr(told, name) for name in Kinds.__dataclass_fields__})),
        skills=given("skills", lambda: skills),
        career=given("career", lambda: told.career),
        verified=given("records", lambda: page.verified),
        confirmed=given("records", lambda: page.confirmed),
        rating=given("rating", lambda: page.rating) if page.rating else None,
        prefecture=given("prefecture", lambda: prefecture),
        base=given("base", lambda: told.base),
        conditions=given(
            "conditions",
            lambda: Conditions(**{name: getattr(told, name) for name in Conditions.__dataclass_fields__}),
        ),
        availability=given("availability", lambda: told.availability),
        hourly_rate=given("rate", lambda: told.hourly_rate),
        current_rate=given("current_rate", lambda: told.current_rate) if told.current_rate is not None else None,
    )


def look_at_expert(session: Session, actor: Actor, expert_id: str) -> tuple[ExpertPage | ShownExpert, Viewer]:
    """Return a profile as ``actor`` may see it, and as whom they do. Raises NotFound, Unseen."""
    viewer = viewer_of(session, actor, expert_id)
    if viewer.whole or viewer.audience is None:
        return read_expert(session, expert_id, actor=actor), viewer
    return _shown(session, expert_id, viewer.audience), viewer


def preview_expert(session: Session, actor: Actor, expert_id: str, audience: Audience) -> ShownExpert:
    """Return a profile as ``audience`` would see it, to who decides what they see. Raises NotFound, Forbidden."""
    own_choices(session, actor, expert_id)
    return _shown(session, expert_id, audience)


def read_public_summary(session: Session, expert_id: str) -> ShownExpert:
    """Return what a person lets everybody see. Raises NotFound, as if there were nobody, where that is nothing, and for
    who is paused.
    """
    e = columns(Expert)
    there = select(e.id).where(e.id == expert_id, e.paused.is_(False), e.erased_at.is_(None))
    if session.execute(there).first() is None or not (shown := _shown(session, expert_id, "public")).parts:
        raise expert_not_found()
    return shown


def _shown(session: Session, expert_id: str, audience: Audience) -> ShownExpert:
    page = read_expert(session, expert_id)
    o = columns(Organization)
    prefecture = session.execute(select(o.prefecture_code).where(o.code == page.told.base)).scalar_one()
    return shown_to(page, prefecture, read_choices(session, [expert_id])[expert_id], audience)
