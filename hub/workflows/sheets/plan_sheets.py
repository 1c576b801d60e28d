"""A plan as a workbook (配置計画一覧): each slot with who fills it and at what cost, or why it stayed open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.workflows.plan_rows import PlanPage, PlanSlotRow
from hub.workflows.sheets import standard_terms as terms
from hub.workflows.sheets.wording import JAPANESE, Wording
from hub.workflows.sheets.workbook import Heading, Sheet, Value

YEN, FIT, NUMBER = "#,##0", "0.00", "General"


@dataclass(frozen=True, slots=True)
class PlanWords:
    """What codes are called in one language: statuses of a plan, reasons of open slots, policies, parts of a fit."""

    statuses: Mapping[str, str]
    reasons: Mapping[str, str]
    policies: Mapping[str, str]
    parts: Mapping[str, str]
    wording: Wording = JAPANESE


TITLE = ("配置計画一覧", "Assignments")
FIGURES = ("計画", "Plan")
COLUMNS = (
    ("団体コード", "Code", 12, "@"),
    ("団体", "Organization", 20, "@"),
    ("人材ニーズ", "Request", 34, "@"),
    ("枠", "Slot", 26, "@"),
    ("段階", "Stage", 16, "@"),
    ("人材類型", "Talent type", 10, "@"),
    ("ロール", "Role", 26, "@"),
    ("開始月", "First month", 12, "@"),
    ("月数", "Months", 8, "0"),
    ("専門人材", "Expert", 18, "@"),
    ("所属", "Affiliation", 24, "@"),
    ("拠点", "Base", 18, "@"),
    ("適合度", "Fit", 10, FIT),
    ("月時間（移動込み）", "Hours a month, with travel", 12, NUMBER),
    ("移動 片道（分）", "Travel one way (minutes)", 12, "0"),
    ("費用（円）", "Cost (yen)", 14, YEN),
    ("実質負担・試算（円）", "Net burden, an estimate (yen)", 16, YEN),
    ("空いた理由", "Why it stayed open", 40, "@"),
)
"""Headings in both languages, widths, number formats."""


def plan_sheets(page: PlanPage, slots: Sequence[PlanSlotRow], words: PlanWords) -> list[Sheet]:
    """Return the list of slots, and the plan's figures."""
    say, parts = words.wording.pick, list(words.parts)
    headings = [Heading(say(ja, en), width, told) for ja, en, width, told in COLUMNS]
    headings += [Heading(words.parts[part], 12, "0.000") for part in parts]
    rows = ([*slot_cells(slot, words), *part_cells(slot, parts)] for slot in slots)
    columns = (Heading(say("項目", "Figure"), 26), Heading(say("値", "Value"), 40, NUMBER))
    return [Sheet(say(*TITLE), headings, rows), Sheet(say(*FIGURES), columns, figure_rows(page, words))]


def slot_cells(slot: PlanSlotRow, words: PlanWords) -> list[Value]:
    """Return the cells of a slot."""
    wording = words.wording
    own: list[Value] = [
        slot.organization_code,
        wording.pick(slot.organization, slot.organization_en),
        slot.request_title,
        slot.title,
        wording.name(terms.stages(), slot.stage),
        slot.talent_type,
        wording.name(terms.roles(), slot.role) if slot.role else None,
        wording.month(slot.start),
        slot.length,
    ]
    who = slot.assigned
    if who is None:
        return [*own, *[None] * 8, words.reasons.get(slot.reason or "", slot.reason)]
    return [
        *own,
        wording.pick(who.name, who.romaji or who.name),
        who.affiliation,
        wording.pick(who.base, who.base_en),
        who.fit,
        who.hours,
        who.travel_minutes,
        who.cost,
        who.net_cost,
        None,
    ]


def part_cells(slot: PlanSlotRow, parts: Sequence[str]) -> list[Value]:
    """Return the points of each part of the fit."""
    return [slot.assigned.parts.get(part) if slot.assigned else None for part in parts]


def figure_rows(page: PlanPage, words: PlanWords) -> Iterator[list[Value]]:
    """Yield the plan's figures, one a row."""
    row, wording = page.row, words.wording
    say = wording.pick
    yield [say("計画", "Plan"), row.title]
    yield [say("結果", "Result"), words.statuses.get(row.result or "", row.result)]
    yield [say("期間", "Months"), f"{wording.month(row.first_month)}{say('〜', ' – ')}{wording.month(row.last_month)}"]
    yield [say("方針", "Policy"), words.policies.get(row.policy, row.policy)]
    yield [say("埋まった枠", "Slots filled"), row.filled]
    yield [say("枠", "Slots"), row.slots]
    yield [say("適合度の平均", "Mean fit"), row.mean_fit]
    yield [say("費用（円）", "Cost (yen)"), row.cost]
    yield [say("実質負担・試算（円）", "Net burden, an estimate (yen)"), row.net_cost]
    yield [say("値", "Value"), row.objective]
    yield [say("上界", "Upper bound"), row.bound]
    yield [say("改善の余地（割合）", "Left to gain (share)"), row.gap]
    yield [say("計算（秒）", "Run (seconds)"), row.seconds]
    yield [say("入力の要約値", "Digest of the input"), page.input_digest]
    for one in row.supposed:
        yield [say("仮の条件", "Supposed"), say(one.ja, one.en)]
    for entry in page.left_out:
        yield [say("対象外", "Left out"), say(entry.ja, entry.en)]
