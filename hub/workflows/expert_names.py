"""What experts are called, in one place: as columns, and by their ids."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.models import Expert
from hub.models.base import columns
from hub.workflows.records import fetch


@dataclass(frozen=True, slots=True)
class NamedExpert:
    """An expert by what people call them; ``romaji``: in Latin letters, empty where it is not told."""

    id: str
    name: str
    romaji: str
    affiliation: str


def japanese_name(expert: Any) -> ColumnElement[str]:
    """Return family and given name as a column; ``expert``: columns of the table."""
    name: ColumnElement[str] = expert.family_name + " " + expert.given_name
    return name


def latin_name(expert: Any) -> ColumnElement[str]:
    """Return given and family name in Latin letters as a column; ``expert``: columns of the table."""
    name: ColumnElement[str] = expert.given_romaji + " " + expert.family_romaji
    return name


def named_experts(session: Session, ids: Collection[str]) -> dict[str, NamedExpert]:
    """Return experts by their ids; those that are not there are left out."""
    e = columns(Expert)
    query = select(e.id, japanese_name(e), latin_name(e), e.affiliation)
    found = fetch(session, query, e.id, sorted(ids))
    return {key: NamedExpert(key, ja.strip(), en.strip(), office) for key, ja, en, office in found}
