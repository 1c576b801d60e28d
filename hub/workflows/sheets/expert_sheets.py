"""Experts as sheets: what is stored, laid out so that reading it back changes nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence

from hub.workflows.drafts import ExpertDraft, MonthDraft
from hub.workflows.sheets import standard_terms as words
from hub.workflows.sheets.columns import Column
from hub.workflows.sheets.expert_detail_layouts import career_layout, skill_layout
from hub.workflows.sheets.expert_layout import expert_layout
from hub.workflows.sheets.months import format_month
from hub.workflows.sheets.notation import format_skills
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.terms import Terms
from hub.workflows.sheets.values import format_number, format_yes_no
from hub.workflows.sheets.workbook import Heading, Sheet, Value

NUMBERS = {
    "hourly_rate": "#,##0",
    "current_rate": "#,##0",
    "max_travel_minutes": "#,##0",
    "engagements": "0",
    "onsite_days": "General",
    "level": "0",
}
"""Excel's number format of the columns that hold numbers."""


def heading(column: Column, numbers: dict[str, str]) -> Heading:
    """Return a column's heading for an export."""
    return Heading(column.ja, column.width, numbers.get(column.key, "@"))


def expert_sheets(experts: Sequence[tuple[str, ExpertDraft]], bodies: Bodies, *, short: bool = False) -> list[Sheet]:
    """Return the sheets of (reference, expert) pairs; ``short``: the main sheet alone, with skills in short (CSV)."""
    months = sorted({month.month for _, expert in experts for month in expert.availability})
    shown = [column for column in expert_layout(bodies).columns if column.offered and (short or column.key != "skills")]
    headings = [heading(column, NUMBERS) for column in shown]
    headings += [Heading(format_month(month), 12, "General") for month in months]
    headings += [Heading("評価（平均）", 10, "0.00"), Heading("評価件数", 10, "0")]
    keys = [column.key for column in shown]
    main = Sheet(
        expert_layout(bodies).name_ja,
        headings,
        (main_row(reference, expert, keys, months, bodies) for reference, expert in experts),
    )
    return [main] if short else [main, skill_sheet(experts), career_sheet(experts)]


def main_row(
    reference: str, expert: ExpertDraft, keys: Sequence[str], months: Sequence[str], bodies: Bodies
) -> list[Value]:
    """Return a person's row."""
    engagements, onsite_days = usual(expert.availability)
    by_month = {month.month: month for month in expert.availability}
    short = tuple((skill.code, skill.level) for skill in expert.skills if skill.framework == words.FRAMEWORK)
    special: dict[str, Value] = {
        "reference": reference,
        "talent_types": "; ".join(expert.talent_types),
        "external_types": listed(expert.external_types, words.external_types()),
        "roles": "; ".join(words.roles().show(code) for code in expert.roles),
        "skills": format_skills(short, words.skills()),
        "stages": listed(expert.stages, words.stages()),
        "themes": listed(expert.themes, words.themes()),
        "base_name": bodies.name_of(expert.base) or "",
        "work_modes": listed(expert.work_modes, words.WORK_MODES),
        "full_time_possible": format_yes_no(expert.full_time_possible),
        "regions": listed(expert.regions, words.prefectures()),
        "engagements": engagements,
        "onsite_days": onsite_days,
        "conflicts": "; ".join(expert.conflicts),
        "paused": format_yes_no(expert.paused),
    }
    row = [special[key] if key in special else getattr(expert, key) for key in keys]
    row += [month_cell(by_month.get(month), engagements, onsite_days) for month in months]
    return [*row, expert.rating_mean, expert.rating_count or None]


def listed(codes: Sequence[str], terms: Terms) -> str:
    """Return words by their Japanese names, as the columns read them."""
    return "; ".join(terms.name(code) for code in codes)


def usual(months: Sequence[MonthDraft]) -> tuple[int | None, float | None]:
    """Return the engagements and onsite days most months have; None without months."""
    if not months:
        return None, None
    count = Counter((month.engagements, month.onsite_days) for month in months)
    return min(count, key=lambda pair: (-count[pair], pair))


def month_cell(month: MonthDraft | None, engagements: int | None, onsite_days: float | None) -> Value:
    """Return a month's hours, with engagements and onsite days where they are not the usual ones."""
    if month is None:
        return None
    if (month.engagements, month.onsite_days) == (engagements, onsite_days):
        return month.hours
    return f"{format_number(month.hours)}/{month.engagements}/{format_number(month.onsite_days)}"


def skill_sheet(experts: Sequence[tuple[str, ExpertDraft]]) -> Sheet:
    """Return the sheet of skills with their evidence."""

    def rows() -> Iterator[list[Value]]:
        for reference, expert in experts:
            for skill in expert.skills:
                shown = words.skills(skill.framework).show(skill.code)
                yield [reference, shown, skill.level, skill.evidence, skill.framework]

    layout = skill_layout()
    return Sheet(layout.name_ja, [heading(column, NUMBERS) for column in layout.columns], rows())


def career_sheet(experts: Sequence[tuple[str, ExpertDraft]]) -> Sheet:
    """Return the sheet of activities."""

    def rows() -> Iterator[list[Value]]:
        for reference, expert in experts:
            for entry in expert.career:
                yield [
                    reference,
                    entry.organization,
                    words.themes().name(entry.theme) if entry.theme else None,
                    words.stages().name(entry.stage) if entry.stage else None,
                    words.ROLES_PLAYED.name(entry.role_played),
                    entry.contribution,
                    entry.outcome,
                    format_month(entry.started),
                    format_month(entry.ended) if entry.ended else None,
                    entry.evidence,
                ]

    layout = career_layout()
    return Sheet(layout.name_ja, [heading(column, NUMBERS) for column in layout.columns], rows())
