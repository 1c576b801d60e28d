"""Small scored problems for property tests: few codes and round numbers, so that pairs are often eligible."""

from hypothesis import strategies as st

from matching.problem import (
    Expert,
    Link,
    Location,
    Organization,
    Policy,
    Problem,
    Rating,
    Request,
    SkillNeed,
    Slot,
    Subsidy,
    Weights,
)

SKILLS = ("BT1-01", "DU2-01", "TE1-08", "SE1-02", "SE2-01", "PS1-01")
ROLES = ("BA1", "SW3")
STAGES = ("development", "use")
THEMES = ("generative_ai", "education", "health_welfare")
HORIZONS = (("2026-04",), ("2026-12", "2027-01"), ("2026-02", "2026-03", "2026-04", "2026-05"))
# 長野, 東京, 札幌, 大間, 那覇, 福岡, 高松 and the end of the earth: every branch of fares and times.
PLACES = tuple(
    Location(lat, lon)
    for lat, lon in (
        (36.65, 138.18),
        (35.69, 139.69),
        (43.06, 141.35),
        (41.53, 140.91),
        (26.21, 127.68),
        (33.59, 130.40),
        (34.34, 134.05),
        (-90.0, 180.0),
    )
)

amounts = st.one_of(st.integers(0, 60).map(float), st.floats(0, 60, allow_nan=False))


def choosy(draw, *fields):
    """Return a function that lets at most two of ``fields`` vary and gives the others their usual value.

    With everything random at once hardly a pair would be eligible, and the later rules would never be reached.
    """
    varied = draw(st.sets(st.sampled_from(fields), max_size=2))
    return lambda field, usual, other: draw(other) if field in varied else usual


def some_of(codes, least=0):
    return st.lists(st.sampled_from(codes), unique=True, min_size=least).map(tuple)


@st.composite
def places(draw):
    near = draw(st.sampled_from(PLACES))
    if draw(st.booleans()):
        return near
    return Location(near.lat / 2 + 18, near.lon + draw(st.floats(-3, 0)))


@st.composite
def experts(draw, identifier, horizon, organizations):
    pick = choosy(draw, "hours", "engagements", "days", "types", "roles", "travel", "modes", "conflicts")

    def by_month(numbers):
        return st.lists(numbers, min_size=horizon, max_size=horizon).map(tuple)

    return Expert(
        id=identifier,
        hours=pick("hours", (80.0,) * horizon, by_month(amounts)),
        max_engagements=pick("engagements", (2,) * horizon, by_month(st.integers(0, 3))),
        onsite_days=pick("days", (4.0,) * horizon, by_month(st.sampled_from((4.0, 0.5, 0.0)))),
        talent_types=pick("types", ("X", "D"), some_of(("X", "D"))),
        skills=draw(st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 4))),
        roles=pick("roles", ROLES, some_of(ROLES)),
        stages=draw(some_of(STAGES)),
        themes=draw(some_of(THEMES)),
        hourly_rate=draw(st.one_of(st.sampled_from((5000.0, 0.0)), st.floats(0, 20_000))),
        base=draw(st.one_of(places(), st.sampled_from(organizations), st.none())),
        max_travel_minutes=pick("travel", None, st.one_of(st.sampled_from((42.0, 49.0, 289.0)), st.floats(0, 400))),
        work_modes=pick("modes", ("remote", "onsite"), some_of(("remote", "onsite"))),
        conflicts=pick("conflicts", (), some_of((*organizations, "elsewhere"), least=1)),
        rating=draw(st.one_of(st.none(), st.builds(Rating, st.floats(0, 5), st.integers(0, 40)))),
    )


@st.composite
def slots(draw, identifier, horizon):
    pick = choosy(draw, "role", "mandatory", "ceiling")
    start = draw(st.integers(0, horizon - 1))
    mandatory = pick("mandatory", st.just(False), st.just(st.booleans()))
    return Slot(
        id=identifier,
        talent_type=draw(st.sampled_from(("X", "D"))),
        start=start,
        length=draw(st.integers(1, horizon - start)),
        hours=draw(st.one_of(st.sampled_from((10.0, 0.0)), amounts)),
        onsite_days=draw(st.sampled_from((0.0, 0.5, 1.0, 2.0))),
        role=pick("role", None, st.sampled_from(ROLES)),
        stage=draw(st.one_of(st.none(), st.sampled_from(STAGES))),
        needs=tuple(
            SkillNeed(skill, draw(st.integers(1, 4)), draw(st.sampled_from((1.0, 2.5))), draw(mandatory))
            for skill in draw(st.lists(st.sampled_from(SKILLS), unique=True, max_size=3))
        ),
        remote_ok=draw(st.booleans()),
        rate_ceiling=pick("ceiling", None, st.sampled_from((4000.0, 5000.0, 9000.0))),
        required=draw(st.booleans()),
    )


@st.composite
def requests(draw, identifier, horizon, organizations):
    return Request(
        id=identifier,
        organization=draw(st.sampled_from(organizations)),
        slots=tuple(draw(slots(f"{identifier}-{index}", horizon)) for index in range(draw(st.integers(1, 2)))),
        priority=draw(st.sampled_from((1.0, 0.5, 2.0))),
        budget=draw(st.sampled_from((None, None, 200_000.0, 40_000.0, 0.0))),
        budget_basis=draw(st.sampled_from(("gross", "net"))),
        beneficiaries=draw(st.one_of(st.none(), some_of(organizations))),
        team=draw(st.sampled_from(("any", "all"))),
        themes=draw(some_of(THEMES)),
    )


def subsidies(organizations):
    return st.builds(
        Subsidy,
        heads=st.dictionaries(st.sampled_from(organizations), st.integers(0, 2)),
        rates=st.dictionaries(st.sampled_from(("2025", "2026")), st.sampled_from((0.7, 0.5, 1.0, 0.0))),
        travel_eligible=st.booleans(),
    )


@st.composite
def problems(draw, most_experts=4, most_requests=2, least=0):
    """A problem without ready-made pairs in which every reference leads somewhere; ``least`` experts and requests."""
    months = draw(st.sampled_from(HORIZONS))
    # One 団体コード of 東京都, where a night is dearest, and ids that are none.
    codes = ("131016", "M", "日本/~村")[: draw(st.integers(1, 3))]
    organizations = tuple(
        Organization(
            code,
            location=draw(st.one_of(places(), st.none()) if index else places()),
            budget=draw(st.one_of(st.none(), amounts)),
        )
        for index, code in enumerate(codes)
    )
    located = tuple(organization.id for organization in organizations if organization.location is not None)
    people = tuple(draw(experts(f"E{n}", len(months), located)) for n in range(draw(st.integers(least, most_experts))))
    asked = tuple(draw(requests(f"R{n}", len(months), codes)) for n in range(draw(st.integers(least, most_requests))))
    pairs = [Link(slot.id, expert.id) for request in asked for slot in request.slots for expert in people]
    links = st.lists(st.sampled_from(pairs), unique=True, max_size=3).map(tuple) if pairs else st.just(())
    return Problem(
        months=months,
        experts=people,
        organizations=organizations,
        requests=asked,
        pins=draw(links),
        forbidden=draw(links),
        previous=draw(links),
        subsidy=draw(st.one_of(st.none(), subsidies(codes))),
        policy=Policy(
            weights=draw(st.sampled_from((None, Weights(0.0, 1.5, 0.1, 0.3)))),
            order=draw(st.sampled_from((None, ("fit", "cost")))),
            travel_counts=draw(st.booleans()),
            security_floor=draw(st.sampled_from((0, 0, 0, 1))),
        ),
    )
