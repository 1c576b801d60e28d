"""Forms as PDF: complete in both languages, set from this machine's fonts, and fetching nothing."""

import builtins
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import weasyprint

from hub.db.transaction import reading
from hub.errors import Conflict
from hub.workflows.request_rows import RequestPage
from hub.workflows.requests import read_request
from web.forms import pdf
from web.messages import extracted
from web.templating import environment


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


@pytest.fixture
def page(hub) -> RequestPage:
    with reading(hub.engine) as session:
        return read_request(session, hub.request)


def form(template: str, language: str, **context) -> str:
    made = datetime(2026, 11, 25, tzinfo=UTC)
    return environment(language).get_template(f"forms/{template}").render(**context, made_at=made)


@pytest.mark.parametrize("kind", ["application", "list"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_form_is_a_pdf_with_a_name_of_its_own_in_the_readers_language(hub, kind, language):
    address = f"/requests/{hub.request}/application.pdf" if kind == "application" else f"/plans/{hub.plan}/list.pdf"
    answer = getattr(hub, language).get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["cache-control"] == "no-store"
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]


def test_the_form_of_nothing_is_not_found(hub):
    assert hub.ja.get("/requests/absent/application.pdf").status_code == 404
    assert hub.ja.get("/plans/absent/list.pdf").status_code == 404


def test_an_application_says_all_that_was_asked_for(page):
    shown = form("dispatch_application.html", "ja", page=page)
    told = page.told
    for wanted in (told.title, told.organization, *(slot.title for slot in told.slots)):
        assert wanted in shown
    assert "令和8年11月25日（2026年11月25日）" in shown


def test_an_english_form_has_no_japanese_but_what_people_wrote(page):
    shown = text_of(form("dispatch_application.html", "en", page=page))
    sources = {message.id for message in extracted() if isinstance(message.id, str) and len(message.id) >= 4}
    assert not {source for source in sources if source in shown and re.search("[ぁ-んァ-ン一-龠]", source)}


def test_what_a_person_wrote_stays_text(page):
    hostile = '<img src="file:///etc/passwd"><script>x</script>'
    shown = form("dispatch_application.html", "ja", page=replace(page, told=replace(page.told, title=hostile)))
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("address", ["file://{}", "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_a_form_fetches_nothing_even_when_it_is_told_to(tmp_path, monkeypatch, address):
    picture = tmp_path / "picture.svg"
    picture.write_text(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>"
    )
    asked: list[str] = []
    fetch = weasyprint.urls.URLFetcher.fetch
    refused = []

    def watched(self, url, headers=None):
        asked.append(url)
        try:
            return fetch(self, url, headers)
        except ValueError:
            refused.append(url)
            raise

    monkeypatch.setattr(weasyprint.urls.URLFetcher, "fetch", watched)
    # WeasyPrint leaves out what it cannot get, and makes the rest.
    assert pdf.to_pdf(f'<p>a<img src="{address.format(picture)}" alt=""></p>').startswith(b"%PDF-")
    assert asked
    assert refused == asked


def test_a_machine_without_the_text_libraries_says_what_to_install(monkeypatch):
    original = builtins.__import__

    def missing(name, *rest, **more):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return original(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(Conflict, match="libpango"):
        pdf.to_pdf("<p>a</p>")


def test_a_long_text_in_a_table_is_set_line_by_line_and_not_over_and_over(monkeypatch):
    from weasyprint.text import line_break

    made = []
    create = line_break.create_layout

    def counted(*told):
        made.append(1)
        return create(*told)

    monkeypatch.setattr(line_break, "create_layout", counted)
    lines = 40
    text = "長い文を書く人もいます。" * 3 * lines
    pdf.to_pdf(f'<table class="facts"><tr><th>a</th><td class="prose">{text}</td></tr></table>')
    assert lines / 2 < len(made) < 10 * lines
