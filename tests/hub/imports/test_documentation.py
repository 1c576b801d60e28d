from pathlib import Path

import pytest

from hub.workflows.sheets.expert_detail_layouts import career_layout, skill_layout
from hub.workflows.sheets.expert_layout import expert_layout
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.request_layout import promotion_layout, request_layout
from hub.workflows.sheets.terms import key

DOCS = Path(__file__).resolve().parents[3] / "docs"
LAYOUTS = (expert_layout(Bodies()), skill_layout(), career_layout(), request_layout(Bodies()), promotion_layout())


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name_en)
def test_every_column_is_documented_as_it_is(layout):
    text = (DOCS / "excel.md").read_text(encoding="utf-8")
    section = text[text.index(f"### {layout.name_ja} / {layout.name_en}\n") :]
    section = section[: section.find("\n### ", 5)] if "\n### " in section[5:] else section
    told = [line for line in section.splitlines() if line.startswith("| ") and "`" in line]
    expected = [
        f"| {column.ja} | `{column.key}` | {'※' if column.required else ''} | {column.about_ja} |"
        for column in layout.columns
        if column.offered
    ]
    assert [line[: len(row)] for line, row in zip(told, expected, strict=True)] == expected


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name_en)
def test_no_two_columns_share_a_heading(layout):
    owners: dict[str, str] = {}
    for column in layout.columns:
        for name in (column.ja, column.en, column.key, *column.aliases):
            assert owners.setdefault(key(name), column.key) == column.key
