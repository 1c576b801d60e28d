"""Organizations: the register of municipalities in the database, and how it is looked up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, insert, or_, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM
from hub.errors import NotFound
from hub.models import Organization
from hub.models.base import columns, table_of, utc_now
from hub.models.search import ESCAPE, search_key, search_patterns
from hub.workflows.audit import record
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from seed_data.municipalities import Municipality, municipalities

CORRECTED = ("name_en", "latitude", "longitude")
"""Columns of the register that people may correct."""


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """An organization; ``full_name`` has its prefecture before it, ``budget`` is yen over a plan's months."""

    code: str
    kind: str
    name: str
    full_name: str
    name_en: str
    prefecture_code: str
    prefecture: str
    area: str
    latitude: float | None
    longitude: float | None
    budget: int | None


def load_register(session: Session) -> int:
    """Bring the table in line with the register of municipalities; return how many rows were new or changed.

    What people entered stays: budgets, and the names in English and places of rows that they changed (``version`` 2
    and later).
    """
    o = columns(Organization)
    told = register_rows()
    names = list(next(iter(told.values())))
    present: dict[str, dict[str, Any]] = {}
    for version, *values in session.execute(select(o.version, *(o[name] for name in names))):
        kept = dict(zip(names, values, strict=True))
        code = kept["code"]
        present[code] = kept
        if version > 1 and code in told:
            told[code] |= {name: kept[name] for name in CORRECTED}
            told[code]["search_key"] = key_of(told[code])
    now = utc_now()
    new = [
        {**row, "created_at": now, "updated_at": now, "version": 1}
        for row in told.values()
        if row["code"] not in present
    ]
    changed = [row for code, row in told.items() if code in present and present[code] != row]
    if new:
        session.execute(insert(table_of(Organization)), new)
    for row in changed:
        session.execute(update(table_of(Organization)).where(o.code == row["code"]).values(**row, updated_at=now))
    if new or changed:
        counts = {"created": len(new), "changed": len(changed)}
        record(session, SYSTEM, "register:load", "organization", "", after=counts)
    return len(new) + len(changed)


def register_rows() -> dict[str, dict[str, Any]]:
    """Return the columns the register tells, by code."""
    return {municipality.code: _row(municipality) for municipality in municipalities()}


def key_of(row: Mapping[str, Any]) -> str:
    """Return what a text search looks at, from a row's other columns."""
    full = row["name"] if row["kind"] == "prefecture" else row["prefecture"] + row["name"]
    return search_key(row["code"], full, row["kana"], row["name_en"])


def _row(municipality: Municipality) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code": municipality.code,
        "kind": municipality.kind,
        "prefecture_code": municipality.prefecture_code,
        "prefecture": municipality.prefecture_ja,
        "name": municipality.name_ja,
        "kana": municipality.kana,
        "name_en": municipality.name_en,
        "area": municipality.area,
        "latitude": municipality.latitude,
        "longitude": municipality.longitude,
    }
    return {**row, "search_key": key_of(row)}


def full_name(organization: Any) -> ColumnElement[str]:
    """Return the name with its prefecture's before it, as a column; ``organization``: columns of the table."""
    named: ColumnElement[str] = case(
        (organization.kind == "prefecture", organization.name), else_=organization.prefecture + organization.name
    )
    return named


def matching_text(query: str, *keys: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that every word of ``query`` is in one of ``keys``."""
    return and_(True, *(or_(*(key.like(pattern, escape=ESCAPE) for key in keys)) for pattern in search_patterns(query)))


def find_organizations(
    session: Session, text: str = "", prefecture: str | None = None, paging: Paging = FIRST_PAGE
) -> Page[OrganizationRow]:
    """Return a page of organizations. ``text``: words of code, name, kana or romaji; sorted by code or name."""
    o = columns(Organization)
    query = _query().where(*organization_conditions(text, prefecture))
    page = fetch_page(session, query, paging, {"code": o.code, "name": o.kana}, o.code)
    return page.showing(OrganizationRow(*row) for row in page.items)


def organization_conditions(text: str, prefecture: str | None) -> list[ColumnElement[bool]]:
    """Return what an organization of a list fulfils."""
    o = columns(Organization)
    found = [matching_text(text, o.search_key)]
    return [*found, o.prefecture_code == prefecture] if prefecture else found


def read_organization(session: Session, code: str) -> OrganizationRow:
    """Return one organization. Raises NotFound."""
    row = session.execute(_query().where(columns(Organization).code == code)).first()
    if row is None:
        raise NotFound("団体", "organization")
    return OrganizationRow(*row)


def known_codes(session: Session) -> frozenset[str]:
    """Return the codes of all organizations."""
    return frozenset(session.execute(select(columns(Organization).code)).scalars())


def prefectures(session: Session) -> tuple[tuple[str, str, str], ...]:
    """Return (two-digit code, name, romaji) of the prefectures, by code."""
    o = columns(Organization)
    query = select(o.prefecture_code, o.name, o.name_en).where(o.kind == "prefecture").order_by(o.code)
    return tuple((code, name, name_en) for code, name, name_en in session.execute(query))


def _query() -> Any:
    o = columns(Organization)
    return select(
        o.code,
        o.kind,
        o.name,
        full_name(o),
        o.name_en,
        o.prefecture_code,
        o.prefecture,
        o.area,
        o.latitude,
        o.longitude,
        o.budget,
    )
