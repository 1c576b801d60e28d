"""Experts and requests taken in: merged over what is stored, judged as a whole, and written by their workflows."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.auth.actor import Actor
from hub.models import Expert, Request
from hub.models.base import new_id
from hub.workflows.availability import promise_faults
from hub.workflows.draft_faults import expert_faults, request_faults
from hub.workflows.draft_judging import EXPERTS as EXPERT_COLUMNS
from hub.workflows.draft_judging import REQUESTS as REQUEST_COLUMNS
from hub.workflows.draft_judging import Columns, questionable
from hub.workflows.drafts import ExpertDraft, RequestDraft
from hub.workflows.expert_records import canonical as canonical_expert
from hub.workflows.expert_records import read_experts as stored_experts
from hub.workflows.expert_storing import add_experts, store_experts
from hub.workflows.experts import experts_by_reference
from hub.workflows.import_results import Imported, Orders, known_bodies
from hub.workflows.locks import lock_rows
from hub.workflows.organizations import known_codes, load_register
from hub.workflows.records import Stored, batches
from hub.workflows.references import existing_ids
from hub.workflows.request_import_rules import standing_faults
from hub.workflows.request_records import canonical as canonical_request
from hub.workflows.request_records import read_requests as stored_requests
from hub.workflows.request_storing import add_requests, store_requests
from hub.workflows.requests import requests_by_reference
from hub.workflows.sheets.book import Book
from hub.workflows.sheets.expert_forms import read_experts
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.forms import Entry, Form, fault, settle
from hub.workflows.sheets.merging import merged_expert, merged_request, same
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.request_forms import SLOT_FIELDS, read_requests
from matching.faults import Fault
from seed_data.municipalities import municipalities

D = TypeVar("D", ExpertDraft, RequestDraft)

COLUMN_OF_FIELD = {field: column for column, field in SLOT_FIELDS.items()}
TELL_EVERY = 200
DRAFTS_AT_ONCE = 1_000
"""A draft is dozens of rows while it is written: not all of them are laid out at once."""

SAME_ROW = CellError(
    "この番号は、前の行と同じ登録を指しています。どちらかを消してください。",
    "This reference names what an earlier row already names; remove one.",
)


@dataclass(frozen=True, slots=True)
class _Way(Generic[D]):
    """How one kind is read from a file, compared and stored.

    ``standing``: what stands against drafts, by id, given what is told and what is stored under these ids.
    """

    prefix: str
    model: type[SQLModel]
    read: Callable[[Book, Bodies], Form]
    ids: Callable[[Session, Sequence[str]], dict[str, str]]
    stored: Callable[[Session, Sequence[str]], dict[str, D]]
    merge: Callable[[str, Mapping[str, Any], D | None], D]
    faults: Callable[[D, Collection[str]], list[Fault]]
    columns: Columns[D]
    canonical: Callable[[D], D]
    standing: Callable[[Session, Mapping[str, D], Mapping[str, D]], Mapping[str, Sequence[Fault]]]
    add: Callable[[Session, Actor, Mapping[str, D]], None]
    store: Callable[[Session, Actor, Mapping[str, D]], Stored]


EXPERTS = _Way(
    "exp",
    Expert,
    read_experts,
    experts_by_reference,
    stored_experts,
    merged_expert,
    expert_faults,
    EXPERT_COLUMNS,
    canonical_expert,
    lambda session, told, _: promise_faults(session, told),
    lambda session, actor, told: add_experts(session, told, actor=actor),
    lambda session, actor, told: store_experts(session, told, actor=actor),
)
REQUESTS = _Way(
    "req",
    Request,
    read_requests,
    requests_by_reference,
    stored_requests,
    merged_request,
    request_faults,
    REQUEST_COLUMNS,
    canonical_request,
    standing_faults,
    lambda session, _, told: add_requests(session, told),
    lambda session, _, told: store_requests(session, told),
)


def import_experts(session: Session, book: Book, orders: Orders) -> Imported:
    """Take in a file of experts."""
    return _take_in(session, book, EXPERTS, orders)


def import_requests(session: Session, book: Book, orders: Orders) -> Imported:
    """Take in a file of requests."""
    return _take_in(session, book, REQUESTS, orders)


@dataclass(frozen=True, slots=True)
class _Judged(Generic[D]):
    """The valid drafts by id, what is stored under these ids, and the entry of the file each draft comes from."""

    drafts: dict[str, D]
    present: Mapping[str, D]
    entries: dict[str, Entry]

    def changed(self) -> dict[str, D]:
        """Return the drafts that change what is stored."""
        present = self.present
        return {key: draft for key, draft in self.drafts.items() if key in present and draft is not present[key]}

    def created(self) -> dict[str, D]:
        """Return the drafts of what is new."""
        return {key: draft for key, draft in self.drafts.items() if key not in self.present}


def _take_in(session: Session, book: Book, way: _Way[D], orders: Orders) -> Imported:
    form = way.read(book, known_bodies(session))
    judged = _judge(session, form, way, orders)
    _refuse_standing(session, form, way, judged)
    settle(form)
    created, changed = judged.created(), judged.changed()
    faults = tuple(form.faults)
    write = orders.may_write(len(faults))
    if write:
        load_register(session)
        for write_some, told in ((way.add, created), (way.store, changed)):
            for some in batches(told, DRAFTS_AT_ONCE):
                write_some(session, orders.actor, {key: told[key] for key in some})
    return Imported(
        created=len(created),
        changed=len(changed),
        unchanged=len(judged.drafts) - len(created) - len(changed),
        faulty=sum(entry.faulty for entry in form.entries),
        written=write,
        faults=faults,
        notices=tuple(form.notices),
        examples=form.examples,
        form=form,
    )


@dataclass(slots=True)
class _Laid(Generic[D]):
    """An entry laid over what is stored under its id: a draft, or why it is none; ``same``: it changes nothing."""

    entry: Entry
    key: str
    draft: D | None
    wrong: CellError | None = None
    same: bool = False


def _judge(session: Session, form: Form, way: _Way[D], orders: Orders) -> _Judged[D]:
    """Return the valid drafts; one that changes nothing is what is stored, itself."""
    references = [entry.reference for entry in form.entries if entry.reference]
    ids, named = _registered(session, way, references)
    if orders.may_write(len(form.faults)):
        # What the file is laid over stays as it is until the transaction ends.
        lock_rows(session, way.model, named)
    present = way.stored(session, named)
    known = known_codes(session) | {place.code for place in municipalities()}
    judged: _Judged[D] = _Judged({}, present, {})
    told = list(_laid(form, way, ids, present, orders))
    drafts = [one.draft for one in told if one.draft is not None and not one.same]
    doubtful = {id(drafts[position]) for position in questionable(way.columns, drafts, known)}
    for one in told:
        found = way.faults(one.draft, known) if id(one.draft) in doubtful and one.draft is not None else []
        if one.wrong is not None:
            fault(form.readings[0], one.entry.rows[0][1], "slot", one.wrong)
        elif one.draft is not None:
            for each in found:
                _place(form, one.entry, each, one.draft)
        if one.key in judged.drafts:
            fault(form.readings[0], one.entry.rows[0][1], "reference", SAME_ROW)
        elif one.draft is not None and not found:
            judged.drafts[one.key], judged.entries[one.key] = one.draft, one.entry
    return judged


def _registered(session: Session, way: _Way[D], references: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return the ids behind references, and the ids of all that the references name; some give an id instead."""
    ids: dict[str, str] = way.ids(session, references)
    as_ids: list[str] = existing_ids(
        session, way.model, [reference for reference in references if reference not in ids]
    )
    return ids, list(dict.fromkeys([*ids.values(), *as_ids]))


