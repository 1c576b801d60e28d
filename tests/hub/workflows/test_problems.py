from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import LOCAL
from hub.db.transaction import reading, transaction
from hub.errors import Conflict
from hub.workflows.drafts import ExpertDraft, MonthDraft, RequestDraft, SkillDraft, SlotDraft
from hub.workflows.experts import set_paused, store_experts
from hub.workflows.problems import Counts, Question, build_problem, count_what_there_is, usual_months
from hub.workflows.request_moves import close_request
from hub.workflows.requests import store_requests
from hub.workflows.seeding import expert_id, request_id
from hub.workflows.skills import same_skill
from hub.workflows.subsidies import fiscal_year, subsidy_for
from matching.interchange import digest, read_problem, write_problem
from matching.problem import Limits, Link, Location, Organization, Policy, Problem
from matching.references import problem_faults
from seed_data.months import month_name, month_number, months_from
from seed_data.municipalities import by_code
from seed_data.problem import build_problem as straight_from
from seed_data.samples import Sample
from skill_standards import load_framework

YEAR = months_from("2026-04", 12)


def asked(months: tuple[str, ...] = YEAR, **links: tuple[Link, ...]) -> Question:
    return Question(months, Policy(), Limits(), **links)


def built(engine: Engine, question: Question | None = None) -> Problem:
    with reading(engine) as session:
        return build_problem(session, question or asked()).problem


def left_out(engine: Engine, question: Question | None = None) -> dict[str, int]:
    with reading(engine) as session:
        found = build_problem(session, question or asked()).left_out
    assert all(entry.ja and entry.en for entry in found)
    return {entry.kind: entry.count for entry in found}


def test_a_problem_through_the_database_is_the_sample_s_own_problem(seeded: Engine, sample: Sample):
    expected = straight_from(sample)
    found = built(seeded)
    by_sample_key = {expert_id(told): told.key for told in sample.experts}
    experts = {by_sample_key[expert.id]: expert for expert in found.experts}
    assert set(experts) == {expert.id for expert in expected.experts}
    for wanted in expected.experts:
        expert = experts[wanted.id]
        assert (expert.hours, expert.max_engagements, expert.onsite_days) == (
            wanted.hours,
            wanted.max_engagements,
            wanted.onsite_days,
        )
        assert (expert.roles, set(expert.stages), set(expert.conflicts)) == (
            wanted.roles,
            set(wanted.stages),
            set(wanted.conflicts),
        )
        assert (expert.base, expert.hourly_rate, expert.rating) == (wanted.base, wanted.hourly_rate, wanted.rating)
        assert (expert.work_modes, expert.max_travel_minutes) == (wanted.work_modes, wanted.max_travel_minutes)
    requests = {request.id: request for request in found.requests}
    for told, wanted in zip(sample.requests, expected.requests, strict=True):
        request = requests[request_id(told)]
        assert (request.organization, request.priority, request.budget, request.team, request.themes) == (
            wanted.organization,
            wanted.priority,
            wanted.budget,
            wanted.team,
            wanted.themes,
        )
        assert [(s.start, s.length, s.hours, s.needs) for s in request.slots] == [
            (s.start, s.length, s.hours, s.needs) for s in wanted.slots
        ]
    assert found.organizations == expected.organizations


def test_a_problem_is_one_the_library_accepts_and_the_same_each_time(seeded: Engine):
    problem = built(seeded)
    assert problem_faults(problem) == ()
    assert read_problem(write_problem(problem)) == problem
    assert digest(built(seeded)) == digest(problem)


def test_the_usual_months_are_those_of_the_open_slots(seeded: Engine, registered_months: tuple[str, ...]):
    with reading(seeded) as session:
        assert usual_months(session) == registered_months


@pytest.fixture
def registered_months(sample: Sample) -> tuple[str, ...]:
    starts = [month_number(slot.start) for request in sample.requests for slot in request.slots]
    ends = [month_number(slot.start) + slot.length for request in sample.requests for slot in request.slots]
    return tuple(month_name(number) for number in range(min(starts), max(ends)))


def test_without_an_open_request_there_are_no_months(registered: Engine):
    with reading(registered) as session:
        assert usual_months(session) == ()
        assert count_what_there_is(session) == Counts(0, 0, 0)


def test_paused_experts_and_closed_requests_stay_out(seeded: Engine, sample: Sample):
    person, closed = expert_id(sample.experts[0]), request_id(sample.requests[0])
    with transaction(seeded) as session:
        set_paused(session, LOCAL, person, paused=True)
        close_request(session, LOCAL, closed)
    problem = built(seeded)
    assert person not in problem.expert_by_id
    assert closed not in {request.id for request in problem.requests}
    assert left_out(seeded)["paused_experts"] == 1
    with reading(seeded) as session:
        found = count_what_there_is(session)
    assert (found.experts, found.requests) == (23, 15)


