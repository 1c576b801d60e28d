"""Samples into the database: whole or not at all, and the same a second time."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.auth.actor import LOCAL, Actor
from hub.models import Expert, Request
from hub.models.base import columns, derived_id
from hub.workflows.audit import record
from hub.workflows.drafts import expert_of, request_of
from hub.workflows.experts import store_experts
from hub.workflows.organizations import load_register
from hub.workflows.requests import store_requests
from seed_data.samples import Sample, SampleExpert, SampleRequest


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many rows were added; what was there before is left as it is, even when somebody changed it since."""

    organizations: int
    experts: int
    requests: int


def store_sample(session: Session, sample: Sample, actor: Actor = LOCAL) -> Seeded:
    """Add ``sample`` and the register of organizations. What was seeded before is left alone."""
    organizations = load_register(session)
    present = _ids(session, Expert) | _ids(session, Request)
    experts = {expert_id(expert): expert for expert in sample.experts}
    requests = {request_id(request): request for request in sample.requests}
    new_experts = {key: expert_of(told) for key, told in experts.items() if key not in present}
    new_requests = {key: request_of(told) for key, told in requests.items() if key not in present}
    stored = store_experts(session, new_experts, actor=actor)
    asked = store_requests(session, new_requests, actor=actor)
    if stored.created or asked.created:
        counts = {"experts": stored.created, "requests": asked.created}
        record(session, actor, "sample:seed", "sample", "", after=counts)
    return Seeded(organizations, stored.created, asked.created)


def expert_id(expert: SampleExpert) -> str:
    """Return the id of a sample expert, the same every time."""
    return derived_id("exp", expert.key, expert.name, expert.name_kana)


def request_id(request: SampleRequest) -> str:
    """Return the id of a sample request, the same every time."""
    return derived_id("req", request.key, request.organization, request.title)


def _ids(session: Session, model: type[SQLModel]) -> set[str]:
    return set(session.execute(select(columns(model).id)).scalars())
