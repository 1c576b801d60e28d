"""A real server on the loopback address, over the sample data with one finished plan."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from hub.auth.actor import LOCAL
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import reading, transaction
from hub.jobs.worker import run_next
from hub.settings import Settings
from hub.workflows.paging import Paging
from hub.workflows.plan_rows import PlanSlotFilter, PlanSlotRow
from hub.workflows.plans import find_plan_slots, queue_plan, read_plan_slot
from hub.workflows.seeding import store_sample
from matching.problem import Limits
from seed_data.cases import cases
from seed_data.generator import generate
from seed_data.samples import Sample

HERE = Path(__file__).parent
PATIENCE = 30.0


@dataclass(frozen=True)
class Site:
    """Where it is served, and ids of what is there: a plan, a filled and an open slot with remedies, their rows."""

    url: str
    plan: str
    filled: str
    open: str
    expert: str
    request: str

    @property
    def pages(self) -> dict[str, str]:
        """Every page by a name, as its path."""
        plan = f"/plans/{self.plan}"
        return {
            "home": "/",
            "about": "/about",
            "experts": "/experts",
            "expert": f"/experts/{self.expert}",
            "requests": "/requests",
            "request": f"/requests/{self.request}",
            "plans": "/plans",
            "new": "/plans/new",
            "plan": plan,
            "map": f"{plan}/map",
            "limits": f"{plan}/limits",
            "filled": f"{plan}/slots/{self.filled}",
            "open": f"{plan}/slots/{self.open}",
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
    chosen, left = (_most_explained(engine, plan, filled=filled) for filled in (True, False))
    engine.dispose()
    port = _free_port()
    with _server(folder, port):
        yield Site(
            url=f"http://127.0.0.1:{port}",
            plan=plan,
            filled=chosen.slot_id,
            open=left.slot_id,
            expert=chosen.assigned.expert_id,
            request=chosen.request_id,
        )


def _most_explained(engine: Engine, plan: str, *, filled: bool) -> PlanSlotRow:
    """Return the slot with most to say of itself, so that every part of its page is seen."""
    with reading(engine) as session:
        slots = find_plan_slots(session, plan, PlanSlotFilter(filled=filled), Paging(size=100)).items
        pages = [read_plan_slot(session, plan, slot.slot_id) for slot in slots]
    return max(pages, key=lambda page: (len(page.remedies), len(page.alternatives), page.row.onsite_days > 0)).row


@contextmanager
def _server(folder: Path, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "uvicorn", "--factory", "--app-dir", str(HERE), "serving:application"]
    environment = {**os.environ, "HUB_DATA_FOLDER": str(folder), "HUB_EXPLAIN_SECONDS": "2", "HUB_SIGN_IN": "local"}
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
