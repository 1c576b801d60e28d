"""A figure: a picture, an equal table, and both as files to keep."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi.responses import Response
from markupsafe import Markup

from hub.errors import NotFound
from web.chart_files import Ending, csv_answer, plain, svg_answer
from web.formats import Formats
from web.language import Language

Kind = Literal["text", "count", "percent", "days", "hours", "ratio"]
Value = str | float | None
DIGITS: Mapping[Kind, int] = {"percent": 1, "days": 1, "hours": 1, "ratio": 2}
"""Decimals of a number in a file."""
MANY = 10
"""Ratios from here on are shown without decimals."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and what its values are."""

    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture (None: there is nothing to draw) and its table; ``name`` is that of its files and of its part.

    ``lead`` says what is counted, ``notes`` what weakens it. ``legend``: (class of a mark, word). ``most``: how many
    rows are shown; the file has all. ``from_right``: on a narrow screen its right end is seen first.
    """

    name: str
    title: str
    lead: str
    chart: Markup | None
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    notes: Sequence[str] = ()
    legend: Sequence[tuple[str, str]] = ()
    most: int | None = None
    from_right: bool = False

    def shown(self, formats: Formats) -> list[list[tuple[str, bool]]]:
        """Return the rows as people read them, each value with whether it is a number."""
        return [
            [(_shown(value, column.kind, formats), column.kind != "text") for value, column in self._pairs(row)]
            for row in self.rows[: self.most]
        ]

    def table(self, spoken: Language) -> list[list[str]]:
        """Return the table as a file has it, numbers without grouping; what weakens it comes behind the rows."""
        head = [
            f"{column.label} ({unit})" if (unit := _unit(column.kind, spoken)) else column.label
            for column in self.columns
        ]
        rows = [[_plain(value, column.kind) for value, column in self._pairs(row)] for row in self.rows]
        return [head, *rows, *([note] for note in self.notes)]

    def _pairs(self, row: Sequence[Value]) -> Iterable[tuple[Value, Column]]:
        return zip(row, self.columns, strict=True)


def as_file(figure: Figure, ending: Ending, spoken: Language) -> Response:
    """Return a figure's table or picture to keep. Raises NotFound when there is no picture."""
    if ending == "csv":
        return csv_answer(figure.table(spoken), figure.name)
    if figure.chart is None:
        raise NotFound("図", "picture")
    return svg_answer(figure.chart, figure.name)


def named(figures: Iterable[Figure], name: str) -> Figure:
    """Return the figure of that name. Raises NotFound."""
    found = next((figure for figure in figures if figure.name == name), None)
    if found is None:
        raise NotFound("図", "picture")
    return found


def _shown(value: Value, kind: Kind, formats: Formats) -> str:
    if isinstance(value, str):
        return value
    if kind == "ratio" and value is not None:
        return formats.number(value, 1 if value < MANY else 0)
    written: Mapping[Kind, Callable[[float | None], str]] = {
        "count": formats.number,
        "percent": formats.percent,
        "days": lambda days: formats.number(days, 1),
        "hours": formats.number,
        "ratio": formats.number,
        "text": formats.amount,
    }
    return written[kind](value)


def _plain(value: Value, kind: Kind) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return plain(value * 100 if kind == "percent" else value, DIGITS.get(kind, 2))


def _unit(kind: Kind, spoken: Language) -> str:
    return {"percent": "%", "days": spoken.say("日"), "hours": spoken.say("時間")}.get(kind, "")
