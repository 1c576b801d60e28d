"""Months in columns, people in rows: what takes their time as bars that never overlap, and under them what is left."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.charts.svg import across, chart, element

NARROWEST = 960
"""A chart is never narrower, in CSS pixels (``.gantt`` in the style sheet): what fits into a bar is reckoned by it."""
NAMES = 0.19
"""Share of the width that names take."""
HEAD, LANE, THICK, CELLS, PAD = 48.0, 28.0, 24.0, 22.0, 8.0
INSET = 6.0
WIDE, NARROW = 14.0, 8.5
"""What a sign takes of a line of 14 px at most: a Japanese one, and another."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A bar over columns ``first`` to ``last`` (from 0, both included).

    ``labels``: what is written in it, from long to short, the longest that fits; ``told``: all of it, on pointing.
    ``style``: planned, agreed, promised or offered.
    """

    first: int
    last: int
    labels: tuple[str, ...]
    told: str
    style: str


@dataclass(frozen=True, slots=True)
class GanttRow:
    """One person: ``label``, the bars, and ``cells``: a text under each column, named by ``note``.

    ``closed``: columns with nothing to give, drawn grey.
    """

    label: str
    note: str
    stretches: tuple[Stretch, ...]
    cells: tuple[str, ...]
    closed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """The heads of the columns, and the years over them: (the first column of a year, what it is called)."""

    months: tuple[str, ...]
    years: tuple[tuple[int, str], ...]

    def left(self, column: int) -> float:
        """Return where a column begins, as a share of the width; of the one after the last: where that ends."""
        return NAMES + (1 - NAMES) * column / max(1, len(self.months))


def lanes(stretches: Sequence[Stretch]) -> list[int]:
    """Return for each bar the first lane that is free in all its columns, so that no two overlap."""
    taken: list[list[Stretch]] = []
    found = []
    for one in stretches:
        free = (
            number
            for number, there in enumerate(taken)
            if all(one.last < other.first or other.last < one.first for other in there)
        )
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append(one)
        found.append(lane)
    return found


def gantt(name: str, title: str, description: str, columns: Columns, rows: Sequence[GanttRow]) -> Markup:
    """Return the chart; rows are as high as the lanes they need."""
    drawn: list[Markup] = []
    top = HEAD
    for row in rows:
        placed = lanes(row.stretches)
        high = PAD + LANE * max(1, *(lane + 1 for lane in placed), 1) + CELLS
        drawn += _row(row, placed, columns, top, high)
        top += high
    grid = [
        element(
            "line", x1=across(columns.left(number)), x2=across(columns.left(number)), y1=HEAD, y2=top, class_="rule"
        )
        for number in range(len(columns.months) + 1)
    ]
    return chart(name, title, description, *_heads(columns), *grid, *drawn, height=top + 1)


def _heads(columns: Columns) -> list[Markup]:
    years = [element("text", text, x=across(columns.left(at)), y=16, class_="strong") for at, text in columns.years]
    months = [
        element("text", text, x=across((columns.left(at) + columns.left(at + 1)) / 2), y=40, text_anchor="middle")
        for at, text in enumerate(columns.months)
    ]
    return [*years, *months]


def _row(row: GanttRow, placed: Sequence[int], columns: Columns, top: float, high: float) -> list[Markup]:
    bottom = top + high
    room = NARROWEST * NAMES - INSET
    closed = [
        element(
            "rect",
            x=across(columns.left(at)),
            y=top,
            width=across(columns.left(at + 1) - columns.left(at)),
            height=high,
            class_="fill-track",
        )
        for at in row.closed
    ]
    texts = [
        element("text", element("title", row.label), fitted(row.label, room), x=0, y=top + PAD + 17, class_="strong"),
        element("text", fitted(row.note, room), x=0, y=bottom - 7, class_="quiet"),
        *(
            element(
                "text",
                cell,
                x=across((columns.left(at) + columns.left(at + 1)) / 2),
                y=bottom - 7,
                text_anchor="middle",
            )
            for at, cell in enumerate(row.cells)
        ),
    ]
    bars = [_bar(one, columns, top + PAD + LANE * lane) for one, lane in zip(row.stretches, placed, strict=True)]
    floor = element("line", x1=0, x2="100%", y1=bottom, y2=bottom, class_="rule")
    return [*closed, floor, *texts, *bars]


def _bar(one: Stretch, columns: Columns, top: float) -> Markup:
    """Return a bar with its text in a frame of its own, which cuts off what other fonts make longer."""
    share = columns.left(one.last + 1) - columns.left(one.first)
    room = NARROWEST * share - 2 * INSET
    text = next((label for label in one.labels if text_width(label) <= room), fitted(one.labels[-1], room))
    place: dict[str, str | float] = {"x": across(columns.left(one.first)), "y": top, "width": across(share)}
    return element(
        "g",
        element("title", one.told),
        element("rect", **place, height=THICK, rx=3, class_=f"stretch {one.style}"),
        element("svg", element("text", text, x=INSET, y=17), **place, height=THICK),
    )


def text_width(text: str) -> float:
    """Return what a line of 14 px takes at most, in pixels."""
    return sum(WIDE if unicodedata.east_asian_width(sign) in "WFA" else NARROW for sign in text)


def fitted(text: str, room: float) -> str:
    """Return ``text``, or as much of it as fits into ``room`` pixels and a sign that there is more."""
    if text_width(text) <= room:
        return text
    cut = text
    while cut and text_width(cut + "…") > room:
        cut = cut[:-1]
    return cut.rstrip() + "…" if cut else ""
