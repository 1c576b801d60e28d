from collections.abc import Callable, Collection
from dataclasses import fields, replace
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.workflows.draft_judging import EXPERTS, REQUESTS, Columns, questionable
from hub.workflows.drafts import (
    CareerDraft,
    ExpertDraft,
    MonthDraft,
    NeedDraft,
    PartnerDraft,
    RequestDraft,
    SkillDraft,
    SlotDraft,
    expert_of,
    request_of,
)
from seed_data.generator import generate

KNOWN = frozenset({"202151", "131041", "131059"})
WILD = (
    None, "", " ", "a", "a" * 101, "a\0", "X", "D", "1.2", "open", "net", "all", "計画策定", "202151", "999999",
    0, 1, -1, True, 1.0, 0.5, nan, inf, 10**16,
    (), ("X",), ("D", "X"), ("X", "X"), ("remote",), ("nowhere",), ("202151",), ("202151", "131041"), ("999999",),
    ("development",), ("SW3",), ("20",), ("エンジニア",), (1,), (True,), ("x", None),
)  # fmt: skip
"""Values for any field, most of them wrong in most."""

ODD = (None, "", "a", "a\0", 0, 1, 4, 5, True, 1.0, 2.5, nan, "1.2", "2.0", "TE1-08", "nowhere", "2026-04", "2025-13")
GOOD_SLOT = SlotDraft("枠", "D", "development", "2026-04", 3, 10.0, needs=(NeedDraft("TE1-08", 3),))


def oddly(*parts: Any) -> list[Any]:
    """Return these parts, and each with every field of it odd in every way."""
    odd = [replace(part, **{one.name: value}) for part in parts for one in fields(part) for value in ODD]
    return [*parts, *odd]


PARTS: dict[str, list[Any]] = {
    "skills": oddly(SkillDraft("TE1-08", 3), SkillDraft("SE1-02", 1, "根拠"), SkillDraft("TE1-08", 1, "", "2.0")),
    "career": oddly(CareerDraft("202151", "lead", "2024-04", "2025-03", None, "development")),
    "availability": oddly(MonthDraft("2026-04", 10.0, 1, 0.0), MonthDraft("2026-05", 10, 2, 1)),
    "promotion": oddly(PartnerDraft("地域金融機関", "松本信用金庫")),
    "slots": [
        *oddly(GOOD_SLOT),
        *(
            replace(GOOD_SLOT, needs=needs)
            for needs in ((), GOOD_SLOT.needs * 2, *((need,) for need in oddly(NeedDraft("SE1-02", 2))))
        ),
    ],
}


def values_of(name: str) -> list[Any]:
    """Return what a field may be told as, right and wrong."""
    if name not in PARTS:
        return list(WILD)
    parts = PARTS[name]
    return [(), *((part,) for part in parts), (parts[0],) * 2, (parts[0],) * 100, (parts[0],) * 101, tuple(parts[:2])]


def one_by_one(columns: Columns[Any]) -> list[Any]:
    """Return drafts that are right but for one field, each with everything that may be told of it."""
    right = columns.sample("202151")
    return [replace(right, **{one.name: value}) for one in fields(columns.model) for value in values_of(one.name)]


def drafts(columns: Columns[Any]) -> st.SearchStrategy[list[Any]]:
    """Give some drafts, each right but for up to two fields that may be anything."""
    told = {one.name: values_of(one.name) for one in fields(columns.model)}
    change = st.sampled_from(sorted(told)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(told[name])))
    one = st.lists(change, max_size=2).map(lambda changes: replace(columns.sample("202151"), **dict(changes)))
    return st.lists(one, max_size=8)


def faulty(columns: Columns[Any], told: list[Any], known: Collection[str] = KNOWN) -> set[int]:
    """Return the positions of the drafts with a fault, each judged by itself."""
    return {position for position, draft in enumerate(told) if columns.faults(draft, known)}


@pytest.mark.parametrize("columns", [EXPERTS, REQUESTS], ids=["experts", "requests"])
def test_whatever_is_wrong_with_one_field_is_questioned_and_nothing_else(columns: Columns[Any]):
    told = one_by_one(columns)
    wrong = faulty(columns, told)
    assert 0 < len(wrong) < len(told)
    assert questionable(columns, told, KNOWN) == wrong


@settings(max_examples=60, deadline=None)
@given(drafts(EXPERTS))
def test_the_experts_questioned_are_those_with_a_fault(told: list[ExpertDraft]):
    assert questionable(EXPERTS, told, KNOWN) == faulty(EXPERTS, told)


@settings(max_examples=60, deadline=None)
@given(drafts(REQUESTS))
def test_the_requests_questioned_are_those_with_a_fault(told: list[RequestDraft]):
    assert questionable(REQUESTS, told, KNOWN) == faulty(REQUESTS, told)


@pytest.mark.parametrize(("columns", "of"), [(EXPERTS, expert_of), (REQUESTS, request_of)])
def test_of_what_is_right_nothing_is_questioned(columns: Columns[Any], of: Callable[[Any], Any]):
    sample = generate(40, 40, 5)
    told = [of(one) for one in (sample.experts if columns is EXPERTS else sample.requests)]
    known = {getattr(draft, "base", None) or draft.organization for draft in told} | {
        code for draft in told for code in getattr(draft, "conflicts", None) or getattr(draft, "beneficiaries", ())
    }
    assert questionable(columns, told, known) == faulty(columns, told, known) == set()


@pytest.mark.parametrize("name", ["roles", "skills", "base", "family_name"])
def test_what_cannot_even_be_looked_up_is_questioned(name: str):
    right = EXPERTS.sample("202151")
    odd = replace(right, **{name: [{}]})
    assert 1 in questionable(EXPERTS, [right, odd], KNOWN)


def test_where_no_organization_is_known_everything_is_questioned():
    assert questionable(EXPERTS, [EXPERTS.sample("202151")], ()) == {0}
