"""What the pages promise against harm, one test a promise; ``docs/security/asvs.md`` says where the others are."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from hub.api.uploads import FIELD
from hub.settings import Settings
from hub.workflows.sheets import book
from web.addresses import local_path
from web.forms import pdf
from web.security import HEADERS

from .conftest import ORIGIN, Hub, browser

WEB = Path(__file__).resolve().parents[2] / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
DRAWN = {"enrol.html": "the code to scan, drawn from nothing but squares"}
BEHIND_TLS = "https://127.0.0.1"


def test_over_tls_browsers_are_told_to_stay_there_and_otherwise_not(hub: Hub):
    assert "strict-transport-security" not in hub.ja.get("/").headers
    over_tls = TestClient(hub.ja.app, base_url=BEHIND_TLS)
    for address in ("/", "/nothing", "/api/experts", "/static/hub.css", "/health/live"):
        told = over_tls.get(address).headers["strict-transport-security"]
        seconds = int(re.match(r"max-age=(\d+); includeSubDomains$", told)[1])
        assert seconds >= 365 * 24 * 3600


def test_behind_what_ends_tls_the_public_address_decides(hub: Hub):
    settings = hub.ja.app.state.settings
    try:
        hub.ja.app.state.settings = Settings(data_folder=settings.data_folder, public_url="https://hub.example")
        assert "strict-transport-security" in hub.ja.get("/").headers
    finally:
        hub.ja.app.state.settings = settings


def test_every_cookie_is_of_this_host_alone_over_tls_and_no_script_reads_it(hub: Hub):
    over_tls = TestClient(hub.ja.app, base_url=BEHIND_TLS, headers={"origin": BEHIND_TLS}, follow_redirects=False)
    told = over_tls.post("/language", data={"language": "en"}).headers["set-cookie"]
    assert told.startswith("__Host-hub_language=en; ")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(told.split("; "))
    assert "domain" not in told.casefold()
    assert '<html lang="en">' in over_tls.get("/").text
    plain = hub.ja.post("/language", data={"language": "ja"}).headers["set-cookie"]
    assert plain.startswith("hub_language=ja; ")
    assert "Secure" not in plain


def test_no_folder_is_listed_and_no_file_outside_is_served(hub: Hub):
    for path in ("/static/", "/static/vendor/", "/static/../security.py", "/static/%2e%2e/security.py", "/.git/HEAD"):
        assert hub.ja.get(path).status_code in (404, 405), path


def test_no_page_may_be_framed_or_use_the_devices_of_who_reads_it(hub: Hub):
    headers = hub.ja.get("/").headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    for feature in ("camera", "microphone", "geolocation", "usb", "payment", "display-capture"):
        assert f"{feature}=()" in headers["permissions-policy"]


def test_no_other_window_or_site_gets_hold_of_a_page(hub: Hub):
    headers = hub.ja.get("/").headers
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert (
        "access-control-allow-origin"
        not in hub.ja.get("/api/plans", headers={"origin": "https://evil.example"}).headers
    )


def test_nothing_but_styles_and_scripts_is_kept_anywhere(hub: Hub):
    schema = hub.ja.get("/api/openapi.json").json()["paths"]
    lists = [path for path, methods in schema.items() if "get" in methods and "{" not in path]
    others = ["/nothing", "/api/nothing", "/health/ready", "/metrics", "/static/nothing.css", "/plans/none", "/sign-in"]
    answers = {path: hub.ja.get(path) for path in [*hub.pages(), *lists, *others]}
    answers["a refused form"] = hub.ja.post("/plans", data={"title": ""})
    answers["a redirect"] = hub.ja.post("/language", data={"language": "ja"})
    kept = {path for path, answer in answers.items() if "no-store" not in answer.headers["cache-control"]}
    assert kept <= {"/static/nothing.css"}
    assert "immutable" in hub.ja.get("/static/hub.css?v=1").headers["cache-control"]
    assert hub.ja.get("/static/hub.css").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline_and_marks_nothing_as_safe(path: Path):
    text = path.read_text("utf-8")
    marked = re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", text)
    assert marked is None or path.name in DRAWN
    tags = " ".join(re.findall(r"<[a-z][^>]*", re.sub(r"{[{%].*?[%}]}", "", text, flags=re.DOTALL)))
    assert not re.search(
        r"<script(?!.*?\ssrc=)|<style|\sstyle=|\son[a-z]+\s*=|javascript:|\shx-on", tags, re.IGNORECASE
    )
    assert not re.search(r"""\s(?:src|href|action)=["'](?:https?:)?//""", text)


def test_whatever_is_made_into_markup_is_escaped_by_it():
    """``Markup`` is given constants, and what varies comes by its ``format``, which escapes."""
    for path in sorted(WEB.rglob("*.py")):
        if "node_modules" not in path.parts:
            assert not re.search(r"Markup\(f[\"']|Markup\([a-z_]+\)", path.read_text("utf-8")), path


