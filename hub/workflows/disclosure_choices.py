"""What experts chose to show to whom: read, changed, and as a condition of queries.

``hub.auth.disclosure`` decides; here its answer is looked up, and said in SQL for lists.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, case, delete, exists, false, or_, select, true, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.disclosure import OFFICE, PARTS, Choices, chosen, options, shows, wide_enough
from hub.auth.permissions import Belonging, require
from hub.errors import ChangedMeanwhile, Invalid, NotFound
from hub.models import DisclosureChoice, Expert
from hub.models.base import columns, table_of, utc_now
from hub.models.privacy import Audience
from hub.models.search import search_key
from hub.workflows.audit import record
from hub.workflows.locks import lock_row
from hub.workflows.records import fetch, insert_rows
from matching.faults import Fault
from matching.places import pointer

SEARCHED: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "name": (
            ("family_name", "given_name"),
            ("family_kana", "given_kana"),
            ("given_romaji", "family_romaji"),
            ("family_romaji", "given_romaji"),
        ),
        "affiliation": (("affiliation",),),
        "summary": (("summary",),),
    }
)
"""What a text search of organizations looks at, by the part that has to be shown to them; each line of its own."""


def organization_key(told: Any, choices: Choices) -> str:
    """Return what a text search of organizations looks at: of ``told`` (a draft or a row) what they may see."""
    return search_key(
        *(
            "".join(getattr(told, name) for name in line)
            for part, lines in SEARCHED.items()
            if shows(choices, part, "organizations")
            for line in lines
        )
    )


def read_choices(session: Session, expert_ids: Collection[str]) -> Mapping[str, Choices]:
    """Return what each of the experts chose, by id; empty for who chose nothing."""
    d = columns(DisclosureChoice)
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    query = select(d.expert_id, d.part, d.audience)
    for row in fetch(session, query, d.expert_id, sorted(expert_ids)):
        found[row.expert_id][row.part] = row.audience
    return found


def own_choices(session: Session, actor: Actor, expert_id: str) -> dict[str, Audience]:
    """Return the audience of every part as it holds. Raises NotFound, Forbidden."""
    e = columns(Expert)
    if session.execute(select(e.id).where(e.id == expert_id)).first() is None:
        raise NotFound("専門人材", "expert")
    require(actor, "expert.choose_disclosure", Belonging(expert=expert_id))
    told = read_choices(session, [expert_id])[expert_id]
    return {part: chosen(told, part) for part in PARTS}


def choose(session: Session, actor: Actor, expert_id: str, wanted: Choices, version: int | None = None) -> None:
    """Set who sees the parts named; the others stay. ``version``: the profile's, as a person saw it.

    Raises NotFound, Forbidden, ChangedMeanwhile, and Invalid with each part that is not there and each audience that
    cannot be chosen for its part.
    """
    row = lock_row(session, Expert, expert_id)
    if row is None:
        raise NotFound("専門人材", "expert")
    require(actor, "expert.choose_disclosure", Belonging(expert=expert_id))
    if faults := list(_faults(wanted)):
        raise Invalid(faults)
    told = read_choices(session, [expert_id])[expert_id]
    before = {part: chosen(told, part) for part, audience in wanted.items() if chosen(told, part) != audience}
    after = {part: wanted[part] for part in before}
    if not before:
        return
    if version is not None and version != row.version:
        raise ChangedMeanwhile(before, after, row.version)
    d, e = columns(DisclosureChoice), columns(Expert)
    session.execute(delete(table_of(DisclosureChoice)).where(d.expert_id == expert_id, d.part.in_(list(after))))
    rows = [{"expert_id": expert_id, "part": part, "audience": audience} for part, audience in after.items()]
    insert_rows(session, DisclosureChoice, rows)
    key = organization_key(row, {**told, **after})
    values = {"organization_key": key, "updated_at": utc_now(), "version": e.version + 1}
    session.execute(update(table_of(Expert)).where(e.id == expert_id).values(**values))
    record(session, actor, "expert:choose_disclosure", "expert", expert_id, before=before, after=after)


def _faults(wanted: Choices) -> Iterator[Fault]:
    for part, audience in wanted.items():
        if part not in PARTS:
            yield Fault(pointer((part,)), "この項目はありません", "there is no such part of a profile")
        elif audience not in options(part):
            told = ", ".join(options(part))
            yield Fault(pointer((part,)), f"次のどれかを選んでください: {told}", f"choose one of {told}")


class Sight:
    """How an audience sees a list of experts: conditions and columns of a query, with nothing told of what is hidden.

    A hidden value is NULL wherever it would be shown or sorted by, and a condition on it holds for nobody.
    """

    def __init__(self, audience: Audience) -> None:
        self.audience = audience

    @property
    def whole(self) -> bool:
        """Whether nothing is hidden."""
        return self.audience == OFFICE

    def sees(self, part: str) -> ColumnElement[bool]:
        """Return the condition that this audience sees ``part`` of an expert's row."""
        if self.whole:
            return true()
        told, d = PARTS[part], columns(DisclosureChoice)
        wide = wide_enough(self.audience)
        chose = (d.expert_id == columns(Expert).id, d.part == part)
        if told.least in wide:
            return true()
        if told.most not in wide:
            found: ColumnElement[bool] = false()
        elif told.usual in wide:
            found = ~exists(select(d.part).where(*chose, d.audience.not_in(wide)))
        else:
            found = exists(select(d.part).where(*chose, d.audience.in_(wide)))
        return found if told.with_part is None else or_(found, self.sees(told.with_part))

    def value(self, part: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return ``column`` where ``part`` is seen, else NULL."""
        return column if self.whole else case((self.sees(part), column), else_=None)

    def text(self) -> ColumnElement[str]:
        """Return what a text search looks at."""
        e = columns(Expert)
        key: ColumnElement[str] = e.search_key if self.whole else e.organization_key
        return key
