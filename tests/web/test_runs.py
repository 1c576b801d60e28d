"""Asking for a run, following it, stopping it; all of it without a script."""

import re
import shutil
import unicodedata

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from hub.auth.actor import LOCAL
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import reading, transaction
from hub.jobs.solving import run_next
from hub.settings import DATABASE_FILE, Settings
from hub.workflows.expert_rows import ExpertFilter
from hub.workflows.experts import find_experts
from hub.workflows.plan_adjusting import asked_for
from hub.workflows.plans import find_plans, queue_plan, read_plan
from hub.workflows.request_rows import RequestFilter
from hub.workflows.requests import find_requests, read_request
from hub.workflows.seeding import store_sample
from matching.problem import Link, Policy, Weights
from seed_data.generator import generate
from tests.hub.apps import app_for
from web.language import language
from web.typed import Typed
from web.views.run_asking import form_read

from .conftest import browser

MONTHS = ("2026-04", "2026-05", "2026-06")
FINE = {"title": "計画", "policy": "fair_first", "first": "2026-04", "last": "2026-06", "seconds": "５"}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """A folder with a database that each test copies, because seeding takes longer than a test."""
    folder = tmp_path_factory.mktemp("seeded")
    engine = create_engine(Settings(data_folder=folder))
    migrate(engine)
    with transaction(engine) as session:
        store_sample(session, generate(experts=12, requests=6, seed=5))
    engine.dispose()
    return folder


@pytest.fixture
def office(tmp_path, seeded):
    """A hub of its own, whose runs wait until the test solves them: (browser, engine, settings)."""
    shutil.copy(seeded / DATABASE_FILE, tmp_path / DATABASE_FILE)
    settings = Settings(data_folder=tmp_path, worker=False, explain_seconds=1)
    engine = create_engine(settings)
    app = app_for(settings)
    with TestClient(app):
        yield browser(app, "ja"), engine, settings
    engine.dispose()


def test_a_run_goes_from_the_form_to_the_reasons(office):
    client, engine, settings = office
    asked = client.post("/plans", data=FINE)
    assert asked.status_code == 303
    run = asked.headers["location"]
    waiting = client.get(run).text
    assert "順番を待っています" in waiting
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in waiting
    assert run_next(engine, settings)
    done = client.get(run)
    assert (done.status_code, done.headers["location"]) == (303, run.removesuffix("/run"))
    plan = client.get(done.headers["location"])
    assert "計画" in plan.text
    slot = re.search(r'href="(/plans/[^"]+/slots/[^"]+)"', plan.text)[1]
    assert client.get(slot).status_code == 200
    with reading(engine) as session:
        kept = read_plan(session, done.headers["location"].split("/")[-1])
    assert kept.policy["name"] == "fair_first"
    assert kept.limits["seconds"] == 5.0
    assert kept.months == MONTHS


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title": "  "}, ["title"]),
        ({"title": "計" * 101}, ["title"]),
        ({"policy": "best"}, ["policy"]),
        ({"first": ""}, ["first"]),
        ({"last": "2020-01"}, ["last"]),
        ({"first": "2026-06", "last": "2026-04"}, ["last"]),
        ({"seconds": "0"}, ["seconds"]),
        ({"seconds": "3601"}, ["seconds"]),
        ({"seconds": "-5"}, ["seconds"]),
        ({"seconds": "1e3"}, ["seconds"]),
        (
            {"title": "", "policy": "", "first": "", "last": "", "seconds": ""},
            ["title", "policy", "first", "last", "seconds"],
        ),
    ],
)
def test_every_fault_is_named_at_its_field_and_nothing_is_queued(office, changes, fields):
    client, engine, _ = office
    answer = client.post("/plans", data={**FINE, **changes})
    assert answer.status_code == 422
    summary = re.search(r'<div class="summary".*?</div>', answer.text, re.DOTALL)[0]
    assert re.findall(r'href="#([^"]+)"', summary) == fields
    assert f"{len(fields)}件の問題" in summary
    for field in fields:
        assert f'id="{field}-error">＊' in answer.text
        assert f'id="{field}"' in answer.text
    for field in set(fields) - {"policy"}:
        tag = re.search(rf'<(?:input|select)[^>]* id="{field}"[^>]*>', answer.text)[0]
        assert 'aria-invalid="true"' in tag
        assert f"{field}-error" in tag
    with reading(engine) as session:
        assert find_plans(session).total == 0


