"""Organizations as a sheet; reading it back changes nothing."""

from collections.abc import Iterable, Mapping, Sequence

from hub.workflows.sheets.organization_layout import KINDS, REGISTERED, organization_layout
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.wording import Wording
from hub.workflows.sheets.workbook import Heading, Sheet, Value

NUMBERS = {"latitude": "General", "longitude": "General", "budget": "#,##0"}


def organization_sheets(organizations: Iterable[Mapping[str, Value]], wording: Wording) -> list[Sheet]:
    """Return the sheet of organizations, each its columns by name; what the register alone tells comes last."""
    layout = organization_layout(Bodies())
    headings = [wording.heading(column, NUMBERS) for column in layout.columns]
    headings += [Heading(title, 14) for title in REGISTERED[wording.language]]
    keys = [column.key for column in layout.columns]
    return [Sheet(wording.sheet(layout), headings, (row(told, keys, wording) for told in organizations))]


def row(told: Mapping[str, Value], keys: Sequence[str], wording: Wording) -> list[Value]:
    """Return an organization's row."""
    kind = KINDS[str(told["kind"])][wording.language]
    return [*(told[key] for key in keys), kind, told["prefecture"], told["kana"]]
