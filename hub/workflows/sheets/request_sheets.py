"""Requests as sheets: one row a slot, the request's own columns in its first row; reading it back changes nothing."""

from collections.abc import Iterator, Sequence

from hub.workflows.drafts import RequestDraft, SlotDraft
from hub.workflows.sheets import standard_terms as words
from hub.workflows.sheets.columns import Layout
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.request_layout import promotion_layout, request_layout
from hub.workflows.sheets.wording import JAPANESE, Wording
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


def request_sheets(
    requests: Sequence[tuple[str, RequestDraft]], bodies: Bodies, *, short: bool = False, wording: Wording = JAPANESE
) -> list[Sheet]:
    """Return the sheets of (reference, request) pairs; ``short``: the main sheet alone (CSV)."""
    layout = request_layout(bodies)
    main = Sheet(
        wording.sheet(layout),
        [wording.heading(column, NUMBERS) for column in layout.columns],
        main_rows(requests, layout, bodies, wording),
    )
    return [main] if short else [main, promotion_sheet(requests, wording)]


def main_rows(
    requests: Sequence[tuple[str, RequestDraft]], layout: Layout, bodies: Bodies, wording: Wording
) -> Iterator[list[Value]]:
    """Yield a row for each slot; the reference in every row, so that sorting in Excel does no harm."""
    for reference, request in requests:
        own = own_cells(request, bodies, wording)
        for number, slot in enumerate(request.slots, start=1):
            cells = {"reference": reference, **(own if number == 1 else {}), **slot_cells(number, slot, wording)}
            yield [cells.get(column.key) for column in layout.columns]


def own_cells(request: RequestDraft, bodies: Bodies, wording: Wording) -> dict[str, Value]:
    """Return the cells of the request itself."""
    return {
        "organization": request.organization,
        "organization_name": wording.body(bodies, request.organization),
        "title": request.title,
        "summary": request.summary,
        "themes": wording.listed(words.themes(), request.themes),
        "status": wording.name(words.STATUSES, request.status),
        "gate": wording.name(words.GATES, request.gate),
        "priority": request.priority,
        "budget": request.budget,
        "budget_basis": wording.name(words.BUDGET_BASES, request.budget_basis),
        "beneficiaries": "; ".join(request.beneficiaries),
        "team": wording.name(words.TEAMS, request.team),
        "source": request.source,
        "assumed": request.assumed,
    }


def slot_cells(number: int, slot: SlotDraft, wording: Wording) -> dict[str, Value]:
    """Return the cells of a slot."""
    return {
        "slot": number,
        "slot_title": slot.title,
        "talent_type": slot.talent_type,
        "role": wording.show(words.roles(), slot.role) if slot.role else None,
        "stage": wording.name(words.stages(), slot.stage),
        "needs": wording.needs(words.skills(), slot.needs),
        "start": wording.month(slot.start),
        "length": slot.length,
        "hours": slot.hours,
        "slot_days": slot.onsite_days,
        "remote_ok": wording.yes_no(slot.remote_ok),
        "rate_ceiling": slot.rate_ceiling,
        "required": wording.yes_no(slot.required),
    }


def promotion_sheet(requests: Sequence[tuple[str, RequestDraft]], wording: Wording) -> Sheet:
    """Return the sheet of who takes part."""
    layout = promotion_layout()
    rows = (
        [reference, partner.role, partner.organization]
        for reference, request in requests
        for partner in request.promotion
    )
    return Sheet(wording.sheet(layout), [wording.heading(column, NUMBERS) for column in layout.columns], rows)
