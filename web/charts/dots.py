"""What is needed and what is there, on one scale: a tick, a dot, and a line between them for each person and skill."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.charts.gantt import fitted, text_width
from web.charts.svg import across, chart, element

NARROWEST = 288
"""A chart is never narrower, in CSS pixels (``.dots`` in the style sheet): long names are cut by it."""
LEFT, RIGHT = 0.03, 0.97
HEAD, TITLE, ROW, PAD = 22.0, 44.0, 46.0, 10.0
TRACK = 30.0
RADIUS = 6
GAP = 8


@dataclass(frozen=True, slots=True)
class Had:
    """What one person has: ``label`` names them, ``text`` says how ``level`` stands to what is needed."""

    label: str
    level: float
    text: str


@dataclass(frozen=True, slots=True)
class Need:
    """A skill: its ``label``, a ``note`` on how much it counts, the ``level`` needed and what people have of it."""

    label: str
    note: str
    level: float
    had: tuple[Had, ...]


def dots(name: str, title: str, description: str, needs: Sequence[Need], scale: Sequence[str]) -> Markup:
    """Return the plot; ``scale``: what the levels 0, 1, 2, … are called, from left to right."""
    drawn: list[Markup] = []
    top = HEAD
    for need in needs:
        drawn += _title(need, top)
        top += TITLE
        for one in need.had:
            drawn += _row(need.level, one, top, len(scale))
            top += ROW
        top += PAD
    heads = [
        element("text", text, x=_at(level, scale), y=14, text_anchor="middle", class_="quiet")
        for level, text in enumerate(scale)
    ]
    return chart(name, title, description, *heads, *drawn, height=top)


def _at(level: float, scale: Sequence[str]) -> str:
    return across(place(level, len(scale)))


def place(level: float, levels: int) -> float:
    """Return where a level is, as a share of the width; beyond the scale, at its end."""
    return LEFT + (RIGHT - LEFT) * max(0.0, min(1.0, level / max(1, levels - 1)))


def _title(need: Need, top: float) -> list[Markup]:
    return [
        element("text", element("title", need.label), fitted(need.label, NARROWEST), x=0, y=top + 18, class_="strong"),
        element("text", need.note, x=0, y=top + 37, class_="quiet"),
    ]


def _row(needed: float, one: Had, top: float, levels: int) -> list[Markup]:
    wanted, there = across(place(needed, levels)), across(place(one.level, levels))
    y = top + TRACK
    marks = [across(place(level, levels)) for level in range(levels)]
    style = "link below" if one.level < needed else "link"
    between = [] if wanted == there else [element("line", x1=wanted, x2=there, y1=y, y2=y, class_=style)]
    room = NARROWEST - text_width(one.text) - GAP
    return [
        element("text", element("title", one.label), fitted(one.label, room), x=0, y=top + 15),
        element("text", one.text, x="100%", y=top + 15, text_anchor="end"),
        element("line", x1=marks[0], x2=marks[-1], y1=y, y2=y, class_="rule"),
        *(element("line", x1=at, x2=at, y1=y - 5, y2=y + 5, class_="rule") for at in marks),
        *between,
        element("line", x1=wanted, x2=wanted, y1=y - 10, y2=y + 10, class_="tick"),
        element("circle", cx=there, cy=y, r=RADIUS, class_="place"),
    ]
