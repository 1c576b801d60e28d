"""The sheets with several rows an expert: スキル (one row a skill) and 経歴 (one row an activity)."""

from hub.workflows.sheets import standard_terms as words
from hub.workflows.sheets.columns import Column, Layout
from hub.workflows.sheets.months import parse_month
from hub.workflows.sheets.readers import integer, long_text, one_word, short_text

SKILLS, CAREER = "スキル", "経歴"
REFERENCE_JA = "管理番号"


def reference_column() -> Column:
    """Return the column that joins the sheets."""
    return Column(
        "reference",
        REFERENCE_JA,
        "Reference",
        short_text,
        "その人の番号。登録ずみなら更新、なければ新規",
        "The person's number: a known one is updated, another is new",
        "E-001",
        required=True,
        aliases=("ID", "整理番号"),
    )


def skill_layout() -> Layout:
    """Return the sheet with one row a skill."""
    return Layout(SKILLS, "Skills", (reference_column(), *level_columns(), *proof_columns()))


def level_columns() -> tuple[Column, ...]:
    """Return the columns of the skill and its level."""
    return (
        Column(
            "skill",
            "スキル",
            "Skill",
            short_text,
            "DSSのスキル（記号か名前）",
            "DSS skill, code or name",
            words.skills().show("TE1-07"),
            required=True,
            width=34,
        ),
        Column(
            "level",
            "レベル",
            "Level",
            integer(1, 4),
            "1 知っている 2 支援を受けて 3 ひとりで 4 主導",
            "1 knows, 2 with support, 3 alone, 4 leads",
            "3",
            required=True,
            choices=("1", "2", "3", "4"),
            width=8,
        ),
    )


def proof_columns() -> tuple[Column, ...]:
    """Return the columns of what shows the level, and of the version of the framework."""
    return (
        Column(
            "evidence",
            "根拠",
            "Evidence",
            long_text,
            "資格、実績、評価など",
            "What shows it",
            "A市の基盤移行で設計を担当",
            width=40,
        ),
        Column(
            "framework",
            "版",
            "Framework",
            one_word(words.frameworks()),
            "DSSの版。空欄は1.2",
            "Version of DSS-P; empty: 1.2",
            "1.2",
            choices=tuple(words.frameworks().by_code),
            width=8,
        ),
    )


def career_layout() -> Layout:
    """Return the sheet with one row an activity."""
    columns = (reference_column(), *activity_columns(), *outcome_columns(), *period_columns())
    return Layout(CAREER, "Career", columns)


def activity_columns() -> tuple[Column, ...]:
    """Return the columns of where and what the activity was."""
    return (
        Column(
            "organization",
            "団体",
            "Organization",
            short_text,
            "団体コードか名前",
            "団体コード or name",
            "202151",
            required=True,
            width=18,
        ),
        Column(
            "theme",
            "分野",
            "Theme",
            one_word(words.themes()),
            "任意",
            "Optional",
            words.themes().name("standardization_gov_cloud"),
            width=28,
            aliases=("テーマ",),
        ),
        Column(
            "stage",
            "段階",
            "Stage",
            one_word(words.stages()),
            "任意",
            "Optional",
            words.stages().name("development"),
            width=20,
        ),
        Column(
            "role_played",
            "役割",
            "Role played",
            one_word(words.ROLES_PLAYED),
            "主導、担当、助言、研修講師",
            "led, took part, advised, trained",
            "担当",
            required=True,
            choices=tuple(term.ja for term in words.ROLES_PLAYED.by_code.values()),
        ),
    )


def outcome_columns() -> tuple[Column, ...]:
    """Return the columns of what the person did and what came of it."""
    return (
        Column(
            "contribution",
            "したこと",
            "Contribution",
            long_text,
            "何をしたか",
            "What was done",
            "移行計画とネットワークの設計",
            width=40,
        ),
        Column(
            "outcome",
            "成果",
            "Outcome",
            long_text,
            "何が変わったか",
            "What came of it",
            "期限内に移行",
            width=30,
        ),
    )


def period_columns() -> tuple[Column, ...]:
    """Return the columns of when it was, and what shows it."""
    return (
        Column(
            "started",
            "開始月",
            "Started",
            parse_month,
            "例: 2024年4月、令和6年4月",
            "e.g. 2024-04",
            "2024年4月",
            required=True,
        ),
        Column("ended", "終了月", "Ended", parse_month, "続いていれば空欄", "Empty while it goes on", "2025年3月"),
        Column(
            "evidence",
            "根拠",
            "Evidence",
            long_text,
            "公開資料、担当課など",
            "What shows it",
            "",
            width=30,
        ),
    )
