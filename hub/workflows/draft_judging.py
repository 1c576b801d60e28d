"""Drafts by the ten thousand judged by columns: which of them are surely right, so that the others alone are judged.

The rules stay where they are (``draft_faults``, and the types of ``drafts``): a value many drafts share is judged once,
in a draft that is right in everything else, and whatever has no rule but its type is judged by that type, a column at
once. A draft all of whose values passed has no fault; what is wrong with any other, its own judgement says.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import chain
from operator import attrgetter
from types import GenericAlias
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from hub.workflows.draft_faults import TWICE, expert_faults, request_faults
from hub.workflows.drafts import CHECKED, CareerDraft, ExpertDraft, RequestDraft, SlotDraft
from matching.faults import Fault

D = TypeVar("D", ExpertDraft, RequestDraft)


def _nothing(_: Any) -> Hashable:
    return None


def _career_sense(entry: CareerDraft) -> Hashable:
    return entry.stage, entry.theme, entry.started, entry.ended


def _slot_sense(slot: SlotDraft) -> Hashable:
    return slot.role, slot.stage, tuple([need.skill for need in slot.needs])


@dataclass(frozen=True)
class Columns(Generic[D]):
    """How the fields of one kind of draft are judged.

    ``sample``: a draft of an organization, right if that is known. ``texts``: fields with no rule but their type's.
    ``together``: fields that are judged as one value. ``parts``: fields of many parts, and what of a part (besides its
    types) decides whether it makes sense. All other fields are judged by their values.
    """

    model: type[D]
    sample: Callable[[str], D]
    faults: Callable[[D, Collection[str]], list[Fault]]
    texts: tuple[str, ...]
    together: tuple[tuple[str, ...], ...] = ()
    parts: Mapping[str, Callable[[Any], Hashable]] = field(default_factory=dict)

    @cached_property
    def values(self) -> tuple[tuple[str, ...], ...]:
        """The fields, or fields together, that are judged by their values."""
        apart: set[str] = {*self.texts, *self.parts, *chain.from_iterable(self.together)}
        return (*self.together, *((one.name,) for one in fields(self.model) if one.name not in apart))

    @cached_property
    def types(self) -> dict[str, TypeAdapter[Any]]:
        """What judges a whole column of a text field, and of parts."""
        told = get_type_hints(self.model, include_extras=True)
        of_texts = {name: TypeAdapter(_column_of(told[name]), config=CHECKED) for name in self.texts}
        return of_texts | {name: TypeAdapter(_column_of(_part_of(told[name]))) for name in self.parts}

    @cached_property
    def lengths(self) -> dict[str, TypeAdapter[Any]]:
        """What judges how many parts there are."""
        told = get_type_hints(self.model, include_extras=True)
        return {name: TypeAdapter(told[name]) for name in self.parts}


EXPERTS = Columns(
    ExpertDraft,
    lambda code: ExpertDraft("a", ("D",), 0, code),
    expert_faults,
    texts=(
        "family_name", "given_name", "family_kana", "given_kana", "family_romaji", "given_romaji", "reference",
        "affiliation", "summary",
    ),
    together=(("rating_mean", "rating_count"),),
    parts={"skills": TWICE["skills"], "career": _career_sense, "availability": _nothing},
)  # fmt: skip
REQUESTS = Columns(
    RequestDraft,
    lambda code: RequestDraft(code, "a", (SlotDraft("a", "D", "development", "2026-04", 1, 0),)),
    request_faults,
    texts=("title", "reference", "summary", "source", "assumed"),
    parts={"slots": _slot_sense, "promotion": _nothing},
)


def questionable(columns: Columns[D], drafts: Sequence[D], known_organizations: Collection[str]) -> set[int]:
    """Return the positions of the drafts that may have a fault: every other has none."""
    everything = set(range(len(drafts)))
    code = next(iter(known_organizations), None)
    if code is None:
        return everything
    sample = columns.sample(code)

    def right(**told: Any) -> bool:
        return not columns.faults(replace(sample, **told), known_organizations)

    if not right():
        return everything
    try:
        return set(chain.from_iterable(_doubts(columns, drafts, right)))
    except TypeError:
        # A value that cannot even be looked up: let each draft be judged.
        return everything


def _doubts(columns: Columns[D], drafts: Sequence[D], right: Callable[..., bool]) -> Iterator[Iterable[int]]:
    for name in columns.texts:
        yield _wrong_types(columns.types[name], list(map(attrgetter(name), drafts)))
    for names in columns.values:
        told = [tuple([getattr(draft, name) for name in names]) for draft in drafts]
        # True, 1 and 1.0 are equal as keys, and not the same in a draft.
        keys = [(value, tuple(map(type, value))) for value in told]
        wrong = {key for key in set(keys) if not right(**dict(zip(names, key[0], strict=True)))}
        yield [position for position, key in enumerate(keys) if key in wrong] if wrong else ()
    for name in columns.parts:
        yield _wrong_parts(columns, name, list(map(attrgetter(name), drafts)), right)


def _wrong_types(types: TypeAdapter[Any], column: Sequence[Any]) -> set[int]:
    """Return the positions of a column at which a value is not what its type says."""
    try:
        types.validate_python(column)
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        return {int(one["loc"][0]) for one in told}
    return set()


def _wrong_parts(
    columns: Columns[D], name: str, column: Sequence[tuple[Any, ...]], right: Callable[..., bool]
) -> Iterable[int]:
    """Return the positions of the drafts one of whose parts is wrong, or there twice, or that have too many or few."""
    if set(map(type, column)) - {tuple}:
        return range(len(column))
    # Drafts share many of their parts, and often all of them.
    wholes = {id(parts): parts for parts in column}
    by_id = {id(part): part for part in chain.from_iterable(wholes.values())}
    parts = list(by_id.values())
    wrong = {id(parts[place]) for place in _wrong_types(columns.types[name], parts)}
    sense = columns.parts[name]
    deciding = {key: sense(part) for key, part in by_id.items() if key not in wrong} if sense is not _nothing else {}
    first = {told: by_id[key] for key, told in deciding.items()}
    senseless = {told for told, part in first.items() if not right(**{name: (part,)})}
    if senseless:
        wrong |= {key for key, told in deciding.items() if told in senseless}
    usual = next((part for key, part in by_id.items() if key not in wrong), None)
    lengths = _wrong_lengths(columns.lengths[name], usual, set(map(len, wholes.values())))
    same = TWICE.get(name)
    doubtful = {
        key
        for key, told in wholes.items()
        if (lengths and len(told) in lengths)
        or (wrong and not wrong.isdisjoint(map(id, told)))
        or (same is not None and len(set(map(same, told))) < len(told))
    }
    return [position for position, told in enumerate(column) if id(told) in doubtful] if doubtful else ()


def _wrong_lengths(types: TypeAdapter[Any], part: Any, lengths: Iterable[int]) -> set[int]:
    """Return the numbers of parts that are too many or too few; ``part``: one that is right, None: there is none."""
    wrong = set()
    for count in lengths:
        if count and part is None:
            wrong.add(count)
            continue
        try:
            types.validate_python((part,) * count)
        except ValidationError:
            wrong.add(count)
    return wrong


def _column_of(told: Any) -> Any:
    return GenericAlias(list, told)


def _part_of(told: Any) -> Any:
    """Return the type of the parts of a field: ``tuple[Part, ...]``, perhaps with limits on how many there are."""
    whole = get_args(told)[0] if hasattr(told, "__metadata__") else told
    return get_args(whole)[0]
