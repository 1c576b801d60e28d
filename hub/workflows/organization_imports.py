"""Organizations taken in: what people know better than the register (budget, name in English, place), by 団体コード."""

from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from hub.models import Organization
from hub.models.base import columns, table_of, utc_now
from hub.workflows.import_results import Imported, Orders, known_bodies
from hub.workflows.organizations import CORRECTED, key_of, load_register, register_rows
from hub.workflows.sheets.book import Book
from hub.workflows.sheets.columns import Reading, Row
from hub.workflows.sheets.forms import check_name, read_sheets, refuse_repeated
from hub.workflows.sheets.organization_layout import organization_layout
from hub.workflows.sheets.values import fifteen_digits

FACTS = ("code", "kind", "prefecture", "name", "kana", *CORRECTED, "budget")


def import_organizations(session: Session, book: Book, orders: Orders) -> Imported:
    """Take in a file of organizations. One of the register that the database does not have yet counts as new."""
    bodies = known_bodies(session)
    form = read_sheets(book, organization_layout(bodies))
    reading = form.readings[0]
    for row in reading.rows:
        check_name(reading, row, "code", "name", bodies)
    refuse_repeated([(reading, row) for row in reading.rows], lambda row: row.values.get("code"), "code", "団体コード")
    present = _stored(session)
    register = register_rows()
    changed: list[dict[str, Any]] = []
    created = unchanged = 0
    for row in reading.rows:
        if row.wrong or reading.unread:
            continue
        code = str(row.values["code"])
        before = present.get(code) or {**register[code], "budget": None}
        after = _over(reading, row, before)
        created += code not in present
        if after != before:
            changed.append(after)
        elif code in present:
            unchanged += 1
    write = orders.may_write(len(form.faults))
    if write:
        load_register(session)
        _write(session, changed)
    orders.done(len(reading.rows), len(reading.rows))
    return Imported(
        created=created,
        changed=sum(row["code"] in present for row in changed),
        unchanged=unchanged,
        faulty=sum(bool(row.wrong) or reading.unread for row in reading.rows),
        written=write,
        faults=tuple(form.faults),
        notices=tuple(form.notices),
        examples=form.examples,
        form=form,
    )


def _stored(session: Session) -> dict[str, dict[str, Any]]:
    o = columns(Organization)
    rows = session.execute(select(*(o[name] for name in FACTS)))
    return {row.code: dict(row._mapping) for row in rows}


def _over(reading: Reading, row: Row, before: dict[str, Any]) -> dict[str, Any]:
    """Return what is stored with what the row says over it; a number Excel shortened to 15 digits is the same."""
    after = dict(before)
    for name in CORRECTED:
        value = row.values.get(name)
        if value is not None and not (isinstance(value, float) and value == _shortened(before[name])):
            after[name] = value
    if reading.has("budget"):
        after["budget"] = row.values.get("budget")
    return after


def _shortened(number: float | None) -> float | None:
    return None if number is None else fifteen_digits(number)


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    o = columns(Organization)
    now = utc_now()
    told = [
        {"of_code": row["code"], **{name: row[name] for name in (*CORRECTED, "budget")}, "search_key": key_of(row)}
        for row in rows
    ]
    if told:
        statement = update(table_of(Organization)).where(o.code == bindparam("of_code"))
        values: dict[str, Any] = {name: bindparam(name) for name in (*CORRECTED, "budget", "search_key")}
        session.connection().execute(statement.values(**values, version=o.version + 1, updated_at=now), told)
