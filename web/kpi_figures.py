"""The figures of the KPI page: each as a picture and an equal table."""

from collections.abc import Sequence

from hub.workflows.kpi import FEW, Kpi, Share
from web.charts.bars import Bar, bars
from web.figures import Column, Figure
from web.kpi_words import KINDS, SPANS
from web.language import Language
from web.round_words import REASONS, SIDES

FEW_MARK = "*"


def kpi_figures(kpi: Kpi, spoken: Language) -> Sequence[Figure]:
    """Return every figure of the page, in its order."""
    return (_reach(kpi, spoken), _kinds(kpi, spoken), _waiting(kpi, spoken), _declines(kpi, spoken))


def few(spoken: Language) -> str:
    """Return what is said of a figure over few."""
    return spoken.say(
        "* は%(few)s件未満をもとにした値です。1件の違いで大きく動くので、参考にとどめてください。", few=FEW
    )


def share_text(slots: Share, spoken: Language) -> str:
    """Return a share as text: 75%（3／4）, marked when it is of few."""
    if slots.share is None:
        return spoken.say("枠なし")
    formats = spoken.formats
    text = spoken.say(
        "%(share)s（%(filled)s／%(asked)s）",
        share=formats.percent(slots.share),
        filled=formats.number(slots.filled),
        asked=formats.number(slots.asked),
    )
    return text + FEW_MARK if slots.weak else text


def _reach(kpi: Kpi, spoken: Language) -> Figure:
    reach, formats = kpi.reach, spoken.formats
    target = reach.target
    counted = (
        (spoken.say("人材が決まった"), reach.confirmed),
        (spoken.say("うち従事を開始"), reach.begun),
        (spoken.say("共同で受ける団体も含む"), reach.served),
    )
    national = kpi.areas is None
    rows = [
        Bar(
            label,
            value,
            spoken.say("%(filled)s／%(slots)s", filled=formats.number(value), slots=formats.number(target.value))
            if national
            else formats.number(value),
            target.value if national else None,
        )
        for label, value in counted
    ]
    title = spoken.say("外部のデジタル人材がいる地方公共団体")
    lead = spoken.say(
        "国の目標は%(year)s末までに%(target)s団体です（%(title)s）。ここで数えるのは、この年度にこのハブを通じて"
        "外部人材が従事するか、従事が決まった団体だけです。",
        year=formats.fiscal_year(target.until_fiscal_year),
        target=formats.number(target.value),
        title=spoken.pick(target.name_ja, target.name_en),
    )
    notes = [spoken.say("目標の出典: デジタル田園都市国家構想総合戦略、重要業績評価指標（3）④")]
    if not national:
        notes.append(spoken.say("目標は全国のものです。ここの数は担当の都道府県だけのものなので、目標とは比べません。"))
    return Figure(
        "reach",
        title,
        lead,
        bars("reach", title, lead, rows),
        (Column(spoken.say("数え方")), Column(spoken.say("団体"), "count"), Column(spoken.say("全国の目標"), "count")),
        [(label, value, target.value) for label, value in counted],
        notes,
    )


def _kinds(kpi: Kpi, spoken: Language) -> Figure:
    title = spoken.say("枠の充足率と、団体の種類による違い")
    lead = spoken.say(
        "この年度に始まる枠のうち、双方が受けて人が決まった枠の割合です。受付を始めた人材ニーズだけを数え、"
        "取り下げは除き、打ち切られた従事の枠は空きに戻ります。"
    )
    named = [(spoken.say("全体"), kpi.fill, sum(row.organizations for row in kpi.kinds))]
    named += [(spoken.say(KINDS[row.kind]), row.slots, row.organizations) for row in kpi.kinds]
    drawn = [Bar(label, slots.share or 0.0, share_text(slots, spoken), 1.0) for label, slots, _ in named]
    weak = any(slots.weak for _, slots, _ in named)
    return Figure(
        "fill",
        title,
        lead,
        bars("fill", title, lead, drawn) if kpi.fill.asked else None,
        (
            Column(spoken.say("団体の種類")),
            Column(spoken.say("団体"), "count"),
            Column(spoken.say("求められた枠"), "count"),
            Column(spoken.say("埋まった枠"), "count"),
            Column(spoken.say("充足率"), "percent"),
            Column(spoken.say("確かさ")),
        ),
        [
            (label, bodies, slots.asked, slots.filled, slots.share, sureness(weak=slots.weak, spoken=spoken))
            for label, slots, bodies in named
            if kpi.fill.asked
        ],
        [few(spoken)] if weak else (),
    )


