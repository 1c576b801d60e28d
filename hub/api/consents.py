"""Consents of the person of a profile: read, given, withdrawn. No token of a system may do either."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from hub.api.bodies import body_of, described
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.workflows.consents import ConsentRead, agree_to, read_consents, withdraw_consent
from matching.problem import STRICT

router = APIRouter(prefix="/experts/{expert_id}/consents", tags=["experts"])

CONSENTING = decides("expert.consent")


@dataclass(frozen=True, slots=True)
class Agreed:
    """The version of the text that was read, and in which language."""

    __pydantic_config__ = STRICT
    version: str
    language: str


@router.get("", dependencies=[CONSENTING])
def list_consents(session: ReadingSession, actor: ActorDep, expert_id: str) -> tuple[ConsentRead, ...]:
    """List what was agreed to, with the texts, the latest first."""
    return read_consents(session, actor, expert_id)


@router.put("/matching", status_code=204, openapi_extra=described(Agreed), dependencies=[CONSENTING])
def agree(
    session: WritingSession, actor: ActorDep, expert_id: str, told: Annotated[Agreed, Depends(body_of(Agreed))]
) -> None:
    """Agree to being matched, by the newest text. 422 when it was another."""
    agree_to(session, actor, expert_id, told.version, told.language)
    log_event("consent_given", expert=expert_id, actor=actor.id)


@router.delete("/matching", status_code=204, dependencies=[CONSENTING])
def withdraw(session: WritingSession, actor: ActorDep, expert_id: str) -> None:
    """Withdraw one's consent to being matched: the profile is paused at once."""
    withdraw_consent(session, actor, expert_id)
    log_event("consent_withdrawn", expert=expert_id, actor=actor.id)
