"""The sheet with one row an expert (専門人材): what each column is called, takes and means."""

from hub.models.base import MOST_HOURS, MOST_YEN
from hub.workflows.sheets import standard_terms as words
from hub.workflows.sheets.book import Cell
from hub.workflows.sheets.columns import Column, Layout
from hub.workflows.sheets.expert_detail_layouts import reference_column
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.notation import read_skills
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.readers import code_list, integer, long_text, short_text, word_list, yen
from hub.workflows.sheets.values import normal, read_number, read_yes_no

EXPERTS = "専門人材"
YES_NO = ("はい", "いいえ")
RATING = {"ja": ("評価（平均）", "評価件数"), "en": ("Rating (mean)", "Ratings")}
"""Headings of what others said, which no table changes."""


def read_month_cell(value: Cell) -> tuple[float, int | None, float | None]:
    """Return (hours, engagements, onsite days) of a month's cell: ``40``, or ``40/2/4`` where the month differs."""
    parts = normal(value).split("/") if isinstance(value, str) else [value]
    if len(parts) not in (1, 3):
        raise CellError(
            "月の欄は「40」（時間）か「40/2/4」（時間/件数/現地日数）と書いてください。",
            "Write 40 (hours) or 40/2/4 (hours/engagements/onsite days).",
        )
    hours = read_number(parts[0], 0, MOST_HOURS, "時間")
    if len(parts) == 1:
        return hours, None, None
    engagements = read_number(parts[1], 0, 1000, "件")
    if not engagements.is_integer():
        raise CellError("件数は整数です。", "The number of engagements is whole.")
    return hours, int(engagements), read_number(parts[2], 0, 31, "日")


def read_skill_cell(value: Cell) -> tuple[tuple[str, int], ...]:
    """Return the (code, level) pairs of the short notation."""
    return read_skills(str(value), words.skills())


def expert_layout(bodies: Bodies) -> Layout:
    """Return the sheet with one row a person."""
    return Layout(
        EXPERTS,
        "Experts",
        (
            reference_column(),
            *name_columns(),
            *type_columns(),
            *experience_columns(),
            *place_columns(bodies),
            *work_columns(),
            *pay_columns(),
            *time_columns(),
            *other_columns(bodies),
        ),
        months=read_month_cell,
        shown_only=(*RATING["ja"], *RATING["en"]),
    )


def name_columns() -> tuple[Column, ...]:
    """Return the columns of names, kept exactly as typed."""
    kept = ("書いたとおりに保存（字体は変えない）", "Kept exactly as typed")
    return (
        Column("name", "氏名", "Name", short_text, *kept, "髙橋 花子", offered=False),
        Column("kana", "フリガナ", "Name (kana)", short_text, *kept, "タカハシ ハナコ", offered=False),
        Column("family_name", "姓", "Family name", short_text, *kept, "髙橋", width=10),
        Column("given_name", "名", "Given name", short_text, *kept, "花子", width=10),
        Column("family_kana", "セイ", "Family name (kana)", short_text, "カタカナ", "Katakana", "タカハシ", width=12),
        Column("given_kana", "メイ", "Given name (kana)", short_text, "カタカナ", "Katakana", "ハナコ", width=12),
        Column("family_romaji", "姓ローマ字", "Family name (Latin)", short_text, "任意", "Optional", "Takahashi"),
        Column("given_romaji", "名ローマ字", "Given name (Latin)", short_text, "任意", "Optional", "Hanako"),
        Column(
            "affiliation",
            "所属",
            "Affiliation",
            short_text,
            "会社、団体、個人など",
            "Company, body, own business",
            "個人事業主",
            width=22,
        ),
    )


def type_columns() -> tuple[Column, ...]:
    """Return the columns of what kind of person it is."""
    return (
        Column(
            "talent_types",
            "人材類型",
            "Talent types",
            word_list(words.TALENT_TYPES),
            "X（変革を主導）、D（技術を担う）。両方なら「X; D」",
            "X (leads change), D (technology); both: X; D",
            "D",
            required=True,
            choices=("X", "D", "X; D"),
            width=10,
        ),
        Column(
            "external_types",
            "外部人材の類型",
            "External talent types",
            word_list(words.external_types()),
            "外部人材スキル標準の類型。いくつでも「; 」で区切る",
            "Types of the external-talent standard, parted by ;",
            "エンジニア",
            width=18,
        ),
        Column(
            "roles",
            "ロール",
            "Roles",
            word_list(words.roles()),
            "DSSのロール（記号か名前）。主なものから",
            "DSS roles, the main one first",
            "SW3 クラウドエンジニア/SRE",
            width=28,
        ),
    )