def test_what_was_typed_is_kept_when_something_is_wrong(office):
    client, *_ = office
    text = client.post("/plans", data={**FINE, "title": "秋の計画", "seconds": "x"}).text
    assert 'value="秋の計画"' in text
    assert re.search(r'value="fair_first"[^>]* checked', text)
    assert 'value="x"' in text
    assert "<title>入力エラー: " in text


@given(st.text(max_size=12))
def test_no_text_in_the_seconds_makes_anything_but_a_number_or_a_fault(text):
    typed = Typed({**FINE, "seconds": text}, language("ja"))
    asked = form_read(typed, [], MONTHS)
    assert (asked is None) == ("seconds" in typed.faults)
    if asked is not None:
        assert asked.limits.seconds == int(unicodedata.normalize("NFKC", text).replace(",", ""))
        assert 1 <= asked.limits.seconds <= 3600


def test_weights_of_ones_own_come_in_place_of_the_policys(office):
    client, engine, _ = office
    sent = client.post("/plans", data={**FINE, "fit": "２．５", "equity": "0", "yen": "500,000", "prefecture": "13"})
    plan = sent.headers["location"].split("/")[2]
    with reading(engine) as session:
        asked = asked_for(session, LOCAL, plan)
    # What is left empty stays as the policy has it.
    assert asked.policy == Policy("fair_first", Weights(coverage=1.0, fit=2.5, equity=0.0, stability=0.3), 500_000)
    assert asked.prefecture == "13"
    text = client.get(f"/plans/new?like={plan}").text
    for field, value in (("fit", "2.5"), ("equity", "0"), ("yen", "500000")):
        assert re.search(rf'id="{field}" name="{field}" value="{value}"', text)
    assert re.search(r'value="13" selected', text)


def test_a_wrong_weight_or_place_is_named_at_its_field(office):
    client, engine, _ = office
    wrong = {"fit": "-1", "coverage": "1001", "equity": "たくさん", "yen": "0", "prefecture": "48", "links": "pin x"}
    for field, value in wrong.items():
        answer = client.post("/plans", data={**FINE, field: value})
        assert answer.status_code == 422
        assert re.findall(r'id="([a-z]+)-error">＊', answer.text) == [field]
    with reading(engine) as session:
        assert find_plans(session).total == 0


def test_pairs_fixed_or_kept_out_are_carried_over_until_their_mark_is_taken_away(office):
    client, engine, _ = office
    with transaction(engine) as session:
        one, other = [row.id for row in find_experts(session, ExpertFilter()).items[:2]]
        slot = read_request(session, find_requests(session, RequestFilter()).items[0].id).slots[0].id
        first = queue_plan(session, LOCAL, "もと", pins=[Link(slot, one)], forbidden=[Link(slot, other)])
    text = client.get(f"/plans/new?like={first}").text
    marks = re.findall(r'name="links" value="([^"]+)" checked', text)
    assert marks == [f"pin {slot} {one}", f"forbidden {slot} {other}"]
    for kept in (marks, marks[:1], []):
        plan = client.post("/plans", data={**FINE, "links": kept}).headers["location"].split("/")[2]
        with reading(engine) as session:
            asked = asked_for(session, LOCAL, plan)
        assert [
            *(f"pin {link.slot} {link.expert}" for link in asked.pins),
            *(f"forbidden {link.slot} {link.expert}" for link in asked.forbidden),
        ] == kept
    gone = client.post("/plans", data={**FINE, "links": [f"pin {slot} exp_gone"]})
    assert gone.status_code == 422
    assert 'id="links-error">＊' in gone.text


def test_a_waiting_run_can_be_called_off_and_the_page_says_so(office):
    client, engine, settings = office
    run = client.post("/plans", data=FINE).headers["location"]
    assert client.post(run.replace("/run", "/stop")).headers["location"] == run
    text = client.get(run).text
    assert "始まる前に取りやめました" in text
    assert "http-equiv" not in text
    assert not run_next(engine, settings)


