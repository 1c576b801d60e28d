"""The whole application over a small seeded database with one finished plan, as a browser would talk to it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from hub import dependencies
from hub.app import create_app
from hub.auth.actor import LOCAL, Actor
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import reading, transaction
from hub.jobs.solving import run_next
from hub.settings import Settings
from hub.workflows.accounts.sessions import SignedIn
from hub.workflows.paging import Paging
from hub.workflows.plan_rows import PlanSlotFilter
from hub.workflows.plans import find_plan_slots, queue_plan
from hub.workflows.request_rows import RequestFilter
from hub.workflows.requests import find_requests
from hub.workflows.seeding import store_sample
from matching.problem import Limits
from seed_data.generator import generate

ORIGIN = "http://127.0.0.1"


@dataclass(frozen=True)
class Hub:
    """A running application: ``ja`` and ``en`` are browsers with that language, ids are of rows that are there."""

    ja: TestClient
    en: TestClient
    engine: Engine
    settings: Settings
    plan: str
    filled: str
    open: str
    expert: str
    request: str

    def pages(self) -> list[str]:
        """Every page there is, by its address."""
        plan = f"/plans/{self.plan}"
        return [
            "/",
            "/about",
            "/styleguide",
            "/proposals",
            "/notifications",
            "/experts",
            f"/experts/{self.expert}",
            "/requests",
            f"/requests/{self.request}",
            "/plans",
            "/plans/new",
            "/comparisons/new",
            "/queue",
            "/kpi",
            "/kpi?year=2001",
            "/coverage?year=2026",
            "/supply-demand",
            "/supply-demand?category=BT",
            "/imports",
            "/imports/requests",
            f"/plans/new?like={self.plan}",
            plan,
            f"{plan}?show=open",
            f"{plan}/map",
            f"{plan}/schedule",
            f"{plan}/limits",
            f"{plan}/what-if",
            f"{plan}/publish",
            f"{plan}/undo",
            f"{plan}/close",
            f"/requests/{self.request}/moves/close",
            f"{plan}/slots/{self.filled}",
            f"{plan}/slots/{self.open}",
            f"{plan}/slots/{self.open}/try",
            f"{plan}/slots/{self.filled}/try?expert={self.expert}",
            f"/plans/compare?before={self.plan}&after={self.plan}",
        ]


def browser(app, language: str) -> TestClient:
    """A client that behaves as a browser on the loopback address."""
    headers = {"accept-language": language, "origin": ORIGIN}
    return TestClient(app, base_url=ORIGIN, headers=headers, follow_redirects=False)


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder: Path = tmp_path_factory.mktemp("hub")
    settings = Settings(data_folder=folder, worker=False, explain_seconds=5)
    engine = create_engine(settings)
    migrate(engine)
    with transaction(engine) as session:
        store_sample(session, generate(experts=24, requests=16, seed=3))
        plan = queue_plan(session, LOCAL, "令和8年度の計画", limits=Limits(seconds=10))
    assert run_next(engine, settings)
    with reading(engine) as session:
        slots = find_plan_slots(session, plan, PlanSlotFilter(), Paging(size=100)).items
        request = find_requests(session, RequestFilter())
    filled = next(slot for slot in slots if slot.assigned)
    still_open = next(slot for slot in slots if slot.reason)
    app = create_app(settings)
    with TestClient(app):
        yield Hub(
            ja=browser(app, "ja"),
            en=browser(app, "en"),
            engine=engine,
            settings=settings,
            plan=plan,
            filled=filled.slot_id,
            open=still_open.slot_id,
            expert=filled.assigned.expert_id,
            request=request.items[0].id,
        )
    engine.dispose()


@dataclass(frozen=True)
class Played(Hub):
    """A hub of one's own, whose people act one after another."""

    def acting(self, actor: Actor, language: str = "ja") -> TestClient:
        """Return a browser of ``actor``; whoever was there before is gone."""
        app = self.ja.app

        def visitor(request: Request) -> SignedIn:
            request.state.visitor = SignedIn(actor)
            return SignedIn(actor)

        app.dependency_overrides[dependencies._visitor] = visitor
        return browser(app, language)


@pytest.fixture(scope="session")
def stage(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A second hub, served once for all that change something: making an application takes half a second."""
    settings = Settings(data_folder=tmp_path_factory.mktemp("stage"), worker=False)
    engine = create_engine(settings)
    migrate(engine)
    app = create_app(settings)
    told = {name: getattr(hub, name) for name in ("plan", "filled", "open", "expert", "request")}
    with TestClient(app):
        yield Played(browser(app, "ja"), browser(app, "en"), engine, settings, **told)
    engine.dispose()


def copy_hub(hub: Hub, stage: Played) -> None:
    """Make the stage's database that of ``hub``."""
    old, new = (each.engine.url.database or "" for each in (hub, stage))
    with closing(sqlite3.connect(old)) as source, closing(sqlite3.connect(new)) as target:
        source.backup(target)


@pytest.fixture
def played(hub: Hub, stage: Played) -> Iterator[Played]:
    """A hub with the plan of ``hub``, to be changed at will: what the test before left is gone."""
    copy_hub(hub, stage)
    yield stage
    stage.ja.app.dependency_overrides.clear()