def sureness(*, weak: bool, spoken: Language) -> str:
    """Return whether a figure is over few."""
    return spoken.say("少（参考）") if weak else spoken.say("ふつう")


def _waiting(kpi: Kpi, spoken: Language) -> Figure:
    waiting, formats = kpi.waiting, spoken.formats
    title = spoken.say("受付から最初の提案までの日数")
    lead = spoken.say("この年度に受付を始めた人材ニーズについて、最初の提案を送るまでの日数です。")
    counts = _in_spans(waiting.days)
    drawn = [
        Bar(spoken.say(words), counts[last], spoken.say("%(count)s件", count=formats.number(counts[last])))
        for last, words in SPANS.items()
    ]
    quarters = waiting.quarters
    rows: list[tuple[str, float | None]] = [
        (spoken.say("提案を送った人材ニーズ（件）"), len(waiting.days)),
        (spoken.say("中央値（日）"), waiting.median),
        (spoken.say("短いほうから4分の1（日）"), quarters[0] if quarters else None),
        (spoken.say("長いほうから4分の1（日）"), quarters[1] if quarters else None),
        (spoken.say("最短（日）"), waiting.days[0] if waiting.days else None),
        (spoken.say("最長（日）"), waiting.days[-1] if waiting.days else None),
        (spoken.say("まだ提案のない人材ニーズ（件）"), waiting.still),
        *((f"{spoken.say(words)}{spoken.say('（件）')}", counts[last]) for last, words in SPANS.items()),
    ]
    notes = [few(spoken)] if waiting.weak else []
    if waiting.still:
        notes.append(
            spoken.say("まだ提案のない人材ニーズは、日数に入っていません。待たせている分、実際より短く見えます。")
        )
    if waiting.unrecorded:
        notes.append(
            spoken.say(
                "受付を始めた記録のない人材ニーズ%(count)s件は数えていません（表から取り込んだものなど）。",
                count=formats.number(waiting.unrecorded),
            )
        )
    return Figure(
        "waiting",
        title,
        lead,
        bars("waiting", title, lead, drawn) if waiting.days else None,
        (Column(spoken.say("数え方")), Column(spoken.say("値"))),
        rows if waiting.days or waiting.still else [],
        notes,
    )


def _in_spans(days: Sequence[float]) -> dict[int | None, int]:
    """Return how many waits end within each span: a wait of 7.0 days is within 7, one of 7.2 days is not."""
    counts: dict[int | None, int] = dict.fromkeys(SPANS, 0)
    for waited in days:
        counts[next((last for last in SPANS if last is None or waited <= last), None)] += 1
    return counts


def _declines(kpi: Kpi, spoken: Language) -> Figure:
    formats = spoken.formats
    title = spoken.say("辞退の理由")
    lead = spoken.say("この年度に提案を辞退した側と、選んだ理由です。1つの提案で数えるのは1回です。")
    named = [
        (spoken.say(SIDES[row.side]), spoken.say(REASONS[row.reason]).split("（")[0].split(" (")[0], row.count)
        for row in kpi.declines
    ]
    drawn = [
        Bar(f"{side}: {reason}", count, spoken.say("%(count)s件", count=formats.number(count)))
        for side, reason, count in named
    ]
    total = sum(count for _, _, count in named)
    notes = [few(spoken)] if 0 < total < FEW else []
    if kpi.lapsed:
        notes.append(
            spoken.say(
                "ほかに、期限までに返事がなく失効した提案が%(count)s件あります。", count=formats.number(kpi.lapsed)
            )
        )
    return Figure(
        "declines",
        title,
        lead,
        bars("declines", title, lead, drawn) if named else None,
        (
            Column(spoken.say("辞退した側")),
            Column(spoken.say("理由")),
            Column(spoken.say("件数"), "count"),
            Column(spoken.say("その側での割合"), "percent"),
        ),
        [
            (side, reason, count, count / sum(other for whose, _, other in named if whose == side))
            for side, reason, count in named
        ],
        notes,
    )
