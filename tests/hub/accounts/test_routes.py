"""Every route × every role × one's own and others' data: what each declares is what each does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import Engine, text

from hub.app import create_app
from hub.auth.actor import ROLES, Actor, Grant
from hub.auth.permissions import SEEN_BY, Belonging, allows, may_ever
from hub.auth.rules import RULES
from hub.db.transaction import transaction
from hub.decisions import DECISIONS, Decided, Public
from hub.settings import Settings
from hub.workflows.drafts import EXPERT, REQUEST
from hub.workflows.gates import GateReviewDraft, propose_review
from tests.hub.accounts.browsing import Browser, served
from tests.hub.calling import Hub, opened
from tests.hub.databases import on_sqlite
from tests.hub.engagements import conftest as engaged
from tests.hub.engagements.conftest import Work
from tests.hub.engagements.test_interface_of_work import REPORT, evaluation
from tests.hub.round.world import CITY, REQUESTER, WARD, in_a_week

SAFE = {"GET", "HEAD"}
WITHOUT = {"/api/openapi.json": "the description of the interface", "/static": "styles and scripts"}
"""What is served to anybody without a route of the hub's."""
PUBLIC = {
    ("GET", "/about"),
    ("GET", "/styleguide"),
    ("GET", "/health/live"),  # yes or no, for who watches
    ("GET", "/health/ready"),
    ("GET", "/metrics"),  # by a token of its own
    ("POST", "/language"),
    ("GET", "/experts/{expert_id}/public"),  # what a person lets everybody see
    ("GET", "/api/calendar.ics"),  # its address is a secret of its own
    *((method, path) for path in ("/sign-in", "/forgotten", "/set-password") for method in ("GET", "POST")),
    ("POST", "/sign-in/passkey"),
    ("GET", "/sign-in/with/{name}"),
    ("GET", "/sign-in/with/{name}/callback"),  # what it brings is tied to the browser that set out
}
HALF = {
    ("POST", "/sign-out"),
    *((method, path) for path in ("/sign-in/second-factor", "/account/second-factor") for method in ("GET", "POST")),
    ("POST", "/sign-in/second-factor/passkey"),
    ("GET", "/account/passkeys/new"),
    ("POST", "/account/passkeys"),
}


@dataclass(frozen=True)
class Known:
    """A route and its decision."""

    method: str
    path: str
    decision: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def decisions_of(dependant: Dependant) -> list[Any]:
    found = [dependant.call] if isinstance(dependant.call, DECISIONS) else []
    return found + [one for part in dependant.dependencies for one in decisions_of(part)]


def routes_of(settings: Settings) -> list[Known]:
    found = []
    for at in iter_route_contexts(create_app(settings).routes):
        route, path = at.original_route, at.path or ""
        if not isinstance(route, APIRoute):
            assert path in WITHOUT, f"{path} is no route of the hub's: who may use it?"
            continue
        declared = decisions_of(route.dependant)
        assert len(declared) == 1, f"{route.methods} {path}: declares {len(declared)} decisions, not one"
        found += [Known(method, path, declared[0]) for method in sorted(route.methods - {"HEAD"})]
    return found


@on_sqlite
def test_every_route_declares_who_may_use_it_and_few_let_anybody_through(settings: Settings):
    found = routes_of(settings)
    assert len(found) > 120
    assert {(one.method, one.path) for one in found if isinstance(one.decision, Public)} == PUBLIC
    assert {(one.method, one.path) for one in found if not isinstance(one.decision, Decided | Public)} == HALF


@on_sqlite
def test_nobody_gets_anywhere_without_signing_in(registered: Engine, settings: Settings):
    with served(settings) as app:
        for known in routes_of(settings):
            if isinstance(known.decision, Public):
                continue
            for cookies, headers in (({}, {}), ({"hub_session": "x"}, {}), ({}, {"authorization": "Bearer dth_x"})):
                browser = Browser(app)
                browser.client.cookies.update(cookies)
                answer = browser.client.request(
                    known.method, known.path.replace("{", "").replace("}", ""), headers=headers
                )
                if known.path.startswith("/api"):
                    assert answer.status_code == 401, (str(known), answer.text)
                    assert answer.headers["www-authenticate"] == "Bearer"
                else:
                    assert answer.status_code == 303, str(known)
                    assert answer.headers["location"].startswith("/sign-in")


OWN, OTHERS = "own", "others'"
TWENTY = CITY[:2]
PERSONAS: dict[str, Actor] = {
    "requester, own": Actor("acc_requester", (Grant("requester", CITY),)),
    "approver, own": Actor("acc_approver", (Grant("approver", CITY),)),
    "administrator, own": Actor("acc_head", (Grant("organization_admin", CITY),)),
    "requester, others'": Actor("acc_o1", (Grant("requester", WARD),)),
    "approver, others'": Actor("acc_o2", (Grant("approver", WARD),)),
    "expert, own": Actor("acc_e1", (Grant("expert"),), expert="e1"),
    "expert, others'": Actor("acc_e2", (Grant("expert"),), expert="e2"),
    "coordinator of the country": Actor("acc_coordinator", (Grant("coordinator"),)),
    "coordinator, own prefecture": Actor("acc_nagano", (Grant("coordinator", TWENTY),)),
    "coordinator, others' prefecture": Actor("acc_tokyo", (Grant("coordinator", WARD[:2]),)),
    "auditor": Actor("acc_auditor", (Grant("auditor"),)),
    "system administrator": Actor("acc_admin", (Grant("system_admin"),)),
    "nothing given yet": Actor("acc_none", ()),
}


