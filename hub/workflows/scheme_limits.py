"""A scheme's limits against a need: days with visits, hours online, length, size of the team, uses a year."""

from collections.abc import Iterator, Sequence
from typing import Final

from hub.workflows.adviser_rules import limit_of, used_up
from hub.workflows.scheme_needs import HOURS_OF_A_DAY, ROUNDING, WEEKS_OF_A_MONTH, Need, NeedSlot
from hub.workflows.scheme_rulings import UNITS, Ruling, Words, figure, ruling
from skill_standards.schemes import Limit, Scheme, Subject

OF_THE_MEASURE: Final[frozenset[Subject]] = frozenset(
    {"persons_counted", "personnel_cost_counted", "recruit_cost_counted"}
)
"""Limits of what a measure counts; nothing asked for breaks them, so they are shown and not judged."""

NOT_TOLD: Final = -1.0
"""The need does not say the figure."""


def limit_rulings(scheme: Scheme, need: Need) -> Iterator[Ruling]:
    """Yield a ruling for each limit that bounds this need; those on what a measure counts are left out."""
    for name, limit in scheme.limits.items():
        rule = f"limits.{name}"
        if limit.of in OF_THE_MEASURE:
            continue
        if limit.of == "applications_for_project_and_adviser":
            yield _uses(rule, scheme, limit, need)
            continue
        asked = _asked(limit.of, need)
        if asked is not None:
            yield _against(rule, scheme, limit, None if asked == NOT_TOLD else asked)


def _asked(subject: Subject, need: Need) -> float | None:
    """Return what the need asks of ``subject``, None where the limit does not concern it, or ``NOT_TOLD``."""
    visited = [slot for slot in need.slots if slot.onsite_days > 0]
    remote = [slot for slot in need.slots if slot.onsite_days == 0]
    match subject:
        case "support_days_with_onsite":
            return max((float(slot.all_days) for slot in visited), default=None)
        case "support_hours_online_only":
            return max((slot.all_hours for slot in remote), default=None)
        case "support_hours_a_day":
            return max((_hours_a_day(slot) for slot in need.slots), default=None)
        case "days_a_week":
            return max((_days_a_month(slot) / WEEKS_OF_A_MONTH for slot in need.slots), default=None)
        case "length":
            return max((slot.length / 12 for slot in need.slots), default=None)
        case "team_size":
            return float(len(need.slots))
    return None


def _hours_a_day(slot: NeedSlot) -> float:
    return slot.hours / slot.days if slot.days else NOT_TOLD


def _days_a_month(slot: NeedSlot) -> float:
    return slot.days if slot.days is not None else max(slot.onsite_days, slot.hours / HOURS_OF_A_DAY)


def _against(rule: str, scheme: Scheme, limit: Limit, asked: float | None) -> Ruling:
    """Return the ruling on one figure; a limit nobody confirms or assumes is never applied."""
    unit = UNITS[limit.unit]
    if not limit.known:
        said = _unknown(scheme, limit, asked)
        return ruling(rule, "cannot_be_told", said, limit).between(asked, None, limit.unit)
    if limit.value is None:
        return ruling(rule, "fits", (f"{limit.ja}: 上限なし", f"{limit.en}: no limit"), limit).between(
            asked, None, limit.unit
        )
    least = limit.bound == "at_least"
    bound = (
        f"{limit.value}{unit[0]}{'以上' if least else 'まで'}",
        f"{'at least' if least else 'up to'} {limit.value} {unit[1]}",
    )
    if asked is None:
        said = f"{limit.ja}: {bound[0]}。必要な量が書かれていません", f"{limit.en}: {bound[1]}; the need does not say"
        mend = "月当たりの日数を書いてください", "say the days a month"
        return ruling(rule, "cannot_be_told", said, limit, mend).between(None, limit.value, limit.unit)
    fits = asked >= limit.value - ROUNDING if least else asked <= limit.value + ROUNDING
    said = (
        f"{limit.ja}: {bound[0]}、必要は{figure(asked)}{unit[0]}",
        f"{limit.en}: {bound[1]}, needed {figure(asked)} {unit[1]}",
    )
    remedy = None if fits else _remedy(scheme, limit)
    return ruling(rule, "fits" if fits else "does_not_fit", said, limit, remedy).between(asked, limit.value, limit.unit)


