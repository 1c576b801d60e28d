"""A heat map of rows and columns: each cell with its number and word, on a ground that diverges from even."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from web.charts.svg import chart, element
from web.charts.tiles import FULL, text_width

Ground = Literal["short-2", "short-1", "even", "spare-1", "spare-2", "none"]
GAP = 3
CELL = 44
HEAD = 48
LEAST, MOST = 84, 320
PAD = 12
LINE = 18


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell: its number as ``text``, its ``word``, its ground, and what is said of it when it is pointed at."""

    text: str
    word: str
    ground: Ground
    told: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row by its label, with a cell for each column."""

    label: str
    cells: Sequence[HeatCell]


def ground_of(ratio: float | None) -> Ground:
    """Return the ground of a ratio of supply to demand: even from 1 to 1.5, then spare; short below 1, and below 0.5.

    None, where nothing is asked for, has none.
    """
    if ratio is None:
        return "none"
    if ratio < 1:
        return "short-2" if ratio < 0.5 else "short-1"
    return "even" if ratio < 1.5 else "spare-1" if ratio < 3 else "spare-2"


def heat_map(name: str, title: str, description: str, columns: Sequence[str], rows: Sequence[HeatRow]) -> Markup:
    """Return the map; labels of rows stand left of them, on two lines where they are long."""
    lines = [_broken(row.label) for row in rows]
    left = round(max((text_width(line) for each in lines for line in each), default=0.0)) + PAD
    cells = [text for row in rows for cell in row.cells for text in (cell.text, cell.word)]
    heads = [_broken(column, LEAST) for column in columns]
    texts = [*cells, *(line for each in heads for line in each)]
    wide = max(LEAST, round(max((text_width(text) for text in texts), default=0.0)) + PAD)
    named = [_head(head, left + number * (wide + GAP) + wide / 2) for number, head in enumerate(heads)]
    drawn = [
        _row(row, label, left, HEAD + number * (CELL + GAP), wide)
        for number, (row, label) in enumerate(zip(rows, lines, strict=True))
    ]
    view = f"0 0 {left + len(columns) * (wide + GAP)} {HEAD + len(rows) * (CELL + GAP)}"
    return chart(name, title, description, *named, *drawn, view=view, fixed=True)


def _head(lines: Sequence[str], middle: float) -> Markup:
    first = HEAD - 10 - LINE * (len(lines) - 1)
    return Markup("").join(
        element("text", line, x=middle, y=first + LINE * number, text_anchor="middle", class_="strong")
        for number, line in enumerate(lines)
    )


def _row(row: HeatRow, label: Sequence[str], left: float, top: float, wide: float) -> Markup:
    first = top + CELL / 2 + 5 - LINE / 2 * (len(label) - 1)
    names = [element("text", line, x=0, y=first + LINE * number) for number, line in enumerate(label)]
    cells = [_cell(cell, left + number * (wide + GAP), top, wide) for number, cell in enumerate(row.cells)]
    return element("g", *names, *cells)


def _cell(cell: HeatCell, left: float, top: float, wide: float) -> Markup:
    middle = left + wide / 2
    return element(
        "g",
        element("title", cell.told),
        element("rect", x=left, y=top, width=wide, height=CELL, rx=3, class_=f"tile {cell.ground}"),
        element("text", cell.text, x=middle, y=top + 18, text_anchor="middle", class_="strong"),
        element("text", cell.word, x=middle, y=top + 37, text_anchor="middle"),
    )


def _broken(label: str, most: float = MOST / 2) -> list[str]:
    """Return a label on one line, or on two where it is wider than ``most``."""
    if text_width(label) <= most:
        return [label]
    middle = len(label) / 2
    places = [at + 1 for at, sign in enumerate(label[:-1]) if sign in " ・/／、"]
    at = min(places or [round(middle)], key=lambda place: abs(place - middle))
    return [_cut(label[:at].strip()), _cut(label[at:].strip())]


def _cut(line: str) -> str:
    """Return what of a line has room; the table says it whole."""
    while text_width(line) > MOST - FULL:
        line = line[:-2].rstrip() + "…"
    return line
