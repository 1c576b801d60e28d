"""Schemes as tables in the terminal: a year's, and those a request could use side by side."""

import shutil
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from hub.cli.words import Speech
from hub.workflows.scheme_rows import ClaimTold, Comparison, DutyTold, LimitTold, SchemeOption, SchemeTold, SchemeYear
from hub.workflows.scheme_rulings import FORMS, UNITS
from hub.workflows.scheme_verdicts import SchemeVerdict

WIDE = 200
MARKS = {"fits": "○", "cannot_be_told": "？", "does_not_fit": "×"}


def console() -> Console:
    """Return a console wide enough for the tables where nobody's terminal says its width."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE
    return Console(width=max(width, 100), highlight=False)


def print_year(year: SchemeYear, say: Speech) -> None:
    """Print what is known of a year's schemes."""
    shown = console()
    shown.print(year_table(year, say))
    if not year.known:
        years = "、".join(map(str, year.years)), ", ".join(map(str, year.years))
        ja, en = (
            f"※ この年度のデータはありません（ある年度: {years[0]}）",
            f"※ no data for this year; there are {years[1]}",
        )
        shown.print(say.pick(ja, en), markup=False)


def year_table(year: SchemeYear, say: Speech) -> Table:
    """Return the table of a year's schemes."""
    title = say.pick(f"制度（{year.fiscal_year}年度）", f"Schemes, FY{year.fiscal_year}")
    table = Table(title=title, title_justify="left", show_lines=True)
    for ja, en in (
        ("制度", "Scheme"),
        ("確認", "Known"),
        ("申請できる団体", "Open to"),
        ("上限", "Limits"),
        ("費用", "Who pays"),
        ("期限", "Deadlines"),
        ("出典", "Sources"),
    ):
        table.add_column(say.pick(ja, en), overflow="fold")
    for one in year.schemes:
        table.add_row(
            say.pick(one.name_ja, one.name_en),
            standing(one, say),
            text(one.applicants, say),
            limits(one.limits, say),
            text(one.payer, say),
            times(one, say),
            ", ".join(one.sources) or "–",
        )
    return table


def standing(scheme: SchemeTold, say: Speech) -> str:
    """Return whether the scheme is known to run."""
    if scheme.confirmed:
        return say.pick("確認済み", "confirmed")
    return say.pick("前提", "assumed") if scheme.assumed else say.pick("未確認", "not confirmed")


def text(claim: ClaimTold, say: Speech) -> str:
    """Return a claim in words, marked where the product assumes it."""
    mark = say.pick("（前提）", " (assumed)") if claim.assumed else ""
    return say.pick(claim.ja, claim.en) + mark


def limits(told: Sequence[LimitTold], say: Speech) -> str:
    """Return the limits one a line."""
    return "\n".join(f"{say.pick(limit.ja, limit.en)}: {limit_value(limit, say)}" for limit in told) or "–"


def limit_value(limit: LimitTold, say: Speech) -> str:
    """Return a limit's figure, or that it is not known or that there is none."""
    unit = say.pick(*UNITS[limit.unit])
    if not (limit.confirmed or limit.assumed):
        return say.pick("未確認", "not confirmed")
    if limit.value is None:
        return say.pick("上限なし", "no limit")
    least = limit.bound == "at_least"
    figure = say.pick(
        f"{limit.value:,}{unit}{'以上' if least else 'まで'}",
        f"{'at least' if least else 'up to'} {limit.value:,} {unit}",
    )
    return figure + (say.pick("（前提）", " (assumed)") if limit.assumed else "")


def times(scheme: SchemeTold, say: Speech) -> str:
    """Return the deadlines, or that they are not confirmed."""
    listed = ", ".join(f"{moment:%m-%d %H:%M}" for moment in scheme.deadline_times)
    return f"{listed}\n{text(scheme.deadlines, say)}" if listed else text(scheme.deadlines, say)


def print_comparison(compared: Comparison, say: Speech) -> None:
    """Print the schemes a request could use, those it cannot with the reasons, and what is to be said beside both."""
    shown = console()
    shown.print(comparison_table(compared, say))
    if compared.ruled_out:
        shown.print(ruled_out_table(compared.ruled_out, say))
    for line in notes(compared, say):
        shown.print(line, markup=False)


