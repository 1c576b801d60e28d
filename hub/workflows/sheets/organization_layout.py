"""The sheet of organizations (団体): what the register of municipalities leaves to people, by 団体コード."""

from hub.models.base import MOST_YEN
from hub.workflows.sheets.book import Cell
from hub.workflows.sheets.columns import Column, Layout
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.readers import short_text, yen
from hub.workflows.sheets.values import read_number

ORGANIZATIONS = "団体"
SOUTH, NORTH, WEST, EAST = 20.0, 46.0, 122.0, 154.0
"""Degrees between which Japan lies (国土地理院: 20°25′ to 45°33′ N, 122°56′ to 153°59′ E): both swapped is noticed."""


REGISTERED = {"ja": ("種別", "都道府県", "よみ"), "en": ("Kind", "Prefecture", "Reading")}
"""Headings of what the register alone tells, and no table changes."""

KINDS = {
    "prefecture": {"ja": "都道府県", "en": "prefecture"},
    "designated_city": {"ja": "政令指定都市", "en": "designated city"},
    "core_city": {"ja": "中核市", "en": "core city"},
    "city": {"ja": "市", "en": "city"},
    "special_ward": {"ja": "特別区", "en": "special ward"},
    "town": {"ja": "町", "en": "town"},
    "village": {"ja": "村", "en": "village"},
    "other": {"ja": "その他", "en": "other"},
}


def latitude(value: Cell) -> float:
    """Return degrees north, within Japan."""
    return read_number(value, SOUTH, NORTH)


def longitude(value: Cell) -> float:
    """Return degrees east, within Japan."""
    return read_number(value, WEST, EAST)


def organization_layout(bodies: Bodies) -> Layout:
    """Return the sheet with one row an organization."""
    return Layout(
        ORGANIZATIONS,
        "Organizations",
        (*body_columns(bodies), *place_columns(), budget_column()),
        shown_only=(*REGISTERED["ja"], *REGISTERED["en"]),
    )


def body_columns(bodies: Bodies) -> tuple[Column, ...]:
    """Return the columns of which organization it is."""
    return (
        Column(
            "code",
            "団体コード",
            "Code",
            bodies.read,
            "登録簿にある団体の6桁（文字列で）",
            "Six digits of a body in the register, as text",
            "202151",
            required=True,
        ),
        Column(
            "name",
            "団体名",
            "Name",
            short_text,
            "確かめのため。書くとコードと照らす",
            "To be sure: compared with the code",
            "長野県塩尻市",
            width=20,
        ),
        Column(
            "name_en",
            "英語名",
            "Name in English",
            short_text,
            "空欄は登録のまま",
            "Empty: as registered",
            "Shiojiri-shi",
            width=24,
            aliases=("ローマ字",),
        ),
    )


def place_columns() -> tuple[Column, ...]:
    """Return the columns of where its office is."""
    return (
        Column(
            "latitude",
            "緯度",
            "Latitude",
            latitude,
            "庁舎の北緯（度）。空欄は登録のまま",
            "Degrees north of the office; empty: as registered",
            "36.115",
            width=12,
        ),
        Column(
            "longitude",
            "経度",
            "Longitude",
            longitude,
            "庁舎の東経（度）。空欄は登録のまま",
            "Degrees east of the office; empty: as registered",
            "137.954",
            width=12,
        ),
    )


def budget_column() -> Column:
    """Return the column of its budget."""
    return Column(
        "budget",
        "予算（円）",
        "Budget (yen)",
        yen(MOST_YEN),
        "計画の期間の合計。空欄は上限なし",
        "Over a plan's months; empty: no limit",
        "3000000",
        aliases=("予算",),
    )
