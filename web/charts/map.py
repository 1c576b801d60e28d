"""Japan with who goes where: prefectures' outlines, and an arc from each expert's base to the place served.

The outlines are those of @svg-maps/japan (CC BY 4.0), whose sheet is 438 × 516 in the Mercator projection. The
scales and origins were fitted to capes of known position (宗谷岬, 大間崎, 犬吠埼, 潮岬, 足摺岬, 佐多岬) and hold within
0.2 units, which is 1 km.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, log, pi, radians, sin, tan

from markupsafe import Markup

from web.charts.svg import chart, element

WIDTH, HEIGHT = 438, 516
MARGIN = 18
"""与那国町 lies this far west of the sheet at most."""
SCALE_X, ORIGIN_X = 19.70743, -2436.71175
SCALE_Y, ORIGIN_Y = 19.62993, 1006.15207
BEND = 0.18
"""How far an arc bows out, as a share of its length."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees, and what is said of it when it is pointed at."""

    latitude: float
    longitude: float
    label: str


@dataclass(frozen=True, slots=True)
class Trip:
    """An expert's base and the place served; ``remote``: no onsite day."""

    base: Place
    place: Place
    remote: bool


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Return where a point lies on the sheet, in its units from the top left."""
    mercator = degrees(log(tan(pi / 4 + radians(latitude) / 2)))
    return ORIGIN_X + SCALE_X * longitude, ORIGIN_Y - SCALE_Y * mercator


def assignment_map(
    name: str,
    title: str,
    description: str,
    trips: Sequence[Trip],
    open_places: Sequence[Place],
    *,
    outline: str | None,
) -> Markup:
    """Return the map; ``outline`` is the address of the prefectures' picture, None where it is not installed."""
    ground = element("image", href=outline, width=WIDTH, height=HEIGHT, opacity="0.2") if outline else Markup("")
    arcs = [_arc(trip) for trip in trips]
    bases = {(trip.base.latitude, trip.base.longitude): trip.base for trip in trips}
    places = {(trip.place.latitude, trip.place.longitude): trip.place for trip in trips}
    squares = [_square(base) for base in bases.values()]
    dots = [_dot(place, 3.2, "place") for place in places.values()]
    rings = [_dot(place, 3.6, "open") for place in open_places]
    view = f"{-MARGIN} 0 {WIDTH + MARGIN} {HEIGHT}"
    return chart(name, title, description, ground, *arcs, *squares, *dots, *rings, view=view)


def _arc(trip: Trip) -> Markup:
    x1, y1 = project(trip.base.latitude, trip.base.longitude)
    x2, y2 = project(trip.place.latitude, trip.place.longitude)
    length = hypot(x2 - x1, y2 - y1)
    if length < 1:
        return Markup("")
    angle = atan2(y2 - y1, x2 - x1) - pi / 2
    middle_x = (x1 + x2) / 2 + cos(angle) * length * BEND
    middle_y = (y1 + y2) / 2 + sin(angle) * length * BEND
    path = f"M{x1:.1f} {y1:.1f}Q{middle_x:.1f} {middle_y:.1f} {x2:.1f} {y2:.1f}"
    return element("path", d=path, class_="arc remote" if trip.remote else "arc")


def _dot(place: Place, radius: float, style: str) -> Markup:
    x, y = project(place.latitude, place.longitude)
    return element("circle", element("title", place.label), cx=round(x, 1), cy=round(y, 1), r=radius, class_=style)


def _square(place: Place) -> Markup:
    x, y = project(place.latitude, place.longitude)
    return element(
        "rect",
        element("title", place.label),
        x=round(x - 2.2, 1),
        y=round(y - 2.2, 1),
        width=4.4,
        height=4.4,
        class_="base",
    )
