"""A real server on the loopback address, over the sample data with one finished plan."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from hub.auth.actor import LOCAL, Actor, Grant
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import reading, transaction
from hub.jobs.solving import run_next
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.drafts import NeedDraft, RequestDraft, SlotDraft
from hub.workflows.engagement_reading import find_engagements
from hub.workflows.engagement_rows import EngagementFilter
from hub.workflows.paging import Paging
from hub.workflows.plan_rows import PlanSlotFilter, PlanSlotRow
from hub.workflows.plans import find_plan_slots, queue_plan, read_plan_slot
from hub.workflows.proposal_reading import read_proposal
from hub.workflows.proposals import accept_as_expert, accept_as_organization
from hub.workflows.publishing import publish
from hub.workflows.request_editing import create_request
from hub.workflows.seeding import store_sample
from hub.workflows.standing_offers import standing_offers
from matching.problem import Limits
from seed_data.cases import cases
from seed_data.generator import generate
from seed_data.samples import Sample

HERE = Path(__file__).parent
PATIENCE = 120.0
PROFILE = ("about", "kinds", "skills", "career", "career/new", "availability", "conditions")


@dataclass(frozen=True)
class Site:
    """Where it is served, and ids of what is there: a plan, a filled and an open slot with remedies, their rows."""

    url: str
    plan: str
    filled: str
    open: str
    expert: str
    request: str
    proposal: str
    draft: str
    engagement: str

    @property
    def pages(self) -> dict[str, str]:
        """Every page by a name, as its path."""
        plan = f"/plans/{self.plan}"
        return {
            "home": "/",
            "about": "/about",
            "styleguide": "/styleguide",
            "faults": "/styleguide?day=?",
            "experts": "/experts",
            "expert": f"/experts/{self.expert}",
            "requests": "/requests",
            "request": f"/requests/{self.request}",
            "plans": "/plans",
            "new": "/plans/new",
            "compare": "/comparisons/new",
            "queue": "/queue",
            "kpi": "/kpi",
            "coverage": "/coverage",
            "supply-demand": "/supply-demand",
            "import": "/imports/experts",
            "plan": plan,
            "map": f"{plan}/map",
            "schedule": f"{plan}/schedule",
            "limits": f"{plan}/limits",
            "filled": f"{plan}/slots/{self.filled}",
            "open": f"{plan}/slots/{self.open}",
            "try": f"{plan}/slots/{self.open}/try?q=県",
            "side-by-side": f"/plans/compare?before={self.plan}&after={self.plan}",
            "what-if": f"{plan}/what-if",
            "publish": f"{plan}/publish",
            "undo": f"{plan}/undo",
            "close": f"{plan}/close",
            "proposals": "/proposals",
            "proposal": f"/proposals/{self.proposal}",
            "move": f"/requests/{self.request}/moves/withdraw",
            "notifications": "/notifications",
            "write": "/requests/new",
            "slots": f"/requests/{self.draft}/write/slots",
            "slot": f"/requests/{self.draft}/write/slots/0",
            "skills": f"/requests/{self.draft}/write/slots/0/skills?q=クラウド",
            "conditions": f"/requests/{self.draft}/write/conditions",
            "check": f"/requests/{self.draft}/write/check",
            "profile": f"/experts/{self.expert}/edit",
            **{f"profile-{part}": f"/experts/{self.expert}/edit/{part}" for part in PROFILE},
            "engagements": "/engagements",
            "engagement": f"/engagements/{self.engagement}",
            "terms": f"/engagements/{self.engagement}/terms",
            "break": f"/engagements/{self.engagement}/break-off",
            "nothing": "/nothing",
        }


@contextmanager
def serve(
    folder: Path, title: str = "令和8年度 配置計画", generated: int = 16, explain_seconds: float = 8
) -> Iterator[Site]:
    """Yield the site: the cases of the policy texts and ``generated`` requests, seeded, planned and served."""
    settings = Settings(data_folder=folder, worker=False, explain_seconds=explain_seconds)
    engine = create_engine(settings)
    migrate(engine)
    sample = generate(experts=60, requests=generated, seed=0)
    with transaction(engine) as session:
        store_sample(session, Sample(sample.experts, cases() + sample.requests, sample.months))
        plan = queue_plan(session, LOCAL, "令和8年度 配置計画", limits=Limits(seconds=30))
    run_next(engine, settings)
    accepted, *proposals = _proposed(engine, plan)
    engagement, draft = _engaged(engine, accepted), _drafted(engine)
    chosen, left = (_most_explained(engine, plan, filled=filled) for filled in (True, False))
    engine.dispose()
    with serve_folder(folder) as url:
        yield Site(
            url=url,
            plan=plan,
            filled=chosen.slot_id,
            open=left.slot_id,
            expert=chosen.assigned.expert_id,
            request=chosen.request_id,
            proposal=proposals[0],
            draft=draft,
            engagement=engagement,
        )


def _proposed(engine: Engine, plan: str) -> Sequence[str]:
    """Send a first stage of the plan out, and return its proposals: the rest can still be published."""
    with reading(engine) as session:
        alone = [row.slot_id for row in standing_offers(session, LOCAL, plan) if row.team == "any"]
    with transaction(engine) as session:
        return publish(session, LOCAL, plan, utc_now() + timedelta(days=2), alone[:8]).proposals


def _engaged(engine: Engine, proposal: str) -> str:
    """Accept a proposal on both sides, and return the engagement it opened."""
    with reading(engine) as session:
        row = read_proposal(session, LOCAL, proposal).row
    with transaction(engine) as session:
        accept_as_expert(session, Actor("acc_expert", (Grant("expert"),), row.expert_id), proposal)
        accept_as_organization(session, Actor("acc_city", (Grant("requester", row.organization_code),)), proposal)
    with reading(engine) as session:
        return find_engagements(session, LOCAL, EngagementFilter()).items[0].id


def _drafted(engine: Engine) -> str:
    """Keep a draft with two slots and a skill."""
    seat = SlotDraft("設計", "D", "development", "2027-04", 6, 20.0, needs=(NeedDraft("TE1-08", 3, mandatory=True),))
    draft = RequestDraft("202151", "窓口のオンライン化", (seat, replace(seat, title="伴走", needs=())))
    with transaction(engine) as session:
        return create_request(session, LOCAL, draft)


def _most_explained(engine: Engine, plan: str, *, filled: bool) -> PlanSlotRow:
    """Return the slot with most to say of itself, so that every part of its page is seen."""
    with reading(engine) as session:
        slots = find_plan_slots(session, plan, PlanSlotFilter(filled=filled), Paging(size=100)).items
        pages = [read_plan_slot(session, plan, slot.slot_id) for slot in slots]
    return max(pages, key=lambda page: (len(page.remedies), len(page.alternatives), page.row.onsite_days > 0)).row


@contextmanager
def serve_folder(folder: Path, **environment: str) -> Iterator[str]:
    """Serve the hub in ``folder``, with more of its ``environment``, and yield its address."""
    port = _free_port()
    with _server(folder, port, **environment):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _server(folder: Path, port: int, **more: str) -> Iterator[None]:
    command = [sys.executable, "-m", "uvicorn", "--factory", "--app-dir", str(HERE), "serving:application"]
    own = {"HUB_DATA_FOLDER": str(folder), "HUB_EXPLAIN_SECONDS": "2", "HUB_SIGN_IN": "local", "HUB_PORT": str(port)}
    environment = {**os.environ, **own, **more}
    process = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "warning"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/about", process)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {process.communicate()[0].decode()}")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"no answer from {url}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
