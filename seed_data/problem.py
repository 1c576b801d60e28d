"""A matching problem straight from samples, with no database between."""

from collections.abc import Iterable

from matching.problem import (
    Expert,
    Limits,
    Organization,
    Policy,
    Problem,
    Rating,
    Request,
    SkillNeed,
    Slot,
    Subsidy,
)
from seed_data.months import month_number, refuse_gaps
from seed_data.municipalities import Municipality, by_code
from seed_data.samples import Sample, SampleExpert, SampleRequest, SampleSlot


def build_problem(
    sample: Sample,
    months: tuple[str, ...] | None = None,
    policy: Policy | None = None,
    limits: Limits | None = None,
    subsidy: Subsidy | None = None,
) -> Problem:
    """Return the problem of placing ``sample``'s experts in its requests over ``months`` (default: the sample's).

    Organizations are those that ask or are served, with their office's place. An expert has nothing free in a month
    the sample does not know.

    Raises:
        ValueError: months with gaps, or slots outside them: one line for each.
        KeyError: a 団体コード that is not in the register.
    """
    horizon = tuple(months) if months is not None else sample.months
    refuse_gaps(horizon)
    refuse_slots_outside(sample.requests, horizon)
    return Problem(
        months=horizon,
        experts=tuple(as_expert(expert, horizon) for expert in sample.experts),
        organizations=tuple(as_organization(municipality) for municipality in organizations_of(sample.requests)),
        requests=tuple(as_request(request, horizon[0]) for request in sample.requests),
        policy=policy or Policy(),
        limits=limits or Limits(),
        subsidy=subsidy,
    )


def refuse_slots_outside(requests: Iterable[SampleRequest], months: tuple[str, ...]) -> None:
    """Raise ValueError naming each slot that does not lie wholly within ``months``."""
    first = month_number(months[0])
    outside = [
        f"{slot.key}: {slot.start} から {slot.length} か月は計画の期間 {months[0]}–{months[-1]} に収まりません / "
        f"{slot.length} months from {slot.start} are not within {months[0]}–{months[-1]}"
        for request in requests
        for slot in request.slots
        if not 0 <= month_number(slot.start) - first <= len(months) - slot.length
    ]
    if outside:
        raise ValueError("\n".join(outside))


def organizations_of(requests: Iterable[SampleRequest]) -> tuple[Municipality, ...]:
    """Return the organizations that ask or are served, sorted by code. KeyError for one not in the register."""
    codes = {code for request in requests for code in (request.organization, *request.beneficiaries)}
    return tuple(by_code(code) for code in sorted(codes))


def as_organization(municipality: Municipality) -> Organization:
    """Return the organization with its office's place; samples know budgets of requests only."""
    return Organization(id=municipality.code, kind=municipality.kind, location=municipality.location)


def as_expert(expert: SampleExpert, months: tuple[str, ...]) -> Expert:
    """Return the expert with lists over ``months``; the base becomes the place of its office."""
    free = {one.month: one for one in expert.availability}
    known = [free.get(month) for month in months]
    return Expert(
        id=expert.key,
        talent_types=expert.talent_types,
        skills={skill.code: skill.level for skill in expert.skills},
        roles=expert.roles,
        stages=expert.stages,
        themes=expert.themes,
        hours=tuple(float(one.hours) if one else 0.0 for one in known),
        max_engagements=tuple(one.engagements if one else 0 for one in known),
        onsite_days=tuple(float(one.onsite_days) if one else 0.0 for one in known),
        hourly_rate=float(expert.hourly_rate),
        base=by_code(expert.base).location,
        max_travel_minutes=expert.max_travel_minutes,
        work_modes=expert.work_modes,
        conflicts=expert.conflicts,
        rating=None if expert.rating_mean is None else Rating(expert.rating_mean, expert.rating_count),
    )


def as_request(request: SampleRequest, first_month: str) -> Request:
    """Return the request, its slots starting so many months after ``first_month``."""
    return Request(
        id=request.key,
        organization=request.organization,
        slots=tuple(as_slot(slot, first_month) for slot in request.slots),
        priority=request.priority,
        budget=request.budget,
        budget_basis=request.budget_basis,
        beneficiaries=request.beneficiaries or None,
        team=request.team,
        themes=request.themes,
    )


def as_slot(slot: SampleSlot, first_month: str) -> Slot:
    """Return the slot with its start as a position from ``first_month``."""
    return Slot(
        id=slot.key,
        talent_type=slot.talent_type,
        start=month_number(slot.start) - month_number(first_month),
        length=slot.length,
        hours=slot.hours,
        onsite_days=slot.onsite_days,
        role=slot.role,
        stage=slot.stage,
        needs=tuple(SkillNeed(need.skill, need.level, need.weight, need.mandatory) for need in slot.needs),
        remote_ok=slot.remote_ok,
        rate_ceiling=slot.rate_ceiling,
        required=slot.required,
    )
