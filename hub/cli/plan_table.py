"""A plan as tables in the terminal: each slot with who fills it and why in short, or why it is open."""

import shutil
import sys

from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from hub.cli.words import Speech
from hub.workflows.paging import LARGEST_PAGE, Paging
from hub.workflows.plan_rows import Assigned, PlanRow, PlanSlotFilter, PlanSlotPage, PlanSlotRow
from hub.workflows.plans import find_plan_slots, read_plan, read_plan_slot
from matching.plan import OpenSlot
from web.words import PARTS

WIDE = 180
MOST_SHOWN = 200
REASONS_SHOWN = 2


def print_plan(session: Session, plan: PlanRow, say: Speech) -> None:
    """Print the plan's filled slots, its open ones, its figures, and what could not be part of it."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE
    console = Console(width=max(width, 100), highlight=False)
    filled, open_slots = slots_of(session, plan.id, filled=True), slots_of(session, plan.id, filled=False)
    console.print(filled_table(filled, say))
    if open_slots:
        pages = [read_plan_slot(session, plan.id, slot.slot_id) for slot in open_slots]
        console.print(open_table(pages, say))
    notes = [f"※ {say.pick(entry.ja, entry.en)}" for entry in read_plan(session, plan.id).left_out]
    for line in (*figures(plan, say), *notes):
        console.print(line, markup=False)


def slots_of(session: Session, plan_id: str, *, filled: bool) -> list[PlanSlotRow]:
    """Return the first slots of one kind, in the order of the plan."""
    rows: list[PlanSlotRow] = []
    for page in range(1, MOST_SHOWN // LARGEST_PAGE + 1):
        found = find_plan_slots(session, plan_id, PlanSlotFilter(filled=filled), Paging(page=page, size=LARGEST_PAGE))
        rows += found.items
        if page >= found.pages:
            break
    return rows


def filled_table(slots: list[PlanSlotRow], say: Speech) -> Table:
    """Return the table of filled slots."""
    table = Table(title=say.pick("配置計画", "Plan"), title_justify="left", show_lines=False)
    for ja, en, right in (
        ("団体", "Municipality", False),
        ("枠", "Slot", False),
        ("専門人材", "Expert", False),
        ("適合度", "Fit", True),
        ("時間/月", "Hours", True),
        ("費用", "Cost", True),
        ("実質負担（試算）", "Net (est.)", True),
        ("なぜ", "Why", False),
    ):
        table.add_column(say.pick(ja, en), justify="right" if right else "left")
    for slot in slots:
        who = slot.assigned
        if who is not None:
            table.add_row(
                say.pick(slot.organization, slot.organization_en),
                f"{slot.talent_type} {slot.title}",
                say.pick(who.name, who.romaji),
                f"{who.fit:.2f}",
                f"{who.hours:.0f}",
                say.yen(who.cost),
                say.yen(who.net_cost),
                why(who, say),
            )
    return table


def why(who: Assigned, say: Speech) -> str:
    """Return the parts that give most of the fit, and how far the person travels."""
    parts = sorted(who.parts.items(), key=lambda part: -part[1])[:REASONS_SHOWN]
    said = [f"{say.language.say(PARTS[name])} {points:.2f}" for name, points in parts if points > 0]
    if who.travel_minutes:
        said.append(say.pick(f"片道 {who.travel_minutes:.0f}分", f"{who.travel_minutes:.0f} min one way"))
    return say.pick("、", ", ").join(said)


def open_table(pages: list[PlanSlotPage], say: Speech) -> Table:
    """Return the table of open slots."""
    table = Table(title=say.pick("空いた枠", "Open slots"), title_justify="left", show_lines=False)
    for ja, en in (("団体", "Municipality"), ("枠", "Slot"), ("理由", "Reason"), ("埋めるには", "What would fill it")):
        table.add_column(say.pick(ja, en))
    for page in pages:
        row = page.row
        table.add_row(
            say.pick(row.organization, row.organization_en),
            f"{row.talent_type} {row.title}",
            reason(page, say),
            remedies(page, say),
        )
    return table


def reason(page: PlanSlotPage, say: Speech) -> str:
    """Return why the slot is open."""
    return say.reason(OpenSlot(page.row.slot_id, page.row.reason or "no_plan", page.funnel))  # type: ignore[arg-type]


def remedies(page: PlanSlotPage, say: Speech) -> str:
    """Return the smallest changes that fill the slot."""
    said = []
    for named in page.remedies:
        names = {named.remedy.expert: named.name} if named.remedy.expert and named.name else {}
        said.append(say.remedy(named.remedy, names))
    return say.pick("、または ", ", or ").join(said)


def figures(plan: PlanRow, say: Speech) -> list[str]:
    """Return the plan's figures, one a line."""
    lines = [
        f"{say.pick('結果', 'result')}: {say.status(plan.result or 'time_limit_no_plan')}",
        f"{say.pick('埋まった枠', 'filled slots')}: {plan.filled} / {plan.slots}",
    ]
    if plan.objective is not None:
        fit = "–" if plan.mean_fit is None else f"{plan.mean_fit:.2f}"
        lines += [
            f"{say.pick('適合度の平均', 'mean fit')}: {fit}",
            f"{say.pick('費用', 'cost')}: {say.yen(plan.cost)}   "
            f"{say.pick('実質負担（試算）', 'net burden (estimate)')}: {say.yen(plan.net_cost)}",
            f"{say.pick('改善の余地 最大', 'to gain, at most ')}{say.percent(plan.gap, 2)}   "
            f"{say.pick('計算', 'solved in')} {plan.seconds:.1f}{say.pick('秒', ' s')}",
        ]
    return lines
