"""Invented experts. No real person's data is used: names, careers and conditions are drawn by chance."""

from functools import cache

from matching.problem import TalentType
from seed_data.attainments import VERSION, attained_levels, with_evidence
from seed_data.bases import draw_base
from seed_data.careers import Background, invent_career
from seed_data.conditions import draw_availability, draw_presence, draw_rates
from seed_data.dice import Dice, Weighted
from seed_data.municipalities import Municipality, municipalities
from seed_data.names import invent_name
from seed_data.profiles import Affiliation, load_profiles
from seed_data.samples import ExternalType, SampleExpert
from skill_standards import load_framework, load_stages, load_talent_standard

KIND = 9  # the stream of the seed that experts are drawn from
BRIDGING_SHARE = 0.28
SECOND_ROLE_SHARE = 0.4
OTHER_STAGE_SHARE = 0.15
CONFLICT_SHARE = 0.07
RATED_SHARE = 0.55


@cache
def _roles() -> Weighted[str]:
    profiles = load_profiles().roles
    return Weighted(tuple(profiles), [profile.weight for profile in profiles.values()])


@cache
def _affiliations(talent_type: TalentType) -> Weighted[Affiliation]:
    fitting = [one for one in load_profiles().affiliations if talent_type in one.types]
    return Weighted(fitting, [one.weight for one in fitting])


@cache
def _stages_led_by(talent_type: TalentType) -> tuple[str, ...]:
    return tuple(stage.id for stage in load_stages() if stage.lead == talent_type)


@cache
def _external_types() -> tuple[tuple[ExternalType, frozenset[str]], ...]:
    known: tuple[ExternalType, ...] = ("PROD", "PM", "SD", "ENG")
    roles = {one.id: frozenset(one.dss_roles) for one in load_talent_standard().types}
    return tuple((id_, roles[id_]) for id_ in known)


@cache
def _towns_of(prefecture_code: str) -> tuple[Municipality, ...]:
    return tuple(m for m in municipalities() if m.prefecture_code == prefecture_code)


def invent_expert(seed: int, number: int, months: tuple[str, ...]) -> SampleExpert:
    """Return expert ``number`` of ``seed``: the same whatever the size of the sample."""
    dice = Dice(seed, KIND, number)
    family, given = invent_name(dice)
    roles, talent_types = _draw_roles(dice)
    years = dice.integer(3, 32)
    seniority = min(years / 25, 1.0)
    affiliation = dice.draw(_affiliations(talent_types[0]))
    base = draw_base(dice)
    stages, themes = _draw_experience(dice, roles, talent_types)
    bridge = talent_types[1] if len(talent_types) > 1 else None
    modes, travel = draw_presence(dice)
    ongoing = dice.integer(0, 1) + dice.chance(0.15)
    rate, present_rate = draw_rates(dice, affiliation, seniority)
    mean, count = _draw_rating(dice)
    return SampleExpert(
        key=f"E{number + 1:05}",
        family_name=family.kanji,
        given_name=given.kanji,
        family_kana=family.kana,
        given_kana=given.kana,
        family_romaji=family.romaji,
        given_romaji=given.romaji,
        affiliation=affiliation.name,
        talent_types=talent_types,
        external_types=_draw_external_types(dice, roles),
        roles=roles,
        skills=with_evidence(dice, attained_levels(dice, roles, seniority, bridge).items()),
        stages=stages,
        themes=themes,
        career=invent_career(dice, Background(base, stages, themes, months[0]), ongoing),
        availability=draw_availability(dice, months, affiliation, ongoing, travels="onsite" in modes),
        hourly_rate=rate,
        current_rate=present_rate,
        base=base.code,
        max_travel_minutes=travel,
        work_modes=modes,
        full_time_possible=dice.chance(affiliation.full_time),
        regions=_draw_regions(dice, base),
        conflicts=_draw_conflicts(dice, base),
        rating_mean=mean,
        rating_count=count,
        summary=_summary(roles, talent_types, years, affiliation),
    )


def _draw_roles(dice: Dice) -> tuple[tuple[str, ...], tuple[TalentType, ...]]:
    """Return one or two roles and the talent types, that of the main role first."""
    main = dice.draw(_roles())
    second = (dice.pick(load_profiles().roles[main].next),) if dice.chance(SECOND_ROLE_SHARE) else ()
    own = load_framework(VERSION).roles[main].talent_type
    other: TalentType = "D" if own == "X" else "X"
    return (main, *second), (own, other) if dice.chance(BRIDGING_SHARE) else (own,)


def _draw_experience(
    dice: Dice, roles: tuple[str, ...], talent_types: tuple[TalentType, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return stages and themes someone of these roles has worked in, each in the standard's order."""
    led = [stage for one in talent_types for stage in _stages_led_by(one)]
    chosen = set(dice.sample(led, dice.integer(1, 3)))
    order = [stage.id for stage in load_stages()]
    stages = tuple(stage for stage in order if stage in chosen or dice.chance(OTHER_STAGE_SHARE))
    known = [theme for role in roles for theme in load_profiles().roles[role].themes]
    return stages, dice.sample(tuple(dict.fromkeys(known)), dice.integer(1, 4))


def _draw_external_types(dice: Dice, roles: tuple[str, ...]) -> tuple[ExternalType, ...]:
    """Return the types of 外部人材スキル標準 the person is listed under; most are not on that list."""
    if not dice.chance(0.35):
        return ()
    return tuple(id_ for id_, of_type in _external_types() if roles[0] in of_type)


def _draw_regions(dice: Dice, base: Municipality) -> tuple[str, ...]:
    """Return prefecture codes wished for: none (anywhere), the own one, or up to two others as well."""
    if dice.chance(0.4):
        return ()
    others = [f"{dice.integer(1, 47):02}" for _ in range(dice.integer(0, 2))]
    return tuple(sorted({base.prefecture_code, *others}))


def _draw_conflicts(dice: Dice, base: Municipality) -> tuple[str, ...]:
    """Return organizations the person may not work for: mostly those the employer does business with nearby."""
    if not dice.chance(CONFLICT_SHARE):
        return ()
    return tuple(m.code for m in dice.sample(_towns_of(base.prefecture_code), dice.integer(1, 3)))


def _draw_rating(dice: Dice) -> tuple[float | None, int]:
    if not dice.chance(RATED_SHARE):
        return None, 0
    count = 1 + int(12 * dice.share() ** 2)
    spread = 0.9 / count**0.5 + 0.25
    return round(min(max(4.2 + spread * (dice.share() + dice.share() - 1), 1.0), 5.0), 1), count


def _summary(roles: tuple[str, ...], talent_types: tuple[TalentType, ...], years: int, affiliation: Affiliation) -> str:
    profiles = load_profiles().roles
    fields = "、".join(dict.fromkeys(profiles[role].field for role in roles))
    side = "X・D双方にまたがる人材。" if len(talent_types) > 1 else ""
    return f"{fields}を{years}年経験。{side}{affiliation.name}。（架空の人物）"