def experience_columns() -> tuple[Column, ...]:
    """Return the columns of what a person can do."""
    return (
        Column(
            "skills",
            "スキル（略記）",
            "Skills (short)",
            read_skill_cell,
            "スキル:レベル（1〜4）を「; 」で区切る。根拠を書くなら「スキル」シートへ",
            "skill:level (1–4) parted by ; — with evidence, use the skills sheet",
            "TE1-08:3; SE1-02:2",
            width=28,
            aliases=("スキル", "スキル略記"),
        ),
        Column(
            "stages",
            "経験した段階",
            "Stages",
            word_list(words.stages()),
            "地域DXの8段階のうち経験があるもの",
            "Stages of regional DX with experience",
            "; ".join(words.stages().name(code) for code in ("development", "operation_maintenance")),
            width=28,
        ),
        Column(
            "themes",
            "得意な分野",
            "Themes",
            word_list(words.themes()),
            "経験のある分野",
            "Fields of work with experience",
            words.themes().name("standardization_gov_cloud"),
            width=28,
            aliases=("得意なテーマ", "テーマ", "分野"),
        ),
    )


def place_columns(bodies: Bodies) -> tuple[Column, ...]:
    """Return the columns of where a person lives or works, and how far they travel."""
    return (
        Column(
            "base",
            "拠点団体コード",
            "Base",
            bodies.read,
            "ふだんいる市区町村の団体コード6桁（文字列で）",
            "団体コード of where the person lives or works, six digits as text",
            "131041",
            required=True,
        ),
        Column(
            "base_name",
            "拠点団体名",
            "Base name",
            short_text,
            "確かめのため。書くとコードと照らす",
            "To be sure: compared with the code",
            "東京都新宿区",
            width=16,
        ),
        Column(
            "max_travel_minutes",
            "移動上限（分）",
            "Travel limit (minutes)",
            integer(0, 100_000, "分"),
            "片道の上限。空欄は上限なし",
            "One way; empty: no limit",
            "180",
            aliases=("移動上限",),
        ),
    )


def work_columns() -> tuple[Column, ...]:
    """Return the columns of how and for whom a person would work."""
    return (
        Column(
            "work_modes",
            "勤務形態",
            "Work modes",
            word_list(words.WORK_MODES),
            "オンライン、現地。空欄は両方",
            "Online, on site; empty: both",
            "オンライン; 現地",
            choices=("オンライン", "現地", "オンライン; 現地"),
        ),
        Column(
            "full_time_possible",
            "常勤可",
            "Full time possible",
            read_yes_no,
            "はい・いいえ",
            "yes or no",
            "いいえ",
            choices=YES_NO,
            width=10,
        ),
        Column(
            "regions",
            "希望地域",
            "Regions",
            word_list(words.prefectures()),
            "希望する都道府県。空欄はどこでも",
            "Prefectures wished for; empty: anywhere",
            "長野県; 新潟県",
            width=18,
        ),
    )


def pay_columns() -> tuple[Column, ...]:
    """Return the columns of pay."""
    return (
        Column(
            "hourly_rate",
            "希望単価（円/時）",
            "Hourly rate (yen)",
            yen(MOST_YEN),
            "1時間あたり",
            "Per hour",
            "6000",
            required=True,
            aliases=("希望単価",),
        ),
        Column(
            "current_rate",
            "現在単価（円/時）",
            "Present rate (yen)",
            yen(MOST_YEN),
            "任意",
            "Optional",
            "5500",
            aliases=("現在単価",),
        ),
    )


def time_columns() -> tuple[Column, ...]:
    """Return the columns of what is the same in every month; the months have columns of their own."""
    return (
        Column(
            "engagements",
            "同時件数",
            "Engagements at a time",
            integer(0, 1000, "件"),
            "同時に受けられる件数（どの月も同じとき）。空欄は1",
            "Slots at a time, the same every month; empty: 1",
            "2",
            width=10,
        ),
        Column(
            "onsite_days",
            "現地日数（月）",
            "Onsite days a month",
            days,
            "月に現地へ行ける日数（どの月も同じとき）。空欄は0",
            "Days a month away from the base, the same every month; empty: 0",
            "4",
            width=10,
            aliases=("現地日数",),
        ),
    )


def other_columns(bodies: Bodies) -> tuple[Column, ...]:
    """Return the remaining columns."""
    return (
        Column(
            "conflicts",
            "利益相反団体コード",
            "Conflicts of interest",
            code_list(bodies),
            "配置してはならない団体",
            "Bodies the person must not be placed with",
            "",
            width=18,
            aliases=("利益相反団体",),
        ),
        Column(
            "paused",
            "休止",
            "Paused",
            read_yes_no,
            "はい: 配置計画に入れない",
            "yes: never in a plan",
            "いいえ",
            choices=YES_NO,
            width=8,
        ),
        Column(
            "summary",
            "紹介",
            "Summary",
            long_text,
            "自由記述",
            "Free text",
            "自治体の基盤移行を3件担当。",
            width=40,
        ),
    )


def days(value: Cell) -> float:
    """Return days of a month."""
    return read_number(value, 0, 31, "日")