def comparison_table(compared: Comparison, say: Speech) -> Table:
    """Return the table of the schemes a request could use."""
    title = say.pick(f"使える制度（{compared.fiscal_year}年度）", f"Schemes it could use, FY{compared.fiscal_year}")
    table = Table(title=title, title_justify="left", show_lines=True)
    for ja, en, right in (
        ("", "", False),
        ("制度", "Scheme", False),
        ("合うか", "Does it fit", False),
        ("始まりまで", "Time to start", False),
        ("費用", "Cost", True),
        ("実質負担（試算）", "Net (estimate)", True),
        ("規則", "Rule", False),
        ("形", "Forms", False),
        ("すること・書類", "Duties, documents", False),
    ):
        table.add_column(say.pick(ja, en), justify="right" if right else "left", overflow="fold")
    for one in compared.options:
        table.add_row(
            MARKS[one.verdict.verdict] + ("★" if one.verdict.wished else ""),
            say.pick(one.verdict.name_ja, one.verdict.name_en),
            reasons(one.verdict, say),
            say.pick(one.start.ja, one.start.en),
            say.yen(one.burden.gross),
            say.yen(one.burden.net),
            burden_rules(one, say),
            ", ".join(say.pick(*FORMS[form]) for form in one.forms) or say.pick("未確認", "not confirmed"),
            duties(one, say),
        )
    return table


def reasons(verdict: SchemeVerdict, say: Speech) -> str:
    """Return the verdict, and beneath it what was measured and what is not known; rounds have their own column."""
    told = [one for one in verdict.rulings if one.rule != "deadline" and (one.verdict != "fits" or one.unit)]
    lines = [f"{MARKS[one.verdict]} {say.pick(one.ja, one.en)}" for one in told]
    return "\n".join([say.pick(verdict.ja, verdict.en), *lines])


def burden_rules(option: SchemeOption, say: Speech) -> str:
    """Return the rule, fiscal year and source of each part of a burden."""
    unconfirmed = say.pick("確認なし", "not confirmed")
    lines = [
        f"{line.rule} {line.fiscal_year}: {', '.join(line.sources) if line.confirmed else unconfirmed}"
        for line in option.burden.lines
    ]
    return "\n".join(dict.fromkeys(lines)) or say.pick(option.burden.basis_ja, option.burden.basis_en)


def duties(option: SchemeOption, say: Speech) -> str:
    """Return the duties with their dates, and what is known of documents."""
    lines = [duty(one, say) for one in option.duties]
    return "\n".join([*lines, f"{say.pick('書類', 'documents')}: {text(option.documents, say)}"])


def duty(told: DutyTold, say: Speech) -> str:
    """Return one duty with the day it is due, or the year it comes in."""
    said = say.pick(told.ja, told.en)
    if told.assumed:
        said += say.pick("（前提）", " (assumed)")
    if told.due is not None:
        return f"{said} {say.pick('期限', 'by')} {told.due}"
    return said if told.period is None else f"{said} {told.period.first} – {told.period.last}"


def ruled_out_table(verdicts: Sequence[SchemeVerdict], say: Speech) -> Table:
    """Return the table of schemes a request cannot use, with what would mend each."""
    table = Table(title=say.pick("使えない制度", "Schemes it cannot use"), title_justify="left", show_lines=True)
    for ja, en in (("制度", "Scheme"), ("理由", "Reason"), ("合わせるには", "What would make it fit")):
        table.add_column(say.pick(ja, en), overflow="fold")
    for one in verdicts:
        broken = [ruling for ruling in one.rulings if ruling.verdict == "does_not_fit"]
        table.add_row(
            ("★" if one.wished else "") + say.pick(one.name_ja, one.name_en),
            "\n".join(say.pick(ruling.ja, ruling.en) for ruling in broken),
            "\n".join(say.pick(ruling.remedy_ja or "–", ruling.remedy_en or "–") for ruling in broken),
        )
    return table


def notes(compared: Comparison, say: Speech) -> list[str]:
    """Return what belongs beside the figures, each once: what they rest on, and the cautions."""
    said: dict[str, None] = {}
    for one in compared.options:
        said[say.pick(one.burden.basis_ja, one.burden.basis_en)] = None
        said |= {say.pick(warning.ja, warning.en): None for warning in one.burden.warnings}
    return [f"※ {line}" for line in said]