def test_every_role_people_are_given_is_tried():
    tried = {grant.role for actor in PERSONAS.values() for grant in actor.grants}
    assert tried == set(ROLES) - {"system"}


contents, work = engaged.contents, engaged.work
"""The fixtures of work that is others' or one's own."""


@dataclass(frozen=True)
class Tried:
    """The interface over one engagement and all that belongs to it."""

    hub: Hub
    routes: list[Known]
    ids: dict[str, str]
    bodies: dict[tuple[str, str], Any]

    def thing(self, path: str) -> Belonging | None:
        """Return whose the thing of an address is, None for a list or something new."""
        if "{plan_id}" in path:
            return Belonging()
        if "{engagement_id}" in path or "{proposal_id}" in path:
            return Belonging(organization=CITY, expert="e1")
        if path.endswith("{code}/conflicts"):
            return Belonging(organization=CITY)
        if "{request_id}" in path or "{review_id}" in path:
            return Belonging(organization=CITY)
        # The expert was proposed to the organization, which therefore may see their profile.
        return Belonging(expert="e1", served=(CITY,)) if "{expert_id}" in path else None


@pytest.fixture
def tried(work: Work, settings: Settings, expert: Any, request_told: Any) -> Iterator[Tried]:
    with transaction(work.engine) as session:
        review = propose_review(session, REQUESTER, "r1", GateReviewDraft("pass", "実証に進める"))
        proposal = session.execute(text("SELECT proposal_id FROM engagements")).scalar_one()
    ids = {
        "expert_id": "e1",
        "request_id": "r1",
        "plan_id": "plan_1",
        "engagement_id": work.engagement,
        "proposal_id": proposal,
        "review_id": review,
        "slot_id": work.slots[0],
        "notification_id": "ntf_none",
        "code": CITY,
        "audience": "partners",
        "month": "2026-10",
        "kind": "organizations",
        "form": "csv",
    }
    with opened(settings) as hub:
        terms = hub.call(PERSONAS["coordinator of the country"], "GET", f"/engagements/{work.engagement}", 200)["terms"]
        routes = [
            known
            for known in routes_of(settings)
            if known.path.startswith("/api") and known.decision.__class__ is Decided
        ]
        yield Tried(hub, routes, ids, bodies(terms, expert(), request_told()))


def bodies(terms: Any, expert: Any, request: Any) -> dict[tuple[str, str], Any]:
    """Return what each changing route takes: good enough to come to the question of who may."""
    asked, person = REQUEST.dump_python(request, mode="json"), EXPERT.dump_python(expert, mode="json")
    at, why, agreed = "/api/engagements/{engagement_id}", {"code": "other", "words": "x"}, {"terms_version": 1}
    return {
        ("PUT", "/api/experts/{expert_id}"): person,
        ("PUT", "/api/experts/{expert_id}/paused"): {"paused": True},
        ("PUT", "/api/experts/{expert_id}/disclosure"): {"parts": {}},
        ("PUT", "/api/experts/{expert_id}/vendor-conflicts"): {"vendors": []},
        ("PUT", "/api/experts/{expert_id}/consents/matching"): {"version": "2026-12-01", "language": "ja"},
        ("PUT", "/api/organizations/{code}/conflicts"): {"experts": [], "vendors": []},
        ("POST", "/api/requests"): asked,
        ("PUT", "/api/requests/{request_id}"): asked,
        **{
            ("POST", f"/api/requests/{{request_id}}/{move}"): why
            for move in ("send-back", "review", "close", "withdraw")
        },
        ("POST", "/api/requests/{request_id}/gate-reviews"): {"decision": "pass", "findings": "x"},
        ("POST", "/api/gate-reviews/{review_id}/send-back"): why,
        ("POST", "/api/plans"): {"title": "x"},
        ("POST", "/api/plans/{plan_id}/publications"): {"deadline": in_a_week().isoformat()},
        ("POST", "/api/plans/{plan_id}/undo"): {},
        ("POST", "/api/plans/{plan_id}/close"): {},
        ("POST", "/api/offers/{proposal_id}/decline"): {"code": "no_time"},
        ("POST", "/api/proposals/{proposal_id}/decline"): {"code": "budget"},
        ("POST", "/api/proposals/{proposal_id}/withdraw"): why,
        ("PUT", f"{at}/terms"): terms,
        ("POST", f"{at}/agreements/{{side}}"): agreed,
        ("POST", f"{at}/consent"): agreed,
        ("PUT", f"{at}/days"): {"days": []},
        ("POST", f"{at}/break-off"): {"code": "budget"},
        ("PUT", f"{at}/case/{{side}}"): {"shared": True},
        ("PUT", f"{at}/work-logs/{{month}}"): {"hours": 2},
        ("POST", f"{at}/work-logs/{{month}}/send-back"): why,
        ("PUT", f"{at}/report"): REPORT,
        ("POST", f"{at}/report/send-back"): why,
        ("PUT", f"{at}/questionnaire"): {"answer": "x"},
        ("POST", f"{at}/evaluations/{{side}}"): evaluation("organization"),
        ("PUT", "/api/me/notification-preferences"): {"mail": {}},
    }


