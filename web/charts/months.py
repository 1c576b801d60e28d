"""Months of a fiscal year in columns: free hours, and what a plan takes of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.charts.svg import across, chart, element

HEIGHT = 120
HEAD = 24
FOOT = 24


@dataclass(frozen=True, slots=True)
class MonthColumn:
    """One month: its ``label``, and its ``hours`` as a number and as ``text``."""

    label: str
    hours: float
    text: str


def month_columns(name: str, title: str, description: str, columns: Sequence[MonthColumn]) -> Markup:
    """Return one column a month, as high as its hours; a month with none keeps its place and its number."""
    highest = max((column.hours for column in columns), default=0) or 1.0
    width = 1 / max(1, len(columns))
    drawn = []
    for number, column in enumerate(columns):
        left, middle = number * width, (number + 0.5) * width
        high = HEIGHT * column.hours / highest
        bottom = HEAD + HEIGHT
        if column.hours:
            drawn.append(_bar(left + width * 0.14, width * 0.72, bottom - high, high))
        drawn.append(_text(column.text, middle, bottom - high - 6, "strong"))
        drawn.append(_text(column.label, middle, bottom + 18, None))
    floor = element("line", x1="0", x2="100%", y1=HEAD + HEIGHT, y2=HEAD + HEIGHT, class_="rule")
    return chart(name, title, description, *drawn, floor, height=HEAD + HEIGHT + FOOT)


def _bar(left: float, width: float, top: float, high: float) -> Markup:
    return element("rect", x=across(left), width=across(width), y=top, height=high, class_="fill")


def _text(text: str, middle: float, y: float, style: str | None) -> Markup:
    return element("text", text, x=across(middle), y=y, text_anchor="middle", class_=style)
