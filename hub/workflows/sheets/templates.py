"""Forms to fill in: empty sheets with an example row, drop-down lists, and a sheet that explains every column."""

from collections.abc import Sequence

from hub.workflows.sheets.availability_layout import AVAILABILITY, availability_layout
from hub.workflows.sheets.columns import EXAMPLE, Column, Layout
from hub.workflows.sheets.expert_detail_layouts import career_layout, skill_layout
from hub.workflows.sheets.expert_layout import expert_layout
from hub.workflows.sheets.months import format_month
from hub.workflows.sheets.organization_layout import organization_layout
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.request_layout import promotion_layout, request_layout
from hub.workflows.sheets.workbook import Heading, Sheet, Value, write_workbook

GUIDE = "見方"
REQUIRED_MARK = " ※必須"

NOTES = {
    "ja": (
        "1行目は見出しです。列の順序は変えてかまいません。使わない列は消せます（更新のとき、消した列の内容は変わりません）。",
        f"先頭の欄が「{EXAMPLE}」の行は取り込みません。",
        "団体コードは6桁（検査数字を含む）を文字列で。先頭の0が消えた5桁は、確かめるために誤りとして返します。",
        "全角・半角、西暦・和暦（令和8年10月、R8.10）のどちらでも書けます。いくつも書く欄は「; 」か改行で区切ります。",
        "すべて正しいときだけ取り込みます。誤りはシート・行・列ごとにお知らせします。",
    ),
    "en": (
        "Row 1 holds the headings. Columns may be in any order; on an update, columns left out stay as they are.",
        f"A row whose first cell is {EXAMPLE} is not read.",
        "Codes of bodies have six digits (with the check digit), as text. Five digits are questioned, never guessed.",
        "Full-width or half-width, western or Japanese years. Lists are parted by ; or line breaks.",
        "Nothing is stored unless every row is right; each fault is named by sheet, row and column.",
    ),
}
MONTH_ABOUT = (
    "月の空き時間。件数や現地日数がその月だけ違うときは「40/2/4」（時間/件数/現地日数）。空欄は空きなし。列は何か月分でも",
    "Free hours of the month, or 40/2/4 (hours/engagements/onsite days) where it differs; as many months as needed",
)

MONTHS_TOLD = (
    "月の空き時間。件数や現地日数がその月だけ違うときは「40/2/4」（時間/件数/現地日数）。空欄の月は登録のまま、空きなしは0",
    "Free hours of the month, or 40/2/4 (hours/engagements/onsite days); empty: as registered, 0: no time",
)


def expert_template(months: Sequence[str], bodies: Bodies) -> bytes:
    """Return the form for experts, with a column for each of ``months`` (``YYYY-MM``)."""
    return template((expert_layout(bodies), skill_layout(), career_layout()), months)


def request_template(bodies: Bodies) -> bytes:
    """Return the form for requests."""
    return template((request_layout(bodies), promotion_layout()), ())


def availability_template(months: Sequence[str]) -> bytes:
    """Return the form for availability, with a column for each of ``months`` (``YYYY-MM``)."""
    return template((availability_layout(),), months)


def organization_template(bodies: Bodies) -> bytes:
    """Return the form for what is known of organizations."""
    return template((organization_layout(bodies),), ())


def template(layouts: Sequence[Layout], months: Sequence[str]) -> bytes:
    """Return a workbook with a sheet for each layout and the one that explains them."""
    return write_workbook([*(form_sheet(layout, months) for layout in layouts), guide_sheet(layouts, months)])


def form_sheet(layout: Layout, months: Sequence[str]) -> Sheet:
    """Return an empty sheet with its example row."""
    columns = [column for column in layout.columns if column.offered]
    headings = [form_heading(column) for column in columns]
    example: list[Value] = [EXAMPLE, *(column.example for column in columns[1:])]
    if layout.months:
        headings += [Heading(format_month(month), 12) for month in months]
        example += ["40" if index % 4 else "40/1/2" for index, _ in enumerate(months)]
    return Sheet(layout.name_ja, headings, [example])


def form_heading(column: Column) -> Heading:
    """Return a column's heading in a form."""
    mark = REQUIRED_MARK if column.required else ""
    return Heading(
        column.ja + mark, max(column.width, len(column.ja) * 2 + len(mark)), "@", column.required, column.choices
    )


def guide_sheet(layouts: Sequence[Layout], months: Sequence[str]) -> Sheet:
    """Return the sheet that explains every column."""
    headings = [
        Heading("シート", 14),
        Heading("列", 20),
        Heading("必須", 8),
        Heading("書き方", 60),
        Heading("例", 40),
        Heading("英語の見出し / English heading", 26),
        Heading("How to fill it in", 60),
    ]
    rows: list[list[Value]] = [["", "", "", ja, "", "", en] for ja, en in zip(NOTES["ja"], NOTES["en"], strict=True)]
    for layout in layouts:
        for column in layout.columns:
            if column.offered:
                needed = "必須" if column.required else "任意"
                rows.append(
                    [layout.name_ja, column.ja, needed, about(column), column.example, column.en, column.about_en]
                )
        if layout.months:
            example = format_month(months[0]) if months else "2026年10月"
            about_month = MONTHS_TOLD if layout.name_ja == AVAILABILITY else MONTH_ABOUT
            rows.append([layout.name_ja, f"{example} など", "任意", about_month[0], "40", "2026-10", about_month[1]])
    return Sheet(GUIDE, headings, rows)


def about(column: Column) -> str:
    """Return what may be written, with the words to choose from."""
    choices = f"（{'／'.join(column.choices)}）" if column.choices and len(column.choices) <= 10 else ""
    return column.about_ja + choices