def _laid(
    form: Form, way: _Way[D], ids: Mapping[str, str], present: Mapping[str, D], orders: Orders
) -> Iterator[_Laid[D]]:
    """Yield what each entry without a fault becomes, over what is stored."""
    for position, entry in enumerate(form.entries):
        if not entry.faulty:
            # A row without a number of its own is exported by its id, and so comes back by it.
            key = ids.get(entry.reference, entry.reference if entry.reference in present else new_id(way.prefix))
            stored = present.get(key)
            try:
                draft = way.merge(entry.reference, entry.given, stored)
            except CellError as wrong:
                yield _Laid(entry, key, None, wrong)
            else:
                if stored is not None and same(way.canonical(draft), stored):
                    yield _Laid(entry, key, stored, same=True)
                else:
                    yield _Laid(entry, key, draft)
        if position % TELL_EVERY == 0 or position == len(form.entries) - 1:
            orders.done(position + 1, len(form.entries))


def _refuse_standing(session: Session, form: Form, way: _Way[D], judged: _Judged[D]) -> None:
    """Report, and leave out, what cannot become what is told because of where it stands or what was promised."""
    told = {**judged.created(), **judged.changed()}
    for key, found in way.standing(session, told, judged.present).items():
        for one in found:
            _place(form, judged.entries[key], one, judged.drafts[key])
        del judged.drafts[key]


def _place(form: Form, entry: Entry, found: Fault, draft: ExpertDraft | RequestDraft) -> None:
    """Report what is wrong with a draft at the cell it comes from, or else at the first row of its entry."""
    path = found.place.split("/")[1:]
    row, key = entry.rows[0][1], path[0] if path else ""
    if key == "slots" and len(path) > 1:
        number = int(path[1]) + 1
        row = next((row for _, row in entry.rows if row.values.get("slot") == number), row)
        key = COLUMN_OF_FIELD.get(path[2], path[2]) if len(path) > 2 else "slot"
    elif key == "availability" and len(path) > 1 and isinstance(draft, ExpertDraft):
        key = draft.availability[int(path[1])].month
    fault(form.readings[0], row, key, CellError(found.ja, found.en))
