"""Japan as tiles (列地図): prefectures of one size, each about where it lies, with its name, number and word.

The layout is this project's own: 14 columns and 12 rows, neighbours beside each other where a grid allows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from markupsafe import Markup

from web.charts.svg import chart, element

PLACES: Mapping[str, tuple[int, int]] = {
    "01": (12, 0),
    "02": (12, 1),
    "03": (12, 2), "04": (12, 3), "05": (11, 2), "06": (11, 3), "07": (12, 4),
    "08": (13, 5), "09": (12, 5), "10": (11, 5), "11": (11, 6), "12": (13, 6), "13": (12, 6), "14": (12, 7),
    "15": (11, 4), "16": (10, 4), "17": (9, 4), "18": (8, 5), "19": (10, 6), "20": (10, 5), "21": (9, 5),
    "22": (10, 7), "23": (9, 6),
    "24": (9, 7), "25": (8, 6), "26": (7, 6), "27": (7, 7), "28": (6, 6), "29": (8, 7), "30": (7, 8),
    "31": (5, 6), "32": (4, 6), "33": (5, 7), "34": (4, 7), "35": (3, 7),
    "36": (6, 9), "37": (5, 9), "38": (4, 9), "39": (5, 10),
    "40": (2, 8), "41": (1, 8), "42": (0, 8), "43": (1, 9), "44": (2, 9), "45": (2, 10), "46": (1, 10),
    "47": (0, 11),
}  # fmt: skip
"""Column and row of each prefecture by its two digits."""

COLUMNS = 1 + max(column for column, _ in PLACES.values())
ROWS = 1 + max(row for _, row in PLACES.values())
GAP = 4
LEADING = 18
HEIGHT = 62
NARROWEST = 56
FULL, HALF = 14, 8.4
"""How wide a sign is at most at 14 px, in CSS pixels."""
BOUNDS = (0.25, 0.5, 0.75, 1.0)
STEPS = len(BOUNDS) + 1
"""Colours by share: below a quarter, a half, three quarters, below all, and all."""
DARK_FROM = 3
"""From this step on the ground is so dark that the text on it is white."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A prefecture by its two digits: its name, and its ``share`` (0–1) as text with a word; None: nothing to share."""

    code: str
    name: str
    share: float | None
    text: str
    word: str
    told: str


def step_of(share: float) -> int:
    """Return the colour step of a share, from 0 to ``STEPS - 1``."""
    return sum(share >= bound for bound in BOUNDS)


def tile_map(name: str, title: str, description: str, tiles: Sequence[Tile]) -> Markup:
    """Return the map of all 47 ``tiles``, as wide as its longest text needs. KeyError for what is no prefecture."""
    longest = max((text_width(text) for tile in tiles for text in (tile.name, tile.text, tile.word)), default=0.0)
    wide = max(NARROWEST, round(longest + 8))
    drawn = [_tile(tile, wide) for tile in tiles]
    view = f"0 0 {COLUMNS * (wide + GAP) - GAP} {ROWS * (HEIGHT + GAP) - GAP}"
    return chart(name, title, description, *drawn, view=view, fixed=True)


def _tile(tile: Tile, wide: int) -> Markup:
    column, row = PLACES[tile.code]
    left, top = column * (wide + GAP), row * (HEIGHT + GAP)
    step = None if tile.share is None else step_of(tile.share)
    on = "on-dark" if step is not None and step >= DARK_FROM else None
    lines = [(tile.name, None), (tile.text, "strong"), (tile.word, None)]
    texts = [
        element(
            "text",
            text,
            x=left + wide / 2,
            y=top + LEADING * (number + 1) - 1,
            text_anchor="middle",
            class_=" ".join(part for part in (weight, on) if part) or None,
        )
        for number, (text, weight) in enumerate(lines)
    ]
    ground = element(
        "rect",
        x=left,
        y=top,
        width=wide,
        height=HEIGHT,
        rx=3,
        class_="tile none" if step is None else f"tile step-{step}",
    )
    return element("g", element("title", tile.told), ground, *texts)


def text_width(text: str) -> float:
    """Return how wide a line of text is at most at 14 px, in CSS pixels."""
    return sum(FULL if east_asian_width(sign) in "WFA" else HALF for sign in text)
