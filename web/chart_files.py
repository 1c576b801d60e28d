"""A picture and its table as files to keep: SVG that stands alone, CSV that Excel opens."""

from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import quote

from fastapi.responses import Response
from markupsafe import Markup

from hub.workflows.sheets.csv_text import write_csv
from web.charts.files import svg_file

Ending = Literal["csv", "svg"]
CSV = "text/csv; charset=utf-8"
SVG = "image/svg+xml"


def plain(value: float | None, digits: int = 6) -> str:
    """Return a number as a program reads it, in at most ``digits`` decimals; nothing for None."""
    if value is None:
        return ""
    written = f"{value:.{digits}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def csv_answer(rows: Iterable[Sequence[str]], name: str) -> Response:
    """Return ``rows``, the first of them the heads, as ``<name>.csv``."""
    return _answer(write_csv(rows), CSV, f"{name}.csv")


def svg_answer(chart: Markup, name: str) -> Response:
    """Return a chart as ``<name>.svg``."""
    return _answer(svg_file(chart), SVG, f"{name}.svg")


def _answer(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers=as_attachment(name))


def as_attachment(name: str) -> dict[str, str]:
    """Return the headers of a file to be saved as ``name``, which nobody between keeps."""
    # The plain name is for programs that know no other (RFC 6266).
    plain_name = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    told = f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": told, "Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"}
