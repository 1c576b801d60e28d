"""Every component on one page: for who makes pages, and for tests that look at all of them at once."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hub.decisions import PUBLIC
from hub.workflows.paging import Page
from skill_standards import load_schemes, scheme_years
from web.addresses import address_of, paging_of
from web.templating import render, spoken_language
from web.typed import Typed

router = APIRouter()
ROWS = 5
DAY = "R8.4.1"
REASONS = ("schedule", "cost", "other")
Text = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """A scheme in a fiscal year, as something to list."""

    name: str
    name_en: str
    year: int
    confirmed: bool


@router.get("/styleguide", dependencies=[PUBLIC])
def show_components(
    request: Request,
    *,
    day: Text = DAY,
    q: Text = "",
    sort: Text = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """Show every component, with real ones of the table and of the date field. Nothing can be changed here."""
    typed = Typed({"day": day}, spoken_language(request))
    read = typed.day("day")
    found = _schemes(q, sort, page)
    context = {
        "day": day,
        "read": read,
        "faults": typed.faults,
        "reasons": REASONS,
        "q": q,
        "found": found,
        "address": address_of("/styleguide", found, q=q),
    }
    return render(request, "styleguide.html", context)


def _schemes(text: str, sort: str, page: int) -> Page[SchemeRow]:
    asked = paging_of(sort, page)
    rows = [
        SchemeRow(scheme.name_ja, scheme.name_en, year, scheme.confirmed)
        for year in scheme_years()
        for scheme in load_schemes(year)
        if text.strip().casefold() in f"{scheme.name_ja} {scheme.name_en}".casefold()
    ]
    if asked.sort == "year":
        rows.sort(key=lambda row: row.year, reverse=asked.descending)
    else:
        rows.sort(key=lambda row: row.name, reverse=asked.descending)
    last = max(1, -(-len(rows) // ROWS))
    number = min(asked.page, last)
    shown = tuple(rows[(number - 1) * ROWS : number * ROWS])
    return Page(shown, len(rows), number, ROWS, "year" if asked.sort == "year" else "name", asked.descending)
