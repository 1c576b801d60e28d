"""Bars: parts of a sum, a funnel, and the small bar of a fit in a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.charts.svg import across, chart, element

ROW = 46
BASELINE = 16
TOP = 24
THICK = 14


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: ``value`` sets the length, ``text`` says it, ``limit`` (when given) is drawn as the full track."""

    label: str
    value: float
    text: str
    limit: float | None = None


def bars(name: str, title: str, description: str, rows: Sequence[Bar]) -> Markup:
    """Return horizontal bars from a common zero, each with its label above and its value at the end of that line."""
    lowest = min((0.0, *(row.value for row in rows)))
    highest = max((0.0, *(row.value for row in rows), *(row.limit or 0.0 for row in rows)))
    span = (highest - lowest) or 1.0
    zero = -lowest / span
    drawn = [_row(row, number * ROW, zero, span) for number, row in enumerate(rows)]
    axis = element("line", x1=across(zero), x2=across(zero), y1=0, y2=len(rows) * ROW, class_="rule")
    return chart(name, title, description, *drawn, *([axis] if lowest < 0 else []), height=max(1, len(rows)) * ROW)


def _row(row: Bar, y: float, zero: float, span: float) -> Markup:
    length = abs(row.value) / span
    start = zero if row.value >= 0 else zero - length
    track = None if row.limit is None else row.limit / span
    parts = [
        element("text", row.label, x=0, y=y + BASELINE),
        element("text", row.text, x="100%", y=y + BASELINE, text_anchor="end", class_="strong"),
    ]
    if track is not None:
        parts.append(_rect(zero, track, y, "fill-track"))
    if row.value:
        parts.append(_rect(start, length, y, "fill" if row.value > 0 else "fill-minus"))
    return Markup("").join(parts)


def _rect(start: float, length: float, y: float, style: str) -> Markup:
    return element("rect", x=across(start), y=y + TOP, width=across(length), height=THICK, class_=style)


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of a funnel: who was ``left`` after it, as a number and in words."""

    label: str
    left: int
    text: str


def funnel(name: str, title: str, description: str, start: Step, steps: Sequence[Step]) -> Markup:
    """Return how many are left after each rule, as bars from the number at the start."""
    rows = [Bar(step.label, step.left, step.text, start.left) for step in (start, *steps)]
    return bars(name, title, description, rows)


def fit_bar(fit: float, width: int = 56) -> Markup:
    """Return the small bar beside a fit's number; it says nothing the number does not, so it is hidden from readers."""
    share = max(0.0, min(1.0, fit))
    return element(
        "svg",
        element("rect", x=0, y=0, width=width, height=10, class_="fill-track"),
        element("rect", x=0, y=0, width=round(width * share, 1), height=10, class_="fill"),
        class_="chart",
        width=width,
        height=10,
        aria_hidden="true",
        focusable="false",
    )