def _unknown(scheme: Scheme, limit: Limit, asked: float | None) -> Words:
    """Return that a limit is not confirmed for the year, with the figure of another year where there is one."""
    unit = UNITS[limit.unit]
    ja = f"{limit.ja}: {scheme.fiscal_year}年度の上限は確認できていません"
    en = f"{limit.en}: the limit of FY{scheme.fiscal_year} is not confirmed"
    if limit.earlier is not None:
        ja += f"（{limit.earlier.year}年には{limit.earlier.value}{unit[0]}。当てはめていません）"
        en += f" (it was {limit.earlier.value} {unit[1]} in {limit.earlier.year}; not applied)"
    if asked is not None:
        ja, en = f"{ja}。必要は{figure(asked)}{unit[0]}", f"{en}; needed {figure(asked)} {unit[1]}"
    return ja, en


def _remedy(scheme: Scheme, limit: Limit) -> Words:
    unit = UNITS[limit.unit]
    value = limit.value or 0
    match limit.of:
        case "support_days_with_onsite":
            online = limit_of(scheme, "support_hours_online_only")
            hours = online.value if online is not None else None
            ja = f"{value}{unit[0]}以内に収める"
            en = f"keep it within {value} {unit[1]}"
            if hours is not None:
                ja, en = (
                    f"{ja}か、オンラインだけにして{hours}時間以内にする",
                    f"{en}, or online only within {hours} hours",
                )
            return f"{ja}。残りは別の制度で", f"{en}; use another scheme for the rest"
        case "support_hours_online_only":
            return (
                f"{value}{unit[0]}以内に収める。残りは別の制度で",
                f"keep it within {value} {unit[1]}; use another scheme for the rest",
            )
        case "team_size":
            return f"枠を{value}つ以上にする", f"ask for at least {value} slots"
    return f"{value}{unit[0]}までにする", f"keep it within {value} {unit[1]}"


def _uses(rule: str, scheme: Scheme, limit: Limit, need: Need) -> Ruling:
    """Return whether the advisers wished for may still come to the project in the scheme's year."""
    there = _unique(use.adviser for use in need.past_uses if use.project == need.project)
    if not limit.known:
        return ruling(rule, "cannot_be_told", _unknown(scheme, limit, None), limit)
    barred = [adviser for adviser in there if used_up(scheme, need.past_uses, need.project, adviser)]
    wished = [adviser for adviser in need.advisers if adviser in barred]
    bound = f"{limit.ja}: 1年度に{limit.value}回まで", f"{limit.en}: up to {limit.value} a fiscal year"
    if wished and len(wished) == len(need.advisers):
        said = f"{bound[0]}。希望のアドバイザーは利用ずみです", f"{bound[1]}; those wished for have been there"
        remedy = (
            "別のアドバイザーを希望するか、次の年度に申請する",
            "wish for another adviser, or apply in the next fiscal year",
        )
        return ruling(rule, "does_not_fit", said, limit, remedy)
    if barred:
        said = (
            f"{bound[0]}。この年度に利用したアドバイザー（{len(barred)}人）以外なら申請できます",
            f"{bound[1]}; open to any but the {len(barred)} who came this year",
        )
        return ruling(rule, "fits", said, limit)
    said = f"{bound[0]}。この年度の利用の記録はありません", f"{bound[1]}; no use is on record for this year"
    return ruling(rule, "fits", said, limit)


def _unique(ids: Iterator[str]) -> Sequence[str]:
    return tuple(dict.fromkeys(ids))
