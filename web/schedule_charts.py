"""How people's months are used, as a picture, as rows of a file, and in the words of both."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from markupsafe import Markup

from hub.workflows.time_use import PersonTime, Span
from web.chart_files import plain
from web.charts.gantt import Columns, GanttRow, Stretch, gantt
from web.eras import fiscal_year
from web.formats import first_day
from web.language import N_, SOURCE, Language

SPAN_KINDS = {
    "planned": N_("計画の配置"),
    "agreed": N_("計画の配置（承諾ずみ）"),
    "promised": N_("約束ずみ"),
    "offered": N_("提案中（回答待ち）"),
}
"""What takes a person's time, as it is called."""
SHORT_KINDS = {"agreed": N_("承諾ずみ"), "promised": N_("約束"), "offered": N_("提案中")}
"""What is no bare plan is marked so in its bar."""
MONTHS_A_YEAR_S_NAME_TAKES = 3


def schedule_chart(name: str, people: Sequence[PersonTime], months: Sequence[str], spoken: Language) -> Markup:
    """Return the picture of ``people`` over ``months``; ``name`` is unique on its page."""
    title = spoken.say("月ごとの予定と残り時間")
    told = spoken.say(
        "横が月、縦が人材です。帯は取られる時間、帯の下の数字はその月の残り（時間）です。"
        "灰色の月は空きが登録されていません。同じ内容が表にあります。"
    )
    return gantt(name, title, told, _columns(months, spoken), [_row(one, months, spoken) for one in people])


def _columns(months: Sequence[str], spoken: Language) -> Columns:
    formats = spoken.formats
    years = [
        (number, formats.year(int(month[:4])))
        for number, month in enumerate(months)
        if number == 0 or month.endswith("-01")
    ]
    if len(years) > 1 and years[1][0] < MONTHS_A_YEAR_S_NAME_TAKES:
        years = years[1:]
    return Columns(tuple(formats.month_name(month) for month in months), tuple(years))


def _row(one: PersonTime, months: Sequence[str], spoken: Language) -> GanttRow:
    at = {month: number for number, month in enumerate(months)}
    return GanttRow(
        label=spoken.pick(one.name, one.romaji),
        note=spoken.say("残り（時間）"),
        stretches=tuple(
            Stretch(at[span.first], at[span.last], bar_labels(span, spoken), span_told(span, spoken), span.kind)
            for span in one.spans
        ),
        cells=tuple(spoken.formats.amount(None if use.left is None else round(use.left, 1)) for use in one.months),
        closed=tuple(number for number, use in enumerate(one.months) if not use.told and not one.imagined),
    )


def bar_labels(span: Span, spoken: Language) -> tuple[str, ...]:
    """Return what may be written in a bar, from long to short."""
    amount = spoken.formats.amount(round(span.hours, 1))
    hours, brief = spoken.say("月%(hours)s時間", hours=amount), spoken.say("%(hours)s時間", hours=amount)
    places = [spoken.pick(span.organization, span.organization_en)]
    if spoken.code == SOURCE:
        places.append(span.place)
    mark = "" if span.kind == "planned" else spoken.say(SHORT_KINDS[span.kind])
    found = [f"{mark} {place} {hours}" for place in places if place]
    return tuple(label.strip() for label in (*found, f"{mark} {hours}", f"{mark} {brief}", mark or brief))


def span_told(span: Span, spoken: Language) -> str:
    """Return all of a bar in words."""
    kind = spoken.say(SPAN_KINDS[span.kind])
    where = spoken.pick(span.organization, span.organization_en)
    names = " ".join(part for part in (where, span.title) if part)
    when = spoken.formats.months(span.first, span.last)
    hours = spoken.say("月%(hours)s時間", hours=spoken.formats.amount(span.hours))
    return " ".join(part for part in (f"{kind}:", names, when, hours) if part)


def schedule_rows(people: Sequence[PersonTime], spoken: Language) -> Iterator[list[str]]:
    """Yield the same as rows of a file: the heads, then a row for each person and month."""
    say = spoken.say
    yield [
        say("人材"),
        say("月"),
        say("空き（時間）"),
        say("約束ずみ（時間）"),
        say("配置・提案（時間）"),
        say("残り（時間）"),
        say("内訳"),
    ]
    for one in people:
        name = spoken.pick(one.name, one.romaji)
        for use in one.months:
            spans = [span for span in one.spans if span.first <= use.month <= span.last]
            numbers = [plain(value) for value in (use.told, use.promised, use.proposed, use.left)]
            yield [name, use.month, *numbers, " / ".join(span_told(span, spoken) for span in spans)]


def years_of(months: Sequence[str]) -> list[int]:
    """Return the fiscal years of ``months``, in order."""
    return [year for year, _ in groupby(fiscal_year(first_day(month)) for month in months)]
