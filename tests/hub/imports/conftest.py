"""Files people might send, made by openpyxl."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.hub.databases import SQLITE

EXPERT = {
    "管理番号": "E-1",
    "姓": "髙橋",
    "名": "花子",
    "セイ": "タカハシ",
    "メイ": "ハナコ",
    "人材類型": "D",
    "スキル（略記）": "TE1-08:3; SE1-02:2",
    "拠点団体コード": "131041",
    "希望単価（円/時）": 6000,
    "2026年10月": 40,
    "2026年11月": "30/2/4",
}
REQUEST = {
    "依頼番号": "R-1",
    "団体コード": "202151",
    "件名": "オンデマンドバスの改善",
    "予算（円）": 3_000_000,
    "枠番号": 1,
    "枠名": "データ分析の担当",
    "人材類型": "D",
    "段階": "development",
    "必要スキル": "DU1-01:3 必須 重み2\nBT1-06:2",
    "開始月": "2026年10月",
    "月数": 6,
    "月時間": 24,
}


@pytest.fixture(params=[SQLITE])
def database(request: pytest.FixtureRequest) -> str:
    """Return the one database these tests run on: they are about files; what is stored has its tests on both."""
    return str(request.param)


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes sheets, each a list of rows or of mappings by heading."""

    def write(sheets: dict[str, list[Any]], name: str = "book.xlsx") -> Path:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for title, rows in sheets.items():
            page = workbook.create_sheet(title)
            for row in laid_out(rows):
                page.append(row)
        path = tmp_path / name
        workbook.save(path)
        return path

    return write


def laid_out(rows: list[Any]) -> list[list[Any]]:
    if not rows or not isinstance(rows[0], dict):
        return rows
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    return [headings, *([row.get(heading) for heading in headings] for row in rows)]


@pytest.fixture
def expert() -> Callable[..., dict[str, Any]]:
    return lambda **changes: {**EXPERT, **changes}


@pytest.fixture
def request_row() -> Callable[..., dict[str, Any]]:
    return lambda **changes: {**REQUEST, **changes}