def test_the_page_can_be_kept_from_renewing_itself(office):
    client, *_ = office
    run = client.post("/plans", data=FINE).headers["location"]
    assert "http-equiv" not in client.get(f"{run}?refresh=off").text


def test_htmx_gets_the_progress_alone_and_is_sent_to_the_finished_plan(office):
    client, engine, settings = office
    run = client.post("/plans", data=FINE).headers["location"]
    asked = {"hx-request": "true", "hx-request-type": "partial"}
    part = client.get(run, headers=asked)
    assert part.text.lstrip().startswith('<section class="card" id="progress"')
    assert "<html" not in part.text
    run_next(engine, settings)
    assert client.get(run, headers=asked).headers["hx-redirect"] == run.removesuffix("/run")


def events(text):
    """The events of a stream: (event, id, data) each; comments are left out."""
    found = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.partition(": ") for line in block.split("\n") if line and not line.startswith(":")]
        if lines:
            told = {name: [value for key, _, value in lines if key == name] for name, _, _ in lines}
            found.append((*(told.get(name, [""])[0] for name in ("event", "id")), "\n".join(told.get("data", []))))
    return found


def test_progress_comes_as_whole_parts_of_the_page_with_numbers_and_says_when_it_ends(office):
    client, engine, settings = office
    run = client.post("/plans", data=FINE).headers["location"]
    run_next(engine, settings)
    stream = run.replace("/run", "/progress")
    answer = client.get(stream)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "no-store" in answer.headers["cache-control"]
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    (first, end) = events(answer.text)
    assert first[0] == ""
    assert int(first[1]) > 0
    assert first[2].lstrip().startswith('<section class="card" id="progress"')
    assert f'data-hx-get="{run}"' in first[2]
    assert end == ("end", first[1], "")
    assert events(client.get(stream, headers={"Last-Event-ID": first[1]}).text) == [end]
    for odd in ("x", "-1", "9" * 19, "１"):
        assert events(client.get(stream, headers={"Last-Event-ID": odd.encode()}).text)[-1] == end


def test_a_run_that_cannot_be_seen_sends_nothing(office):
    client, *_ = office
    assert client.get("/plans/plan_nothing/progress").status_code == 404


def test_the_page_follows_its_run_by_events_and_without_scripts_by_loading_again(office):
    client, *_ = office
    run = client.post("/plans", data=FINE).headers["location"]
    waiting = client.get(run).text
    assert f'data-hx-sse:connect="{run.replace("/run", "/progress")}"' in waiting
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in waiting
    client.post(run.replace("/run", "/stop"))
    assert "sse" not in client.get(run).text


def test_a_plan_is_put_in_force_and_taken_out_again(office):
    client, engine, settings = office
    plan = client.post("/plans", data=FINE).headers["location"].removesuffix("/run")
    assert client.post(f"{plan}/adopt").status_code == 409
    run_next(engine, settings)
    assert client.post(f"{plan}/adopt").headers["location"] == plan
    assert "採用中" in client.get(plan).text
    assert client.post(f"{plan}/release").status_code == 303
    assert "採用中" not in client.get(plan).text


def test_pins_that_cannot_hold_are_named_and_every_view_of_the_plan_still_opens(office):
    client, engine, settings = office
    with transaction(engine) as session:
        experts = [row.id for row in find_experts(session, ExpertFilter()).items[:2]]
        request = find_requests(session, RequestFilter()).items[0]
        slot = read_request(session, request.id).slots[0].id
        pins = [Link(slot, expert) for expert in experts]
        plan = f"/plans/{queue_plan(session, LOCAL, '両立しない計画', pins=pins)}"
    run_next(engine, settings)
    text = client.get(plan).text
    assert "固定が両立しない" in text
    assert "同時に守れません" in text
    named = re.search(r'<section class="banner bad">.*?</section>', text, re.DOTALL)[0]
    assert f'href="{plan}/slots/{slot}"' in named
    assert any(f'href="/experts/{expert}"' in named for expert in experts)
    for view in ("/map", "/limits", f"/slots/{slot}", "?show=open"):
        assert client.get(plan + view).status_code == 200, view
    assert client.post(f"{plan}/adopt").status_code == 409
