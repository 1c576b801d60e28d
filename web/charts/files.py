"""A chart as a file that stands alone: the rules of its page inside it, a width of its own, a white ground."""

import base64
import re
from functools import cache

from markupsafe import Markup

from web.assets import STATIC
from web.charts.svg import element

WIDTH = 960
"""Width of a chart that on its page is as wide as its place, in CSS pixels."""
MARGIN = 16
ROOT = re.compile(r":root \{(.*?)\}", re.DOTALL)
VALUE = re.compile(r"(--[\w-]+): ([^;]+);")
USED = re.compile(r"var\((--[\w-]+)(?:, ([^()]*))?\)")
RULE = re.compile(r"^(\.chart[^{]*)\{([^}]*)\}", re.MULTILINE)
SIZE = re.compile(r'^<svg [^>]*?(?:viewBox="[-\d.]+ [-\d.]+ (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)"|height="(\d+(?:\.\d+)?)")')
IMAGE = re.compile(r'href="/static/([\w./-]+\.svg)[^"]*"')
FONTS = "font-family: 'Noto Sans JP', 'Noto Sans CJK JP', 'Hiragino Sans', 'Yu Gothic UI', sans-serif;"


def svg_file(chart: Markup) -> bytes:
    """Return a chart made by ``web.charts.svg.chart`` as an SVG file in UTF-8.

    A chart whose positions across are percentages gets ``WIDTH``; one with a view keeps its own size. Pictures it shows
    are taken into the file. ValueError when ``chart`` has neither a view nor a height.
    """
    found = SIZE.match(chart)
    if found is None:
        raise ValueError("a chart states its height or its view")
    own_width, own_height, height = found.groups()
    width, high = (float(own_width), float(own_height)) if own_width else (float(WIDTH), float(height))
    drawn = Markup(IMAGE.sub(_taken_in, chart))  # noqa: S704  (made of elements)
    inner = element("svg", drawn, x=MARGIN, y=MARGIN, width=width, height=high)
    whole = element(
        "svg",
        element("style", Markup(chart_rules())),  # noqa: S704  (our own style sheet)
        element("rect", width="100%", height="100%", fill="#fff"),
        inner,
        xmlns="http://www.w3.org/2000/svg",
        width=width + 2 * MARGIN,
        height=high + 2 * MARGIN,
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}\n'.encode()


@cache
def chart_rules() -> str:
    """Return the style sheet's rules for charts on a screen, every colour written out.

    Rules for other media are indented there, and so are left out.
    """
    sheet = (STATIC / "hub.css").read_text("utf-8")
    root = ROOT.search(sheet)
    values: dict[str, str] = dict(VALUE.findall(root[1])) if root else {}

    def written_out(found: re.Match[str]) -> str:
        return USED.sub(written_out, values.get(str(found[1]), str(found[2] or "")))

    rules = [f"{select.strip()} {{{USED.sub(written_out, body)}}}" for select, body in RULE.findall(sheet)]
    return f".chart {{ {FONTS} }} " + " ".join(rules)


def _taken_in(found: re.Match[str]) -> str:
    content = base64.b64encode((STATIC / found[1]).read_bytes()).decode()
    return f'href="data:image/svg+xml;base64,{content}"'
