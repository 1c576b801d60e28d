"""A front of plans: each a point over two measures, those that no other betters in all joined by a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from web.charts.svg import across, chart, element

HEIGHT, TOP, BOTTOM = 320.0, 44.0, 56.0
LEFT, RIGHT = 0.12, 0.9
RADIUS = 6


@dataclass(frozen=True, slots=True)
class Dot:
    """A plan: its ``x`` and ``y``, what stands beside it, and whether no other one betters it."""

    x: float
    y: float
    label: str
    unbeaten: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """A measure: its name, and how its ends are written."""

    name: str
    low: str
    high: str


def front_chart(name: str, title: str, description: str, dots: Sequence[Dot], *, x: Axis, y: Axis) -> Markup:
    """Return the dots between the least and the most of each measure; higher and further right is more.

    Plans that are the same in both are one dot with all their labels.
    """
    dots = _merged(dots)
    across_of, down_of = _scale([dot.x for dot in dots]), _scale([dot.y for dot in dots])
    placed = [
        (LEFT + (RIGHT - LEFT) * across_of(dot.x), TOP + (HEIGHT - TOP - BOTTOM) * (1 - down_of(dot.y)), dot)
        for dot in dots
    ]
    best = sorted((left, top) for left, top, dot in placed if dot.unbeaten)
    steps = [
        element("line", x1=across(a[0]), y1=a[1], x2=across(b[0]), y2=b[1], class_="arc") for a, b in pairwise(best)
    ]
    return chart(name, title, description, *_frame(x, y), *steps, *map(_dot, placed), height=HEIGHT)


def _merged(dots: Sequence[Dot]) -> list[Dot]:
    places: dict[tuple[float, float], list[Dot]] = {}
    for dot in dots:
        places.setdefault((round(dot.x, 6), round(dot.y, 6)), []).append(dot)
    merged = [
        Dot(
            same[0].x,
            same[0].y,
            same[0].label if len(same) == 1 else f"{same[0].label}–{same[-1].label}",
            any(dot.unbeaten for dot in same),
        )
        for same in places.values()
    ]
    return sorted(merged, key=lambda dot: dot.unbeaten)


def _scale(values: Sequence[float]) -> "_Scale":
    return _Scale(min(values, default=0.0), max(values, default=0.0))


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        return (value - self.low) / span if span > 0 else 0.5


def _frame(x: Axis, y: Axis) -> tuple[Markup, ...]:
    floor = HEIGHT - BOTTOM + 12
    left = across(LEFT - 0.02)
    return (
        element("line", x1=left, x2="100%", y1=floor, y2=floor, class_="rule"),
        element("line", x1=left, x2=left, y1=TOP - 12, y2=floor, class_="rule"),
        element("text", x.low, x=left, y=floor + 16),
        element("text", x.high, x="100%", y=floor + 16, text_anchor="end"),
        element("text", x.name, x="50%", y=floor + 30, text_anchor="middle", class_="quiet"),
        element("text", y.high, x=0, y=TOP + 4),
        element("text", y.low, x=0, y=floor - 4),
        element("text", y.name, x=0, y=16, class_="quiet"),
    )


def _dot(placed: tuple[float, float, Dot]) -> Markup:
    left, top, dot = placed
    style = "place" if dot.unbeaten else "open"
    return element(
        "g",
        element("circle", cx=across(left), cy=top, r=RADIUS, class_=style),
        element("text", dot.label, x=across(left), y=top - 10, text_anchor="middle"),
    )
