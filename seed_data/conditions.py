"""On what conditions invented experts work: hours by month, pay, travel, presence.

Pay: 20,000 to 50,000 yen a day of 8 hours, and retainers of 50,000 to 300,000 yen a month for advisers, after published
examples (``market_rates`` of ``skill_standards``); the spread is our assumption. A few work pro bono.
"""

from matching.problem import WorkMode
from seed_data.dice import Dice, Weighted
from seed_data.profiles import Affiliation
from seed_data.samples import SampleAvailability

HOURS_A_DAY = 8
DAY_RATES = Weighted((20_000, 30_000, 40_000, 50_000), (20, 40, 28, 12))
HIGHEST_RATE = 12_000  # 300,000 yen a month for about three days
PRO_BONO_SHARE = 0.055  # of those whose affiliation leaves them little time: no one gives half a month away
PRO_BONO_HOURS = 24
RETAINER_SHARE = 0.12
# The turn of the fiscal year is busy, the holidays less free.
FREE_SHARE_OF_MONTH = {1: 0.95, 3: 0.6, 4: 0.7, 8: 0.9, 12: 0.9}
MODES: Weighted[tuple[WorkMode, ...]] = Weighted((("remote", "onsite"), ("remote",), ("onsite",)), (72, 22, 6))
TRAVEL_LIMITS: Weighted[int | None] = Weighted((60, 90, 120, 180, 240, 300, 360, None), (6, 9, 13, 20, 16, 12, 10, 14))


def draw_rates(dice: Dice, affiliation: Affiliation, seniority: float) -> tuple[int, int | None]:
    """Return the wished rate and the present one, if told (yen per hour)."""
    if affiliation.hours[0] <= PRO_BONO_HOURS and dice.chance(PRO_BONO_SHARE):
        return 0, None
    if seniority > 0.5 and dice.chance(RETAINER_SHARE):
        wished = dice.between(5_000, HIGHEST_RATE)
    else:
        wished = dice.draw(DAY_RATES) / HOURS_A_DAY * affiliation.pay * (0.9 + 0.25 * seniority)
    wished = min(round(wished, -2), HIGHEST_RATE)
    return int(wished), int(round(wished * dice.between(0.7, 1.1), -2)) if dice.chance(0.6) else None


def draw_presence(dice: Dice) -> tuple[tuple[WorkMode, ...], int | None]:
    """Return work modes and the travel limit (minutes one way, None: no limit)."""
    modes = dice.draw(MODES)
    return modes, dice.draw(TRAVEL_LIMITS) if "onsite" in modes else 60


def draw_availability(
    dice: Dice, months: tuple[str, ...], affiliation: Affiliation, ongoing: int, *, travels: bool
) -> tuple[SampleAvailability, ...]:
    """Return what is free in each of ``months``, ``ongoing`` engagements taken off (each takes a tenth to a third)."""
    offered = dice.integer(*affiliation.hours) * (1 - ongoing * dice.between(0.1, 0.33))
    engagements = max(dice.integer(*affiliation.engagements) - ongoing, 0 if dice.chance(0.3) else 1)
    days = dice.integer(1, 6) if travels else 0
    return tuple(_free(dice, month, offered, engagements, days) for month in months)


def _free(dice: Dice, month: str, offered: float, engagements: int, days: int) -> SampleAvailability:
    share = FREE_SHARE_OF_MONTH.get(int(month[5:]), 1.0) * dice.between(0.85, 1.15)
    hours = 0 if dice.chance(0.01) else round(offered * share)
    return SampleAvailability(month, hours, engagements if hours else 0, min(days, hours // 6))
