"""The sheets of requests (人材ニーズ): one row a slot, the request's own columns written once, and 推進体制."""

from hub.models.base import MOST_YEN
from hub.workflows.sheets import standard_terms as words
from hub.workflows.sheets.book import Cell
from hub.workflows.sheets.columns import Column, Layout
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.readers import code_list, long_text, one_word, short_text, word_list, yen
from hub.workflows.sheets.slot_layout import labels, slot_columns
from hub.workflows.sheets.values import read_number

REQUESTS, PROMOTION = "人材ニーズ", "推進体制"
REFERENCE_JA = "依頼番号"


def priority(value: Cell) -> float:
    """Return a priority above 0."""
    number = read_number(value, 0, 1e9)
    if number == 0:
        raise CellError("優先度は0より大きい数です（ふつうは1）。", "A priority is greater than 0 (usually 1).")
    return number


def reference_column() -> Column:
    """Return the column that says which rows belong to one request."""
    return Column(
        "reference",
        REFERENCE_JA,
        "Reference",
        short_text,
        "人材ニーズの番号。同じ番号の行（または下の空欄の行）は1件の枠。登録ずみなら更新",
        "The request's number; rows with the same (or no) number below are its slots; a known one is updated",
        "R-001",
        required=True,
        aliases=("整理番号",),
    )


def request_layout(bodies: Bodies) -> Layout:
    """Return the sheet with one row a slot."""
    own = own_columns(bodies)
    return Layout(
        REQUESTS,
        "Requests",
        (reference_column(), *own, *slot_columns()),
        repeats=frozenset({"reference", *(column.key for column in own)}),
    )


def own_columns(bodies: Bodies) -> tuple[Column, ...]:
    """Return the columns of the request itself, written in the first row of its slots."""
    return (
        *body_columns(bodies),
        *subject_columns(),
        *state_columns(),
        *budget_columns(),
        *team_columns(bodies),
        *source_columns(),
    )


def body_columns(bodies: Bodies) -> tuple[Column, ...]:
    """Return the columns of who asks."""
    return (
        Column(
            "organization",
            "団体コード",
            "Organization",
            bodies.read,
            "求める団体の団体コード6桁（文字列で）",
            "団体コード of who asks, six digits as text",
            "202151",
            required=True,
        ),
        Column(
            "organization_name",
            "団体名",
            "Organization name",
            short_text,
            "確かめのため。書くとコードと照らす",
            "To be sure: compared with the code",
            "長野県塩尻市",
            width=16,
        ),
    )


def subject_columns() -> tuple[Column, ...]:
    """Return the columns of what it is about."""
    return (
        Column(
            "title",
            "件名",
            "Title",
            short_text,
            "何をしたいか",
            "What it is about",
            "オンデマンドバスの運行改善",
            required=True,
            width=30,
        ),
        Column(
            "summary",
            "概要",
            "Summary",
            long_text,
            "自由記述",
            "Free text",
            "予約データを使って便を見直す。",
            width=40,
        ),
        Column(
            "themes",
            "分野",
            "Themes",
            word_list(words.themes()),
            "「; 」で区切る",
            "Parted by ;",
            words.themes().name("ondemand_mobility_maas"),
            width=26,
            aliases=("テーマ",),
        ),
    )


def state_columns() -> tuple[Column, ...]:
    """Return the columns of how far it is, and how much it matters."""
    return (
        Column(
            "status",
            "状態",
            "Status",
            one_word(words.STATUSES),
            "空欄は、新規なら募集中、登録ずみならそのまま。登録ずみの状態は取り込みでは変わらない",
            "Empty: a new one is open, a known one stays. A table does not move a request that is known",
            "募集中",
            choices=labels(words.NEW_STATUSES),
            width=10,
        ),
        Column(
            "gate",
            "進め方の段階",
            "Gate",
            one_word(words.GATES),
            "計画策定、社会実証、実装・展開。空欄は計画策定",
            "Empty: planning",
            "社会実証",
            choices=labels(words.GATES),
        ),
        Column(
            "priority",
            "優先度",
            "Priority",
            priority,
            "0より大きい数。空欄は1",
            "Greater than 0; empty: 1",
            "1",
            width=8,
        ),
    )


def budget_columns() -> tuple[Column, ...]:
    """Return the columns of money."""
    return (
        Column(
            "budget",
            "予算（円）",
            "Budget (yen)",
            yen(MOST_YEN),
            "全期間。空欄は上限なし",
            "Over the horizon; empty: no limit",
            "3000000",
            aliases=("予算",),
        ),
        Column(
            "budget_basis",
            "予算区分",
            "Budget basis",
            one_word(words.BUDGET_BASES),
            "総額、実質負担（特別交付税の後）。空欄は総額",
            "Gross, or net after the subsidy; empty: gross",
            "総額",
            choices=labels(words.BUDGET_BASES),
        ),
    )


def team_columns(bodies: Bodies) -> tuple[Column, ...]:
    """Return the columns of who is served, and whether the slots go together."""
    return (
        Column(
            "beneficiaries",
            "受益団体コード",
            "Beneficiaries",
            code_list(bodies),
            "共同で使う団体。空欄は団体自身だけ",
            "Bodies served together; empty: who asks alone",
            "",
            width=18,
            aliases=("受益団体",),
        ),
        Column(
            "team",
            "チーム",
            "Team",
            one_word(words.TEAMS),
            "枠ごと、全枠そろって。空欄は枠ごと",
            "Each slot, or all or none; empty: each",
            "枠ごと",
            choices=labels(words.TEAMS),
        ),
    )


def source_columns() -> tuple[Column, ...]:
    """Return the columns of where the request comes from."""
    return (
        Column("source", "出典", "Source", long_text, "任意", "Optional", "", width=24),
        Column(
            "assumed",
            "仮定",
            "Assumed",
            long_text,
            "出典にない前提。任意",
            "What the source does not say; optional",
            "",
            width=24,
        ),
    )


def promotion_layout() -> Layout:
    """Return the sheet of who takes part in the promotion structure, one row a body."""
    return Layout(
        PROMOTION,
        "Promotion structure",
        (
            reference_column(),
            Column(
                "role",
                "役割",
                "Part",
                short_text,
                "金融機関、大学、地域メディアなど",
                "Bank, university, local media, …",
                "地域金融機関",
                required=True,
                width=22,
            ),
            Column(
                "partner",
                "団体・組織",
                "Body",
                short_text,
                "名前",
                "Its name",
                "松本信用金庫",
                required=True,
                width=30,
            ),
        ),
    )
