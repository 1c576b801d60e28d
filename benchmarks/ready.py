"""A problem that brings its pairs ready-made: few candidates for each slot, budgets and teams now and then."""

import numpy as np

from matching.problem import Expert, Limits, Organization, Problem, ReadyPair, Request, Slot

MONTHS = tuple(f"2026-{month:02d}" for month in range(4, 10))
SLOTS_PER_ORGANIZATION = 5


def ready_made(experts: int, slots: int, seed: int = 0, limits: Limits | None = None) -> Problem:
    """Return a problem over 6 months with about 9.3 pairs for each slot."""
    rng = np.random.default_rng(seed)
    months = len(MONTHS)
    people = tuple(
        Expert(
            f"E{number:05d}",
            hours=(float(rng.choice([16, 24, 32, 48, 64])),) * months,
            max_engagements=(int(rng.integers(1, 4)),) * months,
            onsite_days=(float(rng.integers(1, 7)),) * months,
        )
        for number in range(experts)
    )
    organizations = tuple(
        Organization(f"{number:06d}", budget=float(rng.integers(10, 60)) * 200_000 if rng.random() < 0.2 else None)
        for number in range(max(1, slots // SLOTS_PER_ORGANIZATION))
    )
    requests: list[Request] = []
    pairs: list[ReadyPair] = []
    made = 0
    while made < slots:
        size = min(int(rng.choice([1, 2, 3, 4], p=[0.4, 0.3, 0.2, 0.1])), slots - made)
        request = _request(rng, f"Q{len(requests):05d}", size, organizations)
        requests.append(request)
        pairs += [pair for slot in request.slots for pair in _pairs(rng, slot, people)]
        made += size
    return Problem(
        MONTHS, people, organizations, tuple(requests), pairs=tuple(pairs), limits=limits or Limits(gap=0.001)
    )


def _request(rng: np.random.Generator, name: str, size: int, organizations: tuple[Organization, ...]) -> Request:
    slots = []
    for seat in range(size):
        length = int(rng.integers(1, len(MONTHS) + 1))
        slots.append(
            Slot(
                f"{name}-{seat}",
                "X" if rng.random() < 0.35 else "D",
                start=int(rng.integers(0, len(MONTHS) - length + 1)),
                length=length,
                hours=float(rng.choice([8, 16, 24, 32])),
                onsite_days=float(rng.choice([0, 0, 1, 2])),
            )
        )
    work = sum(slot.hours * slot.length for slot in slots)
    return Request(
        name,
        organizations[int(rng.integers(len(organizations)))].id,
        tuple(slots),
        priority=float(rng.choice([1, 1, 1, 1.5, 2])),
        budget=float(np.ceil(work * rng.uniform(4000, 9000))) if rng.random() < 0.4 else None,
        team="all" if size > 1 and rng.random() < 0.25 else "any",
    )


def _pairs(rng: np.random.Generator, slot: Slot, people: tuple[Expert, ...]) -> list[ReadyPair]:
    candidates = rng.choice(len(people), min(len(people), int(rng.integers(2, 18))), replace=False)
    found = []
    for expert in np.sort(candidates).tolist():
        cost = float(int(slot.hours * slot.length * rng.integers(6, 19) * 500))
        hours = slot.hours + slot.onsite_days * float(rng.integers(1, 17)) / 4
        found.append(ReadyPair(people[expert].id, slot.id, round(float(rng.uniform(0.2, 1.0)), 6), cost, cost, hours))
    return found