def expected(actor: Actor, declared: tuple[str, ...], actions: tuple[str, ...], thing: Belonging | None) -> int:
    """Return 403 for who may never or sees it and may not, 404 for what is hidden, 200 for whatever else."""
    if not any(may_ever(actor, action) for action in declared):
        return 403
    if thing is None or any(allows(actor, action, thing) for action in actions):
        return 200
    seen = SEEN_BY.get(actions[0]) or SEEN_BY[actions[0].partition(".")[0]]
    return 403 if allows(actor, seen.reading, thing) else 404


def actions_at(known: Known, side: str | None) -> tuple[str, ...]:
    declared: tuple[str, ...] = known.decision.actions
    return declared if side is None else tuple(action for action in declared if action.endswith(side))


# A plan's file is handed out to who may export and see the plan.
ALSO_SEES = {"/api/plans/{plan_id}/problem", "/api/plans/{plan_id}/plan", "/api/exports/plans/{plan_id}/slots.{form}"}


def called(tried: Tried, known: Known, actor: Actor, ids: dict[str, str]) -> Any:
    address = known.path.format(**ids)
    if known.method == "PUT":
        address += "?version=1"
    if known.path == "/api/calendar.ics":
        address += "?token=x"
    tried.hub._actor = actor
    body = tried.bodies.get((known.method, known.path))
    return tried.hub._client.request(known.method, address, json=body, headers={"Accept-Language": "en"})


def sides(known: Known) -> tuple[str | None, ...]:
    return ("expert", "organization") if "{side}" in known.path else (None,)


@on_sqlite
def test_every_route_answers_every_role_as_the_table_says(tried: Tried):
    wrong, tried_out = [], 0
    for known in tried.routes:
        for side in sides(known):
            ids = {**tried.ids, **({"side": side} if side else {})}
            thing = tried.thing(known.path)
            for name, actor in PERSONAS.items():
                wanted = expected(actor, known.decision.actions, actions_at(known, side), thing)
                if wanted == 200 and known.path in ALSO_SEES and not allows(actor, "plan.read", Belonging()):
                    wanted = 404
                if wanted == 200 and known.method not in SAFE:
                    continue  # whoever may do it does it in other tests
                answer = called(tried, known, actor, ids)
                tried_out += 1
                refused = answer.status_code if answer.status_code in (401, 403, 500) else 200
                if wanted == 404:
                    nowhere = called(
                        tried,
                        known,
                        actor,
                        {
                            **ids,
                            **dict.fromkeys(ids.keys() - {"month", "form", "kind", "side", "code", "audience"}, "none"),
                        },
                    )
                    if (answer.status_code, answer.json()) != (404, nowhere.json()):
                        wrong.append(f"{known} · {name}: {answer.status_code} {answer.text} / {nowhere.text}")
                elif refused != wanted:
                    wrong.append(f"{known} · {name}: {answer.status_code}, not {wanted}: {answer.text[:160]}")
    assert wrong == [], "\n" + "\n".join(wrong)
    assert tried_out > 700


@on_sqlite
def test_lists_hold_nothing_that_could_not_be_opened(tried: Tried):
    ids = tried.ids
    marks = {
        ids["request_id"]: ("request.read", Belonging(organization=CITY)),
        ids["engagement_id"]: ("engagement.read", Belonging(organization=CITY, expert="e1")),
        ids["proposal_id"]: ("engagement.read", Belonging(organization=CITY, expert="e1")),
        "e1": ("expert.read", Belonging(expert="e1", served=(CITY,))),
        ids["plan_id"]: ("plan.read", Belonging()),
    }
    shown: dict[str, int] = {}
    for known in tried.routes:
        if known.method != "GET" or "{" in known.path:
            continue
        for name, actor in PERSONAS.items():
            answer = called(tried, known, actor, ids)
            if answer.status_code != 200:
                continue
            for mark, (action, thing) in marks.items():
                if json.dumps(mark) not in answer.text:
                    continue
                shown[mark] = shown.get(mark, 0) + 1
                # An organization reads of the expert it was proposed, and an expert of the request: by the proposal.
                belongs = Belonging(organization=CITY, expert="e1")
                introduced = allows(actor, "proposal.read", belongs) or allows(actor, "offer.read", belongs)
                assert allows(actor, action, thing) or (introduced and mark in ("e1", "r1", "plan_1")), (
                    str(known),
                    name,
                    mark,
                )
    assert set(shown) == set(marks), "no list showed it to anybody"


def test_the_table_of_permissions_has_no_action_that_nothing_asks_for():
    assert all(rules for rules in RULES.values())
