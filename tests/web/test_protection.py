"""What protects the reader: headers, refusals of other sites, and text that stays text."""

import re

import pytest
from fastapi.testclient import TestClient

from hub.app import create_app
from hub.auth.actor import LOCAL
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import transaction
from hub.settings import Settings
from hub.workflows.drafts import CareerDraft, ExpertDraft, RequestDraft, SkillDraft, SlotDraft
from hub.workflows.experts import store_experts
from hub.workflows.organizations import load_register
from hub.workflows.plans import queue_plan
from hub.workflows.requests import store_requests
from web.security import CONTENT_SECURITY_POLICY, HEADERS

from .conftest import ORIGIN, browser

HOSTILE = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"


@pytest.mark.parametrize("address", ["/", "/nothing", "/experts?page=0", "/static/hub.css", "/static/nothing.css"])
def test_every_answer_carries_the_headers(hub, address):
    headers = hub.ja.get(address).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_the_policy_allows_this_site_alone_and_nothing_inline():
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert not re.search(r"unsafe|https?:|\*|data:", CONTENT_SECURITY_POLICY)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ORIGIN.replace("http", "https")},
        {"origin": f"{ORIGIN}:1"},
        {"origin": "", "referer": "https://evil.example/"},
        {"origin": ""},
    ],
)
@pytest.mark.parametrize("action", ["/plans", "/language", "/plans/{plan}/stop", "/plans/{plan}/adopt"])
def test_a_form_of_another_site_changes_nothing(hub, headers, action):
    before = hub.ja.get("/plans").text
    client = TestClient(hub.ja.app, base_url=ORIGIN, headers=headers, follow_redirects=False)
    told = {"title": "x", "policy": "balanced", "first": "2026-04", "last": "2026-05", "seconds": "5", "language": "en"}
    answer = client.post(action.format(plan=hub.plan), data=told)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert hub.ja.get("/plans").text == before


def test_a_name_that_points_here_from_elsewhere_is_refused(hub):
    """A site whose name resolves to this machine would otherwise be of the same origin as itself."""
    assert TestClient(hub.ja.app, base_url="http://evil.example").get("/").status_code == 400


@pytest.mark.parametrize(
    "next_page", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"]
)
def test_the_language_switch_never_leads_away(hub, next_page):
    answer = hub.ja.post("/language", data={"language": "en", "next": next_page})
    hub.ja.cookies.clear()  # the others that ask go on in Japanese
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_language_is_remembered_and_the_page_kept(hub):
    client = browser(hub.ja.app, "ja")
    answer = client.post("/language", data={"language": "en", "next": "/experts?type=X"})
    assert answer.headers["location"] == "/experts?type=X"
    cookie = answer.headers["set-cookie"].casefold()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert '<html lang="en">' in client.get("/experts").text
    assert client.post("/language", data={"language": "xx"}).status_code == 422


@pytest.fixture
def hostile(tmp_path):
    """A hub in which everything a person may write is hostile."""
    settings = Settings(data_folder=tmp_path, worker=False)
    engine = create_engine(settings)
    migrate(engine)
    career = CareerDraft(HOSTILE, "lead", "2024-04", None, None, None, HOSTILE, HOSTILE, HOSTILE)
    expert = ExpertDraft(
        HOSTILE, ("X",), 5000, "202151", given_name=HOSTILE, family_romaji=HOSTILE, given_romaji=HOSTILE,
        family_kana=HOSTILE, affiliation=HOSTILE, skills=(SkillDraft("BT1-01", 3, HOSTILE),), career=(career,),
        summary=HOSTILE,
    )  # fmt: skip
    slot = SlotDraft(HOSTILE, "X", "development", "2026-10", 3, 8)
    request = RequestDraft("202151", HOSTILE, (slot,), summary=HOSTILE, status="open", source=HOSTILE, assumed=HOSTILE)
    with transaction(engine) as session:
        load_register(session)
        store_experts(session, {"exp_1": expert})
        store_requests(session, {"req_1": request})
        plan = queue_plan(session, LOCAL, HOSTILE[:100])
    app = create_app(settings)
    with TestClient(app):
        yield browser(app, "ja"), browser(app, "en"), f"/plans/{plan}/run"
    engine.dispose()


def test_what_people_write_stays_text(hostile):
    *clients, run = hostile
    addresses = [
        "/",
        "/experts",
        "/experts/exp_1",
        "/requests",
        "/requests/req_1",
        "/plans",
        run,
        f"/experts?q={HOSTILE}",
    ]
    for client in clients:
        for address in addresses:
            text = client.get(address).text
            assert "<script>alert" not in text, address
            assert "<img" not in text, address
            assert "onerror=alert(1)&gt;49" not in text, address
            assert "&lt;script&gt;" in text, address


def test_a_hostile_form_comes_back_as_it_was_typed(hub):
    answer = hub.ja.post(
        "/plans", data={"title": "", "policy": HOSTILE, "first": HOSTILE, "last": HOSTILE, "seconds": HOSTILE}
    )
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert 'value="&lt;script&gt;' in answer.text