ANY_PATH = st.text(st.sampled_from("/\\.:@?#%&=ahtps e\t\r\n\x00\x7f\u2028\u3000"), max_size=30) | st.text(max_size=30)


@given(ANY_PATH | ANY_PATH.map("/".__add__) | ANY_PATH.map("//".__add__))
def test_going_back_never_leads_to_another_site(told: str):
    place = local_path(told)
    assert place[0] == "/"
    assert place[1:2] not in ("/", "\\")
    assert not re.search(r"[\x00-\x20\x7f\\]", place)
    assert urlsplit(place)[:2] == ("", "")


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "//evil.example/", "/\\evil.example/", "/%2F%2Fevil.example/", "/experts/", "///evil.example"],
)
def test_an_address_is_never_redirected_to_another_site(hub: Hub, path: str):
    for headers in ({}, {"hx-request": "true"}):
        client = TestClient(hub.ja.app, base_url=ORIGIN, follow_redirects=False)
        answer = client.get(f"{ORIGIN}{path}", headers=headers)
        for name in ("location", "hx-redirect"):
            place = answer.headers.get(name, "/")
            assert urlsplit(place).netloc in ("", "127.0.0.1")
            assert not place.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "name", ['a"; filename="evil.exe', "a\r\nSet-Cookie: x=1", "../../etc/passwd", "帳票\0", "x" * 300]
)
def test_a_file_s_name_cannot_leave_its_header(hub: Hub, monkeypatch: pytest.MonkeyPatch, name: str):
    from starlette.requests import Request

    monkeypatch.setattr(pdf, "to_pdf", lambda text: b"")
    monkeypatch.setattr(pdf, "environment", lambda code: FakeEnvironment())
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "app": hub.ja.app}
    told = pdf.render_form(Request(scope), "x", {}, name).headers["content-disposition"]
    assert re.fullmatch(r"""attachment; filename="form\.pdf"; filename\*=UTF-8''[\w.%~-]+\.pdf""", told, re.ASCII)


class FakeEnvironment:
    def get_template(self, name: str) -> "FakeEnvironment":
        return self

    def render(self, **context: object) -> str:
        return ""


def test_what_is_handed_out_is_saved_and_not_shown_in_the_hub_s_place(hub: Hub):
    files = [
        f"/api/plans/{hub.plan}/plan",
        f"/api/plans/{hub.plan}/problem",
        "/api/exports/experts.csv",
        "/api/imports/experts/form.xlsx",
        f"/api/experts/{hub.expert}/calendar.ics",
    ]
    for path in files:
        answer = hub.ja.get(path)
        assert answer.status_code == 200, path
        told = answer.headers["content-disposition"]
        assert re.fullmatch(r'attachment; filename="[\w.-]+"', told, re.ASCII), path
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_that_is_too_large_or_not_alone_is_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hub.api.uploads.LARGEST_FILE", 1000)
    headers = {"origin": ORIGIN}
    for sent in (
        {"files": {FIELD: ("a.xlsx", b"x" * 1001)}},
        {"content": b"x" * 1001, "headers": {"content-type": "text/csv"}},
    ):
        told = {**sent, "headers": {**headers, **sent.get("headers", {})}}
        assert hub.ja.post("/api/imports/experts", **told).status_code == 413
    two = [(FIELD, ("a.csv", b"x")), (FIELD, ("b.csv", b"y"))]
    assert hub.ja.post("/api/imports/experts", files=two).status_code == 400
    many = {f"f{number}": "x" for number in range(50)}
    assert hub.ja.post("/api/imports/experts", data=many, files={FIELD: ("a.csv", b"x")}).status_code == 400
    assert book.LARGEST_FILE == 50 * 2**20


def test_a_form_of_very_many_fields_is_refused(hub: Hub):
    many = "&".join(f"f{number}=x" for number in range(2000))
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN}
    assert hub.ja.post("/plans", content=many, headers=headers).status_code == 400


def test_htmx_gets_the_same_protection_as_a_page(hub: Hub):
    client = browser(hub.ja.app, "ja")
    page, part = (client.get("/experts", headers=headers) for headers in ({}, {"hx-request": "true"}))
    for name, value in HEADERS.items():
        assert page.headers[name] == part.headers[name] == value
    forged = client.post(
        "/plans", data={"title": "x"}, headers={"hx-request": "true", "origin": "https://evil.example"}
    )
    assert forged.status_code == 403


def test_nothing_says_what_the_service_is_made_of(hub: Hub):
    for path in ("/", "/nothing", "/api/nothing", "/docs", "/redoc", "/openapi.json", "/api/docs"):
        answer = hub.ja.get(path)
        assert not {"server", "x-powered-by"} & set(answer.headers)
        assert not re.search(r"uvicorn|starlette|fastapi|Traceback", answer.text, re.IGNORECASE), path


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "DEBUG", "PATCH"])
def test_methods_nothing_takes_are_refused(hub: Hub, method: str):
    assert hub.ja.request(method, "/experts").status_code in (403, 405)
