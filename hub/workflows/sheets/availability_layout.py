"""The sheet of availability (空き状況): one row an expert with a column for each month, or one row a month."""

from hub.models.base import MOST_HOURS
from hub.workflows.sheets.book import Cell
from hub.workflows.sheets.columns import Column, Layout
from hub.workflows.sheets.expert_layout import days, read_month_cell
from hub.workflows.sheets.months import parse_month
from hub.workflows.sheets.readers import integer, short_text
from hub.workflows.sheets.values import read_number

AVAILABILITY = "空き状況"


def hours(value: Cell) -> float:
    """Return hours of a month."""
    return read_number(value, 0, MOST_HOURS, "時間")


def availability_layout() -> Layout:
    """Return the sheet; months stand in headings, or else in the column 月."""
    return Layout(
        AVAILABILITY, "Availability", (*who_columns(), *month_columns(), *room_columns()), months=read_month_cell
    )


def who_columns() -> tuple[Column, ...]:
    """Return the columns of whose time it is."""
    return (
        Column(
            "reference",
            "管理番号",
            "Reference",
            short_text,
            "登録ずみの専門人材の番号かID",
            "The number or id of an expert who is registered",
            "E-001",
            required=True,
            aliases=("ID", "整理番号"),
        ),
        Column(
            "name",
            "氏名",
            "Name",
            short_text,
            "確かめのため。書くと登録の氏名と照らす",
            "To be sure: compared with the name registered",
            "髙橋 花子",
        ),
    )


def month_columns() -> tuple[Column, ...]:
    """Return the columns of a sheet with one row a month."""
    return (
        Column(
            "month",
            "月",
            "Month",
            parse_month,
            "1行に1か月を書く表のときだけ。月を見出しにする表では使わない",
            "Only where each row is a month; not where months are headings",
            "2026年10月",
            offered=False,
            aliases=("年月",),
        ),
        Column(
            "hours",
            "空き時間",
            "Hours",
            hours,
            "その月に使える時間。1行に1か月を書く表のときだけ",
            "Hours free in the month; only where each row is a month",
            "40",
            offered=False,
        ),
    )


def room_columns() -> tuple[Column, ...]:
    """Return the columns of what else bounds a month."""
    return (
        Column(
            "engagements",
            "同時件数",
            "Engagements at a time",
            integer(0, 1000, "件"),
            "同時に受けられる件数。空欄は登録のまま（新しい月は1）",
            "Slots at a time; empty: as registered (a new month: 1)",
            "2",
            width=10,
        ),
        Column(
            "onsite_days",
            "現地日数（月）",
            "Onsite days a month",
            days,
            "月に現地へ行ける日数。空欄は登録のまま（新しい月は0）",
            "Days a month away from the base; empty: as registered (a new month: 0)",
            "4",
            width=10,
            aliases=("現地日数",),
        ),
    )
