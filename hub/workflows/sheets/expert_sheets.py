"""Experts as sheets: what is stored, laid out so that reading it back changes nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence

from hub.workflows.drafts import ExpertDraft, MonthDraft
from hub.workflows.sheets import standard_terms as words
from hub.workflows.sheets.expert_detail_layouts import career_layout, skill_layout
from hub.workflows.sheets.expert_layout import RATING, expert_layout
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.values import format_number
from hub.workflows.sheets.wording import JAPANESE, Wording
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


def expert_sheets(
    experts: Sequence[tuple[str, ExpertDraft]], bodies: Bodies, *, short: bool = False, wording: Wording = JAPANESE
) -> list[Sheet]:
    """Return the sheets of (reference, expert) pairs; ``short``: the main sheet alone, with skills in short (CSV)."""
    months = sorted({month.month for _, expert in experts for month in expert.availability})
    layout = expert_layout(bodies)
    shown = [column for column in layout.columns if column.offered and (short or column.key != "skills")]
    headings = [wording.heading(column, NUMBERS) for column in shown]
    headings += month_headings(months, wording)
    mean, count = RATING[wording.language]
    headings += [Heading(mean, 10, "0.00"), Heading(count, 10, "0")]
    keys = [column.key for column in shown]
    main = Sheet(
        wording.sheet(layout),
        headings,
        (main_row(reference, expert, keys, months, bodies, wording=wording) for reference, expert in experts),
    )
    return [main] if short else [main, skill_sheet(experts, wording), career_sheet(experts, wording)]


def month_headings(months: Sequence[str], wording: Wording) -> list[Heading]:
    """Return a heading for each month's hours."""
    return [Heading(wording.month(month), 12, "General") for month in months]


def main_row(
    reference: str,
    expert: ExpertDraft,
    keys: Sequence[str],
    months: Sequence[str],
    bodies: Bodies,
    *,
    wording: Wording,
) -> list[Value]:
    """Return a person's row."""
    engagements, onsite_days = usual(expert.availability)
    by_month = {month.month: month for month in expert.availability}
    short = tuple((skill.code, skill.level) for skill in expert.skills if skill.framework == words.FRAMEWORK)
    special: dict[str, Value] = {
        "reference": reference,
        "talent_types": "; ".join(expert.talent_types),
        "external_types": wording.listed(words.external_types(), expert.external_types),
        "roles": "; ".join(wording.show(words.roles(), code) for code in expert.roles),
        "skills": wording.skills(words.skills(), short),
        "stages": wording.listed(words.stages(), expert.stages),
        "themes": wording.listed(words.themes(), expert.themes),
        "base_name": wording.body(bodies, expert.base),
        "work_modes": wording.listed(words.WORK_MODES, expert.work_modes),
        "full_time_possible": wording.yes_no(expert.full_time_possible),
        "regions": wording.listed(words.prefectures(), expert.regions),
        "engagements": engagements,
        "onsite_days": onsite_days,
        "conflicts": "; ".join(expert.conflicts),
        "paused": wording.yes_no(expert.paused),
    }
    row = [special[key] if key in special else getattr(expert, key) for key in keys]
    row += [month_cell(by_month.get(month), engagements, onsite_days) for month in months]
    return [*row, expert.rating_mean, expert.rating_count or None]


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


def skill_sheet(experts: Sequence[tuple[str, ExpertDraft]], wording: Wording) -> Sheet:
    """Return the sheet of skills with their evidence."""

    def rows() -> Iterator[list[Value]]:
        for reference, expert in experts:
            for skill in expert.skills:
                shown = wording.show(words.skills(skill.framework), skill.code)
                yield [reference, shown, skill.level, skill.evidence, skill.framework]

    layout = skill_layout()
    return Sheet(wording.sheet(layout), [wording.heading(column, NUMBERS) for column in layout.columns], rows())


def career_sheet(experts: Sequence[tuple[str, ExpertDraft]], wording: Wording) -> Sheet:
    """Return the sheet of activities."""

    def rows() -> Iterator[list[Value]]:
        for reference, expert in experts:
            for entry in expert.career:
                yield [
                    reference,
                    entry.organization,
                    wording.name(words.themes(), entry.theme) if entry.theme else None,
                    wording.name(words.stages(), entry.stage) if entry.stage else None,
                    wording.name(words.ROLES_PLAYED, entry.role_played),
                    entry.contribution,
                    entry.outcome,
                    wording.month(entry.started),
                    wording.month(entry.ended) if entry.ended else None,
                    entry.evidence,
                ]

    layout = career_layout()
    return Sheet(wording.sheet(layout), [wording.heading(column, NUMBERS) for column in layout.columns], rows())
