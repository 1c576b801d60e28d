"""Requests as sheets: one row a slot, the request's own columns in its first row; reading it back changes nothing."""

from collections.abc import Iterator, Sequence

from hub.workflows.drafts import RequestDraft, SlotDraft
from hub.workflows.sheets import standard_terms as words
from hub.workflows.sheets.columns import Layout
from hub.workflows.sheets.expert_sheets import heading, listed
from hub.workflows.sheets.months import format_month
from hub.workflows.sheets.notation import format_needs
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.request_layout import promotion_layout, request_layout
from hub.workflows.sheets.values import format_yes_no
from hub.workflows.sheets.workbook import Sheet, Value

NUMBERS = {
    "priority": "General",
    "budget": "#,##0",
    "slot": "0",
    "length": "0",
    "hours": "General",
    "slot_days": "General",
    "rate_ceiling": "#,##0",
}


def request_sheets(requests: Sequence[tuple[str, RequestDraft]], bodies: Bodies, *, short: bool = False) -> list[Sheet]:
    """Return the sheets of (reference, request) pairs; ``short``: the main sheet alone (CSV)."""
    layout = request_layout(bodies)
    main = Sheet(
        layout.name_ja, [heading(column, NUMBERS) for column in layout.columns], main_rows(requests, layout, bodies)
    )
    return [main] if short else [main, promotion_sheet(requests)]


def main_rows(requests: Sequence[tuple[str, RequestDraft]], layout: Layout, bodies: Bodies) -> Iterator[list[Value]]:
    """Yield a row for each slot; the reference in every row, so that sorting in Excel does no harm."""
    for reference, request in requests:
        own = own_cells(request, bodies)
        for number, slot in enumerate(request.slots, start=1):
            cells = {"reference": reference, **(own if number == 1 else {}), **slot_cells(number, slot)}
            yield [cells.get(column.key) for column in layout.columns]


def own_cells(request: RequestDraft, bodies: Bodies) -> dict[str, Value]:
    """Return the cells of the request itself."""
    return {
        "organization": request.organization,
        "organization_name": bodies.name_of(request.organization) or "",
        "title": request.title,
        "summary": request.summary,
        "themes": listed(request.themes, words.themes()),
        "status": words.STATUSES.name(request.status),
        "gate": words.GATES.name(request.gate),
        "priority": request.priority,
        "budget": request.budget,
        "budget_basis": words.BUDGET_BASES.name(request.budget_basis),
        "beneficiaries": "; ".join(request.beneficiaries),
        "team": words.TEAMS.name(request.team),
        "source": request.source,
        "assumed": request.assumed,
    }


def slot_cells(number: int, slot: SlotDraft) -> dict[str, Value]:
    """Return the cells of a slot."""
    return {
        "slot": number,
        "slot_title": slot.title,
        "talent_type": slot.talent_type,
        "role": words.roles().show(slot.role) if slot.role else None,
        "stage": words.stages().name(slot.stage),
        "needs": format_needs(slot.needs, words.skills()),
        "start": format_month(slot.start),
        "length": slot.length,
        "hours": slot.hours,
        "slot_days": slot.onsite_days,
        "remote_ok": format_yes_no(slot.remote_ok),
        "rate_ceiling": slot.rate_ceiling,
        "required": format_yes_no(slot.required),
    }


def promotion_sheet(requests: Sequence[tuple[str, RequestDraft]]) -> Sheet:
    """Return the sheet of who takes part."""
    layout = promotion_layout()
    rows = (
        [reference, partner.role, partner.organization]
        for reference, request in requests
        for partner in request.promotion
    )
    return Sheet(layout.name_ja, [heading(column, NUMBERS) for column in layout.columns], rows)
