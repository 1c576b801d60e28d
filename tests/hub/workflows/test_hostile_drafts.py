"""Drafts with values no column holds are refused as a whole, each fault at its place, the same on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from hub.db.transaction import reading, transaction
from hub.errors import Invalid
from hub.models import Expert, Request
from hub.models.base import columns, table_of
from hub.workflows.drafts import CareerDraft, ExpertDraft, MonthDraft, RequestDraft, SkillDraft
from hub.workflows.experts import store_experts
from hub.workflows.request_storing import store_requests
from tests.hub.databases import on_sqlite

LONG = "長" * 20_001
MONTH = {"month": "2026-10", "hours": 40.0, "engagements": 2, "onsite_days": 4.0}


def month(**changes: Any) -> MonthDraft:
    return MonthDraft(**{**MONTH, **changes})


def shown(told: object) -> str:
    return ascii(told)[:50]


EXPERTS: list[tuple[str, dict[str, Any]]] = [
    ("/family_name", {"family_name": "髙\0橋"}),
    ("/family_name", {"family_name": "髙" * 101}),
    ("/summary", {"summary": "a\0"}),
    ("/summary", {"summary": LONG}),
    ("/reference", {"reference": "\0"}),
    ("/hourly_rate", {"hourly_rate": 2**63}),
    ("/hourly_rate", {"hourly_rate": -1}),
    ("/hourly_rate", {"hourly_rate": True}),
    ("/hourly_rate", {"hourly_rate": 10**15 + 1}),
    ("/current_rate", {"current_rate": -(2**63)}),
    ("/max_travel_minutes", {"max_travel_minutes": 2**31}),
    ("/max_travel_minutes", {"max_travel_minutes": True}),
    ("/rating_count", {"rating_count": 2**31, "rating_mean": 3.0}),
    ("/rating_mean", {"rating_mean": True, "rating_count": 1}),
    ("/rating_mean", {"rating_mean": float("nan"), "rating_count": 1}),
    ("/paused", {"paused": 1}),
    ("/skills/0/evidence", {"skills": (SkillDraft("TE1-08", 3, "a\0b"),)}),
    ("/skills/0/level", {"skills": (SkillDraft("TE1-08", 2**63),)}),
    ("/availability/0/hours", {"availability": (month(hours=True),)}),
    ("/availability/0/hours", {"availability": (month(hours=float("inf")),)}),
    ("/availability/0/engagements", {"availability": (month(engagements=2**31),)}),
    ("/availability/0/month", {"availability": (month(month="2026-10-01T00:00:00"),)}),
    ("/career/0/organization", {"career": (CareerDraft("\0", "lead", "2020-01"),)}),
    ("/base", {"base": "20215\0"}),
]
REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("/title", {"title": "\0"}),
    ("/title", {"title": "件" * 101}),
    ("/summary", {"summary": LONG}),
    ("/budget", {"budget": -1}),
    ("/budget", {"budget": 2**63}),
    ("/budget", {"budget": True}),
    ("/priority", {"priority": True}),
    ("/source", {"source": "a\0"}),
]


def stored(engine: Engine, model: Any) -> int:
    with reading(engine) as session:
        return session.execute(select(func.count()).select_from(table_of(model))).scalar_one()


@on_sqlite
@pytest.mark.parametrize(("place", "changes"), EXPERTS, ids=shown)
def test_an_expert_no_table_holds_is_refused(
    registered: Engine, expert: Callable[..., ExpertDraft], place: str, changes: dict[str, Any]
):
    with pytest.raises(Invalid) as caught, transaction(registered) as session:
        store_experts(session, {"e": expert(**changes)})
    assert any(fault.place.endswith(place) for fault in caught.value.faults), caught.value.faults
    assert stored(registered, Expert) == 0


@on_sqlite
@pytest.mark.parametrize(("place", "changes"), REQUESTS, ids=shown)
def test_a_request_no_table_holds_is_refused(
    registered: Engine, request_told: Callable[..., RequestDraft], place: str, changes: dict[str, Any]
):
    with pytest.raises(Invalid) as caught, transaction(registered) as session:
        store_requests(session, {"r": request_told(**changes)})
    assert any(fault.place.endswith(place) for fault in caught.value.faults), caught.value.faults
    assert stored(registered, Request) == 0


def test_text_of_every_plane_and_as_long_as_may_be_is_kept_as_typed(
    registered: Engine, expert: Callable[..., ExpertDraft]
):
    told = {"family_name": "髙𠮷🦊" * 33, "summary": "🦊" * 20_000}
    with transaction(registered) as session:
        store_experts(session, {"e": expert(**told)})
    e = columns(Expert)
    with reading(registered) as session:
        assert session.execute(select(e.family_name, e.summary)).one() == tuple(told.values())
