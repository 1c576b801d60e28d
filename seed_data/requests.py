"""Invented requests: real municipalities as places, needs drawn by chance; no municipality asked for any of them."""

from functools import cache

from matching.problem import Team
from seed_data.dice import Dice, Weighted
from seed_data.municipalities import Municipality, municipalities
from seed_data.samples import GateStage, SampleNeed, SamplePartner, SampleRequest, SampleSlot
from seed_data.scenarios import Scenario, SlotScenario, load_scenarios

KIND = 2  # the stream of the seed that requests are drawn from
INVENTED = "架空のニーズ（見本として生成。実在の団体の要望ではありません）"

TEAM_SIZES = Weighted((1, 2, 3, 4), (38, 32, 20, 10))
ALL_OR_NOTHING_SHARE = 0.3  # of the requests with two slots or more
OPTIONAL_SHARE = 0.2  # of the later slots of such a team
PRIORITIES = Weighted((0.5, 1.0, 1.5, 2.0), (10, 65, 18, 7))
NO_BUDGET_SHARE = 0.25
NET_BUDGET_SHARE = 0.3
NO_CEILING_SHARE = 0.45
CEILINGS = Weighted((3_000, 4_000, 5_000, 6_000, 8_000, 10_000), (10, 20, 28, 22, 12, 8))
YEN_PER_HOUR, YEN_PER_VISIT = 4_800, 25_000  # what a budget is drawn around
GATES: dict[str, GateStage] = {
    "building_momentum": "計画策定",
    "identifying_issues": "計画策定",
    "business_model_planning": "計画策定",
    "product_planning": "社会実証",
    "development": "社会実証",
    "operation_maintenance": "実装・展開",
    "ux_operation": "実装・展開",
    "use": "実装・展開",
}
# Whom a promotion structure should involve: 懇談会報告書 第5章 (l. 1124–1141).
PARTNERS = (
    SamplePartner("地域金融機関", "地元の信用金庫"),
    SamplePartner("地域メディア", "地元の新聞社・ケーブルテレビ"),
    SamplePartner("教育・研究機関", "地元の大学・高専"),
    SamplePartner("地場企業", "商工会議所の会員企業"),
    SamplePartner("住民", "地区の自治会"),
    SamplePartner("支援機関", "総合通信局"),
)


@cache
def _scenarios() -> Weighted[Scenario]:
    scenarios = load_scenarios()
    return Weighted(scenarios, [scenario.weight for scenario in scenarios])


@cache
def _neighbours(prefecture_code: str) -> tuple[str, ...]:
    return tuple(m.code for m in municipalities() if m.prefecture_code == prefecture_code and m.kind != "prefecture")


def invent_request(seed: int, number: int, months: tuple[str, ...]) -> SampleRequest:
    """Return request ``number`` of ``seed``: the same whatever the size of the sample.

    Organizations are drawn each as likely, so kinds come in their real proportions.
    """
    dice = Dice(seed, KIND, number)
    key = f"R{number + 1:05}"
    organization = dice.pick(municipalities())
    scenario = dice.draw(_scenarios())
    size = dice.draw(TEAM_SIZES)
    team: Team = "all" if size > 1 and dice.chance(ALL_OR_NOTHING_SHARE) else "any"
    slots = _draw_slots(dice, dice.sample(scenario.slots, size), key, team, months)
    return SampleRequest(
        key=key,
        organization=organization.code,
        title=dice.pick(scenario.titles),
        summary=scenario.summary,
        themes=(scenario.theme,),
        priority=dice.draw(PRIORITIES),
        budget=_draw_budget(dice, slots),
        budget_basis="net" if dice.chance(NET_BUDGET_SHARE) else "gross",
        beneficiaries=_draw_beneficiaries(dice, organization),
        team=team,
        slots=slots,
        promotion=_draw_promotion(dice, organization),
        gate=GATES[slots[0].stage],
        assumed=INVENTED,
    )


def _draw_slots(
    dice: Dice, asked_for: tuple[SlotScenario, ...], key: str, team: Team, months: tuple[str, ...]
) -> tuple[SampleSlot, ...]:
    """Return the slots in the order of stages, each starting with or after the one before it."""
    slots: list[SampleSlot] = []
    earliest = 0
    for position, asked in enumerate(asked_for, start=1):
        length = min(dice.integer(*asked.months), len(months))
        latest = len(months) - length
        start = dice.integer(min(earliest, latest), min(earliest + 4, latest))
        earliest = start + dice.integer(0, 2)
        optional = team == "all" and position > 1 and dice.chance(OPTIONAL_SHARE)
        slots.append(_draw_slot(dice, f"{key}-{position}", asked, months[start], length, required=not optional))
    return tuple(slots)


def _draw_slot(dice: Dice, key: str, asked: SlotScenario, start: str, length: int, *, required: bool) -> SampleSlot:
    days = dice.integer(*asked.onsite_days)
    hours = max(dice.integer(*asked.hours) // 4 * 4, 4 * days)
    ceiling = asked.rate_ceiling or (None if dice.chance(NO_CEILING_SHARE) else dice.draw(CEILINGS))
    return SampleSlot(
        key=key,
        title=asked.title,
        talent_type=asked.talent_type,
        role=asked.role if dice.chance(0.5) else None,
        stage=asked.stage,
        needs=_draw_needs(dice, asked),
        start=start,
        length=length,
        hours=hours,
        onsite_days=days,
        remote_ok=asked.remote_ok and (days < 3 or dice.chance(0.8)),
        rate_ceiling=ceiling,
        required=required,
    )


def _draw_needs(dice: Dice, asked: SlotScenario) -> tuple[SampleNeed, ...]:
    """Return what is usually asked for, now and then one level higher or lower; lesser needs may be left out."""
    needs = []
    for skill, (level, weight, mandatory) in asked.needs.items():
        if mandatory or dice.chance(0.85):
            shift = dice.integer(-1, 1) if dice.chance(0.3) else 0
            needs.append(SampleNeed(skill, min(max(level + shift, 1), 4), weight, mandatory))
    return tuple(needs)


def _draw_budget(dice: Dice, slots: tuple[SampleSlot, ...]) -> int | None:
    """Return a budget (yen) that is sometimes too small for what is asked."""
    if dice.chance(NO_BUDGET_SHARE):
        return None
    usual = sum(slot.length * (slot.hours * YEN_PER_HOUR + slot.onsite_days * YEN_PER_VISIT) for slot in slots)
    return round(usual * dice.between(0.5, 1.9) / 10_000) * 10_000


def _draw_beneficiaries(dice: Dice, organization: Municipality) -> tuple[str, ...]:
    """Return whom the work serves: some of its municipalities for a prefecture, now and then neighbours as well."""
    others = tuple(code for code in _neighbours(organization.prefecture_code) if code != organization.code)
    if organization.kind == "prefecture":
        return dice.sample(others, dice.integer(2, 6))
    if dice.chance(0.06):
        return tuple(sorted((organization.code, *dice.sample(others, dice.integer(1, 3)))))
    return ()


def _draw_promotion(dice: Dice, organization: Municipality) -> tuple[SamplePartner, ...]:
    leader = SamplePartner("推進主体", f"{organization.name_ja} DX担当課")
    return (leader, *dice.sample(PARTNERS, dice.integer(0, 3)))
