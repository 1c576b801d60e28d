"""A plan as a workbook (配置計画一覧): each slot with who fills it and at what cost, or why it stayed open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.workflows.plan_rows import PlanPage, PlanSlotRow
from hub.workflows.sheets import standard_terms as terms
from hub.workflows.sheets.months import format_month
from hub.workflows.sheets.workbook import Heading, Sheet, Value

YEN, FIT, NUMBER = "#,##0", "0.00", "General"


@dataclass(frozen=True, slots=True)
class PlanWords:
    """What codes are called: statuses of a plan, reasons of open slots, policies, parts of a fit."""

    statuses: Mapping[str, str]
    reasons: Mapping[str, str]
    policies: Mapping[str, str]
    parts: Mapping[str, str]


HEADINGS = (
    Heading("団体コード", 12),
    Heading("団体", 20),
    Heading("人材ニーズ", 34),
    Heading("枠", 26),
    Heading("段階", 16),
    Heading("人材類型", 10),
    Heading("ロール", 26),
    Heading("開始月", 12),
    Heading("月数", 8, "0"),
    Heading("専門人材", 18),
    Heading("所属", 24),
    Heading("拠点", 18),
    Heading("適合度", 10, FIT),
    Heading("月時間（移動込み）", 12, NUMBER),
    Heading("移動 片道（分）", 12, "0"),
    Heading("費用（円）", 14, YEN),
    Heading("実質負担・試算（円）", 16, YEN),
    Heading("空いた理由", 40),
)


def plan_sheets(page: PlanPage, slots: Sequence[PlanSlotRow], words: PlanWords) -> list[Sheet]:
    """Return the list of slots, and the plan's figures."""
    parts = list(words.parts)
    headings = [*HEADINGS, *(Heading(words.parts[part], 12, "0.000") for part in parts)]
    rows = ([*slot_cells(slot, words), *part_cells(slot, parts)] for slot in slots)
    figures = Sheet("計画", (Heading("項目", 26), Heading("値", 40, NUMBER)), figure_rows(page, words))
    return [Sheet("配置計画一覧", headings, rows), figures]


def slot_cells(slot: PlanSlotRow, words: PlanWords) -> list[Value]:
    """Return the cells of a slot."""
    own: list[Value] = [
        slot.organization_code,
        slot.organization,
        slot.request_title,
        slot.title,
        terms.stages().name(slot.stage),
        slot.talent_type,
        terms.roles().name(slot.role) if slot.role else None,
        format_month(slot.start),
        slot.length,
    ]
    who = slot.assigned
    if who is None:
        return [*own, *[None] * 8, words.reasons.get(slot.reason or "", slot.reason)]
    return [
        *own,
        who.name,
        who.affiliation,
        who.base,
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
    row = page.row
    yield ["計画", row.title]
    yield ["結果", words.statuses.get(row.result or "", row.result)]
    yield ["期間", f"{format_month(row.first_month)}〜{format_month(row.last_month)}"]
    yield ["方針", words.policies.get(row.policy, row.policy)]
    yield ["埋まった枠", row.filled]
    yield ["枠", row.slots]
    yield ["適合度の平均", row.mean_fit]
    yield ["費用（円）", row.cost]
    yield ["実質負担・試算（円）", row.net_cost]
    yield ["値", row.objective]
    yield ["上界", row.bound]
    yield ["改善の余地（割合）", row.gap]
    yield ["計算（秒）", row.seconds]
    yield ["入力の要約値", page.input_digest]
    for entry in page.left_out:
        yield ["対象外", entry.ja]
