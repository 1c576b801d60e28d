"""What is the office's own never reaches an expert: a mark in every internal field, and every route walked for it."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

import pytest
from fastapi import Request
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from hub import dependencies
from hub.auth.actor import Actor, Grant
from hub.db.transaction import transaction
from hub.mail.letters import compose
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.accounts.sessions import SignedIn
from hub.workflows.outbox import claim_mail, settle_mail
from tests.hub.accounts.test_routes import bodies
from tests.hub.calling import HOST, opened
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import EXPERT, Work, reported
from tests.hub.privacy.marks import Marks, plant
from tests.hub.round.world import CITY
from web.forms import pdf

EVERYBODY_ELSE = Actor(
    "acc_office", (Grant("auditor"), Grant("coordinator"), Grant("approver", CITY), Grant("system_admin"))
)
"""Who sees what is marked: a mark nobody sees would prove nothing."""
SAFE = {"GET", "HEAD"}


def spoken(content: bytes) -> str:
    """Return what a file says: also what is within a workbook or an archive."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as whole:
            return "\n".join(spoken(whole.read(name)) for name in whole.namelist())
    return content.decode("utf-8", "replace")


@dataclass
class Walk:
    """Every route of the application, walked as one person."""

    app: Any
    client: TestClient
    ids: dict[str, tuple[str, ...]]
    answered: dict[str, int] = field(default_factory=dict)

    def as_person(self, actor: Actor) -> None:
        def visitor(request: Request) -> SignedIn:
            request.state.visitor = SignedIn(actor)
            return SignedIn(actor)

        self.app.dependency_overrides.pop(dependencies._actor, None)
        self.app.dependency_overrides[dependencies._visitor] = visitor

    def routes(self) -> Iterator[tuple[str, str]]:
        for at in iter_route_contexts(self.app.routes):
            if isinstance(at.original_route, APIRoute):
                for method in sorted(at.original_route.methods - {"HEAD"}):
                    yield method, at.path or ""

    def addresses(self, path: str) -> Iterator[str]:
        names = [part.strip("{}") for part in path.replace(".", "/").split("/") if part.startswith("{")]
        unknown = set(names) - set(self.ids)
        assert not unknown, f"{path}: which {unknown} are there to try?"
        for chosen in product(*(self.ids[name] for name in names)):
            yield path.format(**dict(zip(names, chosen, strict=True)))

    def told(self, method: str, address: str, **sent: Any) -> str:
        headers = {"origin": HOST, "accept-language": "ja", **sent.pop("headers", {})}
        answer = self.client.request(method, address, headers=headers, follow_redirects=False, **sent)
        self.answered[f"{method} {address}"] = answer.status_code
        assert answer.status_code < 500, (method, address, answer.text[:300])
        return spoken(answer.content) + json.dumps(dict(answer.headers))


@pytest.fixture
def walk(work: Work, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Walk, Marks]]:
    marks = Marks()
    made = plant(work.engine, work, marks)
    # What a form says is looked at before it becomes a picture of glyphs.
    monkeypatch.setattr(pdf, "to_pdf", lambda told, *_, **__: told.encode())
    ids = {
        "expert_id": ("e1", "e2"),
        "request_id": ("r1",),
        "plan_id": ("plan_1",),
        "engagement_id": (work.engagement,),
        "proposal_id": tuple(made.values()),
        "review_id": ("rev_none",),
        "slot_id": work.slots,
        "notification_id": ("ntf_none",),
        "session_id": ("ses_none",),
        "token_id": ("tok_none",),
        "account_id": ("acc_coordinator",),
        "passkey_id": ("pky_none",),
        "webhook_id": ("hook_none",),
        "change": ("pin", "forbid"),
        "comparison_id": ("cmp_none",),
        "code": (CITY,),
        "month": ("2026-10",),
        "kind": ("experts", "plans"),
        "form": ("xlsx",),
        "ending": ("csv", "svg"),
        "side": ("organization", "expert"),
        "audience": ("coordinators", "partners"),
        "name": ("close",),
        "at": ("0",),
    }
    with opened(settings) as hub:
        yield Walk(hub._client.app, hub._client, ids), marks


@on_sqlite
@reported
def test_no_route_tells_an_expert_what_is_internal(walk: tuple[Walk, Marks], expert: Any, request_told: Any):
    through, marks = walk
    through.as_person(EXPERT)
    leaks: dict[str, set[str]] = {}

    def look(address: str, told: str) -> None:
        if found := marks.found_in(told):
            leaks[address] = found

    for method, path in through.routes():
        if method in SAFE:
            for address in through.addresses(path):
                look(address, through.told(method, address))
    read = [address for address, status in through.answered.items() if status == 200]
    assert len(read) > 40, read
    sent = bodies({}, expert(), request_told())
    for method, path in through.routes():
        if method in SAFE or path in ("/sign-out", "/api/experts/{expert_id}/paused"):
            continue
        for address in islice(through.addresses(path), 3):
            body = sent.get((method, path), {})
            kept = {"headers": {"idempotency-key": f"k-{abs(hash(address))}"}}
            for _ in range(2 if method == "POST" and path.startswith("/api") else 1):
                how = {"json": body} if path.startswith("/api") else {"data": {"version": "1"}}
                look(f"{method} {address}", through.told(method, f"{address}?version=1", **how, **kept))
    assert leaks == {}
    for method, path in through.routes():  # once more: what was done may show more
        if method in SAFE and path.startswith(
            ("/api/engagements", "/api/offers", "/api/experts", "/api/notifications", "/engagements", "/proposals")
        ):
            for address in through.addresses(path):
                look(address, through.told(method, address))
    assert leaks == {}


@on_sqlite
@reported
def test_every_mark_is_where_somebody_else_sees_it(walk: tuple[Walk, Marks]):
    through, marks = walk
    through.as_person(EVERYBODY_ELSE)
    seen: set[str] = set()
    for method, path in through.routes():
        if method in SAFE:
            for address in through.addresses(path):
                seen |= marks.found_in(through.told(method, address))
    assert set(marks.planted.values()) - seen == {"a kept answer of the office"}


@on_sqlite
@reported
def test_neither_a_calendar_nor_a_letter_tells_an_expert_what_is_internal(walk: tuple[Walk, Marks], work: Work):
    through, marks = walk
    through.as_person(EXPERT)
    made = json.loads(through.client.post("/api/experts/e1/calendar-subscription", headers={"origin": HOST}).content)[
        "address"
    ]
    feed = through.told("GET", made[made.index("/api/") :])
    assert "BEGIN:VEVENT" in feed
    assert marks.found_in(feed) == set()
    letters = 0
    while True:
        with transaction(work.engine) as session:
            letter = claim_mail(session, utc_now())
            if letter is None:
                break
            settle_mail(session, letter, "sent", 250, utc_now())
        if letter.address.startswith("acc_e1"):
            letters += 1
            assert (
                marks.found_in(compose(letter, "hub@example.jp", HOST, utc_now()).decode("utf-8", "replace")) == set()
            )
    assert letters > 0
