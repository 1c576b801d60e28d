"""Every page, in both languages, with real data: complete, well-formed, light, and speaking to nobody else."""

import re
from html.parser import HTMLParser

import pytest

from web.assets import STATIC
from web.messages import extracted

HEAVIEST = 150_000
LONG_ENOUGH = 6
VOID = {"meta", "link", "input", "br", "hr", "img"}


class Page(HTMLParser):
    """Reads a page: its ids, references, labels, headings, and whether its elements nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.described: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.inline: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in told:
            self.ids.append(told["id"])
        self.references += [told[name] for name in ("href", "src", "action") if told.get(name)]
        for name in ("aria-describedby", "aria-labelledby"):
            self.described += (told.get(name) or "").split()
        if tag == "label":
            self.labelled.add(told.get("for"))
        if tag in ("input", "select", "textarea") and told.get("type") != "hidden":
            self.fields.append(told)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.inline += [name for name in told if name == "style" or name.startswith("on")]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()


@pytest.fixture(params=["ja", "en"])
def language(request):
    return request.param


def texts(hub, language):
    client = getattr(hub, language)
    for address in hub.pages():
        answer = client.get(address)
        assert answer.status_code == 200, address
        yield address, answer


def test_every_page_is_whole_and_in_the_language_asked_for(hub, language):
    for address, answer in texts(hub, language):
        page = Page(answer.text)
        assert f'<html lang="{language}">' in answer.text, address
        assert page.open == [], address
        assert page.headings.count(1) == 1, address
        assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False)), (
            address
        )
        assert len(page.ids) == len(set(page.ids)), address
        assert set(page.described) <= set(page.ids), address
        assert page.inline == [], f"{address}: inline style or script would break the CSP"


def test_every_field_has_a_name_of_its_own(hub, language):
    for address, answer in texts(hub, language):
        page = Page(answer.text)
        for field in page.fields:
            assert field.get("aria-label") or field.get("id") in page.labelled, f"{address}: {field}"


def test_no_message_is_left_in_japanese_on_an_english_page(hub):
    sources = {message.id if isinstance(message.id, str) else message.id[0] for message in extracted() if message.id}
    sentences = [source for source in sources if len(source) >= LONG_ENOUGH and "%" not in source]
    assert len(sentences) > 100
    for address, answer in texts(hub, "en"):
        left = [source for source in sentences if f">{source}<" in answer.text or f'"{source}"' in answer.text]
        assert left == [], address


def test_no_page_refers_to_another_host(hub, language):
    for address, answer in texts(hub, language):
        outside = [
            url for url in Page(answer.text).references if not url.startswith(("/", "#")) or url.startswith("//")
        ]
        assert outside == [], address
    for path in STATIC.glob("*.css"):
        assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//", path.read_text("utf-8")), path.name


def test_every_page_with_what_it_loads_is_light(hub, language):
    sizes = {}
    for address, answer in texts(hub, language):
        loaded = re.findall(r'(?:<link rel="(?:stylesheet|icon)" href|<script src|<image href)="([^"]+)"', answer.text)
        assert loaded, address
        for url in loaded:
            if url not in sizes:
                asset = hub.ja.get(url)
                assert asset.status_code == 200, url
                sizes[url] = len(asset.content)
        # The map's outline is a picture of its own, fetched on that page alone.
        weight = len(answer.content) + sum(size for url, size in sizes.items() if url in loaded and "japan" not in url)
        assert weight < HEAVIEST, f"{address}: {weight}"


def test_vendored_files_are_loaded_with_their_integrity(hub):
    text = hub.ja.get("/").text
    assert re.search(r'<script src="/static/vendor/htmx[^"]+" integrity="sha384-[^"]+" defer>', text)
    assert re.search(r'href="/static/vendor/tokens[^"]+" integrity="sha384-[^"]+"', text)


def test_the_header_says_where_one_is(hub):
    assert 'href="/experts" aria-current="page"' in hub.ja.get("/experts").text
    assert 'href="/experts" aria-current="true"' in hub.ja.get(f"/experts/{hub.expert}").text
    assert "aria-current" not in re.search(r'<ul class="menu">.*?</ul>', hub.ja.get("/").text, re.DOTALL)[0]


def test_what_people_wrote_is_marked_as_japanese_on_an_english_page(hub):
    written = hub.en.get(f"/requests/{hub.request}").text
    assert re.search(r'<h1><span lang="ja">[^<]+</span></h1>', written)
    assert 'lang="ja"' not in re.sub(
        r"<button[^>]*>", "", hub.ja.get(f"/requests/{hub.request}").text.split("<body>")[1]
    )
