"""Small random problems with ready-made pairs, in which every kind of limit binds now and then."""

from random import Random

from matching.problem import (
    Expert,
    Limits,
    Link,
    Organization,
    Policy,
    Problem,
    ReadyPair,
    Request,
    Slot,
    Subsidy,
    Weights,
)

EXACT = Limits(seconds=60.0, gap=0.0, seed=0, threads=1)
TERMS = ("coverage", "equity", "fit", "cost", "stability")


def small_problem(seed: int, *, pins: int = 0, policy: Policy | None = None) -> Problem:
    """Return problem number ``seed``: up to 4 experts, 3 requests, 6 slots; with up to ``pins`` pins of any sort."""
    random = Random(seed)
    months = tuple(f"2026-{4 + month:02d}" for month in range(random.randint(1, 4)))
    names = [f"M{number}" for number in range(random.randint(1, 3))]
    requests = _requests(random, names, len(months))
    experts = tuple(_expert(random, f"E{number}", len(months)) for number in range(random.randint(1, 4)))
    pairs = tuple(
        _pair(random, expert, slot)
        for request in requests
        for slot in request.slots
        for expert in experts
        if random.random() < 0.7
    )
    links = [Link(pair.slot, pair.expert) for pair in pairs]
    every = [Link(slot.id, expert.id) for request in requests for slot in request.slots for expert in experts]
    organizations = tuple(Organization(name, budget=_budget(random, 0.4)) for name in names)
    return Problem(
        months=months,
        experts=experts,
        organizations=organizations,
        requests=requests,
        pairs=pairs,
        pins=tuple(_some(random, every if random.random() < 0.1 else links, pins)),
        forbidden=tuple(_some(random, links, 1)),
        previous=tuple(_some(random, every, 2)),
        subsidy=_subsidy(random, names),
        policy=policy or Policy(weights=_weights(random), yen_per_point=random.choice([1e5, 1e6, 3e5])),
        limits=EXACT,
    )


def _some(random: Random, links: list[Link], most: int) -> list[Link]:
    return random.sample(links, min(len(links), random.randint(0, most)))


def _requests(random: Random, names: list[str], months: int) -> tuple[Request, ...]:
    requests, left = [], 6
    for number in range(random.randint(1, 3)):
        size = min(left, random.randint(1, 3))
        if not size:
            break
        left -= size
        requests.append(
            Request(
                id=f"R{number}",
                organization=random.choice(names),
                slots=tuple(_slot(random, f"R{number}-{slot}", months) for slot in range(size)),
                priority=random.choice([1.0, 1.0, 0.5, 2.0, 1.25]),
                budget=_budget(random, 0.4),
                budget_basis=random.choice(["gross", "net"]),
                beneficiaries=random.choice([None, tuple(random.sample(names, random.randint(1, len(names)))), ("X",)]),
                team=random.choice(["any", "all"]),
            )
        )
    return tuple(requests)


def _slot(random: Random, name: str, months: int) -> Slot:
    start = random.randrange(months)
    return Slot(
        id=name,
        talent_type="D",
        start=start,
        length=random.randint(1, months - start),
        hours=8.0,
        onsite_days=random.choice([0.0, 0.0, 1.0, 2.5]),
        required=random.random() < 0.75,
    )


def _expert(random: Random, name: str, months: int) -> Expert:
    steady = random.random() < 0.4
    hours = [random.choice([8.25, 16.25, 24.5, 40.0, 40.0, 0.25]) for _ in range(months)]
    return Expert(
        id=name,
        hours=tuple(hours[:1] * months if steady else hours),
        max_engagements=tuple(random.choice([0, 1, 1, 2, 2, 2, 3, 3]) for _ in range(months)),
        onsite_days=tuple(random.choice([0.0, 2.5, 4.0, 4.0]) for _ in range(months)),
    )


def _pair(random: Random, expert: Expert, slot: Slot) -> ReadyPair:
    cost = random.choice([0.0, 50_000.0, 123_457.0, 250_000.5, 300_000.0, 1_200_000.0])
    return ReadyPair(
        expert=expert.id,
        slot=slot.id,
        fit=random.randint(0, 20) / 20,
        cost=cost,
        net_cost=random.choice([cost, cost * 0.3, cost * 0.3, cost + 10.0 if random.random() < 0.1 else 0.0]),
        hours=random.choice([8.0, 8.25, 12.125, 16.25, 0.1, 0.25]),
    )


def _budget(random: Random, share: float) -> float | None:
    return (
        random.choice([0.0, 50_000.0, 173_457.0, 400_000.0, 1_000_000.0, 1_500_000.5])
        if random.random() < share
        else None
    )


def _subsidy(random: Random, names: list[str]) -> Subsidy | None:
    if random.random() < 0.4:
        return None
    return Subsidy(heads={name: random.randint(0, 2) for name in names if random.random() < 0.7})


def _weights(random: Random) -> Weights | None:
    if random.random() < 0.3:
        return None
    return Weights(
        coverage=random.choice([1.0, 0.0, 0.2]),
        fit=random.choice([1.0, 0.5, 3.0, 0.0]),
        equity=random.choice([0.5, 3.0, 0.0, 0.25]),
        stability=random.choice([0.3, 0.0, 2.0]),
    )
