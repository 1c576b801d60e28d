"""The course of a search: the best value so far and the bound on any plan, over the seconds, as two stairs."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.charts.svg import across, chart, element

HEIGHT, TOP, BOTTOM = 300.0, 60.0, 30.0
SAMPLE = 30
LEFT, RIGHT = 0.12, 0.98
UNITS = 1000
"""The field of the stairs is as many units wide and high, stretched over its place."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How it stood after ``seconds``; None: not known yet."""

    seconds: float
    value: float | None
    bound: float | None


@dataclass(frozen=True, slots=True)
class Named:
    """What the lines and ends are called: both lines with their last figures, the axis and its ends."""

    value: str
    bound: str
    low: str
    high: str
    start: str
    end: str


def curve(name: str, title: str, description: str, moments: Sequence[Moment], named: Named) -> Markup:
    """Return both stairs, from no seconds to those of the last moment, between the least and the most there was.

    A value stands until a better one is found. The bound is dashed, and lies above the value.
    """
    told = [number for moment in moments for number in (moment.value, moment.bound) if number is not None]
    low, high = min(told, default=0.0), max(told, default=0.0)
    until = max((moment.seconds for moment in moments), default=0.0) or 1.0
    field = _Field(low, (high - low) or 1.0, until)
    lines = [
        _stairs([(m.seconds, m.bound) for m in moments if m.bound is not None], field, "curve bound"),
        _stairs([(m.seconds, m.value) for m in moments if m.value is not None], field, "curve"),
    ]
    plot = element(
        "svg",
        *lines,
        x=across(LEFT),
        y=TOP,
        width=across(RIGHT - LEFT),
        height=HEIGHT - TOP - BOTTOM,
        viewBox=f"0 0 {UNITS} {UNITS}",
        preserveAspectRatio="none",
    )
    return chart(name, title, description, *_names(named), *_frame(named), plot, height=HEIGHT)


@dataclass(frozen=True, slots=True)
class _Field:
    low: float
    span: float
    until: float

    def right(self, seconds: float) -> float:
        return UNITS * seconds / self.until

    def down(self, number: float) -> float:
        return UNITS * (1 - (number - self.low) / self.span)


def _stairs(points: Sequence[tuple[float, float]], field: _Field, style: str) -> Markup:
    if not points:
        return Markup("")
    (seconds, number), *rest = points
    path = [f"M{field.right(seconds):.1f} {field.down(number):.1f}"]
    path += [f"H{field.right(seconds):.1f}V{field.down(number):.1f}" for seconds, number in rest]
    return element("path", d="".join(path), class_=style, vector_effect="non-scaling-stroke")


def _frame(named: Named) -> list[Markup]:
    floor = HEIGHT - BOTTOM
    return [
        element("line", x1=across(LEFT), x2=across(RIGHT), y1=floor, y2=floor, class_="rule"),
        element("line", x1=across(LEFT), x2=across(LEFT), y1=TOP, y2=floor, class_="rule"),
        element("text", named.high, x=0, y=TOP + 5),
        element("text", named.low, x=0, y=floor),
        element("text", named.start, x=across(LEFT), y=floor + 20),
        element("text", named.end, x=across(RIGHT), y=floor + 20, text_anchor="end"),
    ]


def _names(named: Named) -> list[Markup]:
    """Return what the lines are called, each after a piece of its line: over the field, where no line runs."""
    return [
        part
        for y, text, style in ((16, named.bound, "curve bound"), (38, named.value, "curve"))
        for part in (
            element("line", x1=0, x2=SAMPLE, y1=y - 5, y2=y - 5, class_=style),
            element("text", text, x=SAMPLE + 8, y=y, class_="strong"),
        )
    ]
