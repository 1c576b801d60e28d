"""A picture and its table as files to keep: SVG that stands alone, CSV that Excel opens."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from fastapi.responses import Response
from markupsafe import Markup

from hub.workflows.sheets.csv_text import write_csv
from web.charts.files import svg_file

CSV = "text/csv; charset=utf-8"
SVG = "image/svg+xml"


def plain(value: float | None) -> str:
    """Return a number as a program reads it, in at most six decimals; nothing for None."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def csv_answer(rows: Iterable[Sequence[str]], name: str) -> Response:
    """Return ``rows``, the first of them the heads, as ``<name>.csv``."""
    return _answer(write_csv(rows), CSV, f"{name}.csv")


def svg_answer(chart: Markup, name: str) -> Response:
    """Return a chart as ``<name>.svg``."""
    return _answer(svg_file(chart), SVG, f"{name}.svg")


def _answer(content: bytes, media_type: str, name: str) -> Response:
    # The plain name is for programs that know no other (RFC 6266).
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    told = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": told, "Cache-Control": "no-store"})