def test_slots_outside_the_months_stay_out_and_are_counted(
    registered: Engine, request_told: Callable[..., RequestDraft], slot: Callable[..., SlotDraft]
):
    late = slot(start="2026-12", length=2)
    drafts = {
        "any": request_told(slots=(slot(), late)),
        "all": request_told(team="all", slots=(slot(), late)),
        "optional": request_told(team="all", slots=(slot(), slot(start="2026-12", length=2, required=False))),
        "gone": request_told(slots=(late,)),
    }
    with transaction(registered) as session:
        store_requests(session, drafts)
    question = asked(("2026-10", "2026-11", "2026-12"))
    problem = built(registered, question)
    assert {request.id: len(request.slots) for request in problem.requests} == {"any": 1, "optional": 1}
    found = left_out(registered, question)
    assert (found["slots_outside_months"], found["teams_outside_months"]) == (3, 1)


def test_months_an_expert_has_not_told_are_not_free(registered: Engine, expert: Callable[..., ExpertDraft]):
    with transaction(registered) as session:
        store_experts(
            session, {"a": expert(availability=(MonthDraft("2026-11", 30.0, 2, 1.5),)), "b": expert(availability=())}
        )
    one, two = built(registered, asked(("2026-10", "2026-11"))).experts
    assert (one.hours, one.max_engagements, one.onsite_days) == ((0.0, 30.0), (0, 2), (0.0, 1.5))
    assert (two.hours, two.max_engagements, two.onsite_days) == ((0.0, 0.0), (0, 0), (0.0, 0.0))


def test_the_base_becomes_the_place_of_its_office(registered: Engine, expert: Callable[..., ExpertDraft]):
    with transaction(registered) as session:
        store_experts(session, {"a": expert(base="202151")})
    place = by_code("202151")
    assert built(registered).experts[0].base == Location(place.latitude, place.longitude)


def test_levels_of_dss_2_count_where_they_are_the_same_and_are_counted_where_not(
    registered: Engine, expert: Callable[..., ExpertDraft]
):
    same = same_skill("2.0")
    kept = next(code for code, here in same.items() if here not in ("SE1-02", "TE1-08"))
    both = next(code for code, here in same.items() if here == "TE1-08")
    asked_about = [code for code in load_framework("2.0").skills if code not in same][:2]
    told = (
        SkillDraft("TE1-08", 2),
        SkillDraft(both, 4, framework="2.0"),
        SkillDraft(kept, 3, framework="2.0"),
        *(SkillDraft(code, 4, framework="2.0") for code in asked_about),
    )
    with transaction(registered) as session:
        store_experts(session, {"a": expert(skills=told), "b": expert(skills=told)})
        set_paused(session, LOCAL, "b", paused=True)
    assert dict(built(registered).experts[0].skills) == {"TE1-08": 2, same[kept]: 3}
    assert left_out(registered)["skills_to_ask_about"] == 2


def test_a_pin_whose_expert_is_paused_is_not_dropped_silently(seeded: Engine, sample: Sample):
    person = expert_id(sample.experts[0])
    slot_id = next(slot.id for _, slot in built(seeded).seats())
    pinned = asked(pins=(Link(slot_id, person),))
    assert built(seeded, pinned).pins == pinned.pins
    with transaction(seeded) as session:
        set_paused(session, LOCAL, person, paused=True)
    with reading(seeded) as session, pytest.raises(Conflict, match="pinned"):
        build_problem(session, pinned)
    assert built(seeded, asked(forbidden=pinned.pins)).forbidden == ()


def test_a_year_without_a_confirmed_rule_counts_nothing_and_says_so(seeded: Engine):
    assert built(seeded).subsidy is None
    assert left_out(seeded)["subsidy"] == 1


def test_a_year_with_a_rule_counts_for_municipalities_alone():
    bodies = [Organization("202151", "city"), Organization("200000", "prefecture")]
    rule, notes = subsidy_for(["2025-10", "2026-03"], bodies)
    assert rule is not None
    assert (dict(rule.rates), dict(rule.heads), notes) == ({"2025": 0.7}, {"202151": 3, "200000": 0}, ())
    rule, notes = subsidy_for(["2026-03", "2026-04"], bodies)
    assert rule is not None
    assert dict(rule.rates) == {"2025": 0.7}
    assert len(notes) == 1


def test_a_fiscal_year_begins_in_april():
    assert [fiscal_year(month) for month in ("2026-03", "2026-04", "2027-01")] == [2025, 2026, 2026]


def test_an_organization_s_budget_is_part_of_the_problem(seeded: Engine):
    code = built(seeded).organizations[0].id
    with transaction(seeded) as session:
        session.execute(text(f"UPDATE organizations SET budget = 5000000 WHERE code = '{code}'"))
    assert built(seeded).organization_by_id[code].budget == 5_000_000
