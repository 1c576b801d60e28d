"""What a file says of requests: rows of slots grouped by 依頼番号, and the promotion structure."""

from hub.workflows.drafts import PartnerDraft
from hub.workflows.sheets.book import Book
from hub.workflows.sheets.columns import Reading, Row
from hub.workflows.sheets.faults import CellError, column_letter
from hub.workflows.sheets.forms import (
    Entry,
    Form,
    check_name,
    fault,
    join_details,
    missing,
    of_sheet,
    read_sheets,
    refuse_repeated,
    settle,
)
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.request_layout import promotion_layout, request_layout

WHEN_EMPTY: dict[str, object] = {
    "summary": "",
    "themes": (),
    "status": None,
    "gate": "計画策定",
    "priority": 1.0,
    "budget": None,
    "budget_basis": "gross",
    "beneficiaries": (),
    "team": "any",
    "source": None,
    "assumed": None,
}
"""What an empty cell of a request's column means."""

SLOT_WHEN_EMPTY: dict[str, object] = {
    "role": None,
    "needs": (),
    "slot_days": 0.0,
    "remote_ok": True,
    "rate_ceiling": None,
    "required": True,
}
"""What an empty cell of a slot's column means."""

GIVEN_ALWAYS = ("organization", "title")
SLOT_GIVEN_ALWAYS = ("slot_title", "talent_type", "stage", "start", "length", "hours")
SLOT_FIELDS = {"slot_title": "title", "slot_days": "onsite_days"}
"""Columns of a slot whose key differs from the field's name."""


def read_requests(book: Book, bodies: Bodies) -> Form:
    """Return what the file says of each request and its slots, with every fault."""
    form = read_sheets(book, request_layout(bodies), promotion_layout())
    main = form.readings[0]
    by_reference: dict[str, Entry] = {}
    group_rows(form, main, by_reference)
    for entry in form.entries:
        check_own(entry, main, bodies)
    for reading in form.readings[1:]:
        join_details(form, reading, by_reference)
    for entry in form.entries:
        gather(entry, main, form.readings[1] if len(form.readings) > 1 else None)
    settle(form)
    return form


def group_rows(form: Form, main: Reading, by_reference: dict[str, Entry]) -> None:
    """Give each row to its request: the reference in the row, or that of the row above where it is left blank."""
    current: Entry | None = None
    for row in main.rows:
        reference = row.values.get("reference")
        if isinstance(reference, str):
            current = by_reference.get(reference)
        elif "reference" in row.wrong or current is None:
            if "reference" not in row.wrong:
                missing(main, row, "reference")
            form.entries.append(Entry("", row.number, rows=[(main, row)]))
            continue
        if current is None:
            current = Entry(str(reference), row.number)
            by_reference[current.reference] = current
            form.entries.append(current)
        current.rows.append((main, row))


def check_own(entry: Entry, main: Reading, bodies: Bodies) -> None:
    """Report what the first row lacks, and later rows that say something else of the same request."""
    first = entry.rows[0][1]
    check_name(main, first, "organization", "organization_name", bodies)
    for key in GIVEN_ALWAYS:
        if key not in first.values and key not in first.wrong:
            missing(main, first, key)
    for _, row in entry.rows[1:]:
        for key in main.layout.repeats - {"reference", "organization_name"}:
            if key in row.values and key in first.values and row.values[key] != first.values[key]:
                place = f"{column_letter(main.places[key])}{first.number}"
                fault(
                    main,
                    row,
                    key,
                    CellError(
                        f"同じ依頼番号の {place} と違います。空欄にするか揃えてください。",
                        f"Differs from {place} of the same request.",
                    ),
                )
            elif key in row.values and key not in first.values and key not in first.wrong:
                fault(
                    main,
                    row,
                    key,
                    CellError(
                        f"依頼の最初の行（{first.number}行目）に書いてください。",
                        f"Write it in the request's first row ({first.number}).",
                    ),
                )


def gather(entry: Entry, main: Reading, promotion: Reading | None) -> None:
    """Fill ``entry.given`` from its rows; ``slots``: fields given by slot number."""
    first = entry.rows[0][1]
    entry.given |= {key: first.values[key] for key in GIVEN_ALWAYS if key in first.values}
    there = main.places
    entry.given |= {key: first.values.get(key, empty) for key, empty in WHEN_EMPTY.items() if key in there}
    rows = of_sheet(entry, main)
    refuse_repeated(rows, lambda row: row.values.get("slot"), "slot", "枠番号")
    entry.given["slots"] = {row.values["slot"]: slot_given(main, row) for _, row in rows if "slot" in row.values}
    partners = of_sheet(entry, promotion)
    if partners:
        entry.given["promotion"] = tuple(
            PartnerDraft(str(row.values["role"]), str(row.values["partner"])) for _, row in partners if not row.wrong
        )


def slot_given(main: Reading, row: Row) -> dict[str, object]:
    """Return the fields the row gives of its slot, by field name."""
    values, there = row.values, main.places
    given = {SLOT_FIELDS.get(key, key): values[key] for key in SLOT_GIVEN_ALWAYS if key in values}
    for key, empty in SLOT_WHEN_EMPTY.items():
        if key in there:
            given[SLOT_FIELDS.get(key, key)] = values.get(key, empty)
    return given
