"""The columns of a slot (枠) in the sheet of requests."""

from hub.models.base import MOST_HOURS, MOST_YEN
from hub.workflows.drafts import NeedDraft
from hub.workflows.sheets import standard_terms as words
from hub.workflows.sheets.book import Cell
from hub.workflows.sheets.columns import Column
from hub.workflows.sheets.expert_layout import YES_NO, days
from hub.workflows.sheets.months import parse_month
from hub.workflows.sheets.notation import read_needs
from hub.workflows.sheets.readers import integer, one_word, short_text, yen
from hub.workflows.sheets.terms import Terms
from hub.workflows.sheets.values import read_number, read_yes_no


def hours(value: Cell) -> float:
    """Return hours of a month."""
    return read_number(value, 0, MOST_HOURS, "時間")


def needs(value: Cell) -> tuple[NeedDraft, ...]:
    """Return the skills a slot asks for."""
    return read_needs(str(value), words.skills())


def labels(terms: Terms) -> tuple[str, ...]:
    """Return the Japanese names of all words, to choose from."""
    return tuple(terms.name(code) for code in terms.by_code)


def slot_columns() -> tuple[Column, ...]:
    """Return the columns of a slot."""
    return (*seat_columns(), *need_columns(), *time_columns(), *condition_columns())


def seat_columns() -> tuple[Column, ...]:
    """Return the columns of which seat it is and what kind of person it is for."""
    return (
        Column(
            "slot",
            "枠番号",
            "Slot",
            integer(1, 1000),
            "その依頼の中の番号",
            "Its number within the request",
            "1",
            required=True,
            width=8,
        ),
        Column(
            "slot_title",
            "枠名",
            "Slot title",
            short_text,
            "何をする人か",
            "What the person does",
            "データ分析の担当",
            required=True,
            width=22,
        ),
        Column(
            "talent_type",
            "人材類型",
            "Talent type",
            one_word(words.TALENT_TYPES),
            "X（変革を主導）か D（技術を担う）",
            "X (leads change) or D (technology)",
            "D",
            required=True,
            choices=("X", "D"),
            width=10,
        ),
        Column(
            "role",
            "ロール",
            "Role",
            one_word(words.roles()),
            "DSSのロール。空欄は問わない",
            "DSS role; empty: any",
            "DS2 データサイエンスプロフェッショナル",
            width=26,
        ),
    )


def need_columns() -> tuple[Column, ...]:
    """Return the columns of the stage and the skills."""
    return (
        Column(
            "stage",
            "段階",
            "Stage",
            one_word(words.stages()),
            "地域DXの8段階のひとつ",
            "One of the 8 stages",
            words.stages().name("use"),
            required=True,
            choices=labels(words.stages()),
            width=20,
        ),
        Column(
            "needs",
            "必要スキル",
            "Skills needed",
            needs,
            "1行に1つ「スキル:レベル」。必須なら「必須」、重みは「重み2」を続ける（TE1-08:3*2! でも可）",
            "One a line, skill:level, then 必須 (mandatory) and 重み2 (weight); short form TE1-08:3*2!",
            "DU1-01 データ理解・活用:3 必須 重み2\nBT1-06 プロジェクトマネジメント:2",
            width=40,
        ),
    )


def time_columns() -> tuple[Column, ...]:
    """Return the columns of when and how much."""
    return (
        Column(
            "start",
            "開始月",
            "Start",
            parse_month,
            "例: 2026年10月、令和8年10月",
            "e.g. 2026-10",
            "2026年10月",
            required=True,
        ),
        Column(
            "length",
            "月数",
            "Months",
            integer(1, 1200, "か月"),
            "何か月か",
            "How many months",
            "6",
            required=True,
            width=8,
        ),
        Column("hours", "月時間", "Hours a month", hours, "移動を除く", "Without travel", "24", required=True, width=8),
        Column(
            "slot_days",
            "現地日数（月）",
            "Onsite days a month",
            days,
            "空欄は0",
            "Empty: 0",
            "2",
            width=10,
            aliases=("現地日数", "月現地日数"),
        ),
    )


def condition_columns() -> tuple[Column, ...]:
    """Return the columns of conditions."""
    return (
        Column(
            "remote_ok",
            "オンライン可",
            "Remote allowed",
            read_yes_no,
            "空欄ははい",
            "Empty: yes",
            "はい",
            choices=YES_NO,
            width=10,
            aliases=("リモート可",),
        ),
        Column(
            "rate_ceiling",
            "単価上限（円/時）",
            "Rate ceiling (yen)",
            yen(MOST_YEN),
            "空欄は上限なし",
            "Empty: none",
            "8000",
            aliases=("単価上限",),
        ),
        Column(
            "required",
            "必須枠",
            "Required",
            read_yes_no,
            "いいえ: チームになくてもよい枠。空欄ははい",
            "no: the team can do without; empty: yes",
            "はい",
            choices=YES_NO,
            width=8,
        ),
    )
