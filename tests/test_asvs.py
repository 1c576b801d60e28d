"""``docs/security/asvs.md`` has every requirement of levels 1 and 2 once, and names only what is there."""

import re
from collections import Counter
from pathlib import Path

import pytest

from hub.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "security" / "asvs.md").read_text("utf-8")
LAST = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4
5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2
8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4
11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7
16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
"""The sections of ASVS 5.0.0 with requirements of level 1 or 2, which come first in each, and the last of these."""
ALL = {
    f"{section}.{number}"
    for section, last in (one.split(":") for one in LAST.split())
    for number in range(1, int(last) + 1)
}
MARKS = {"✓", "△", "✗", "–"}


def rows() -> list[list[str]]:
    found = re.findall(r"^\| (\d+\.\d+\.\d+.*) \|$", TEXT, re.MULTILINE)
    return [[cell.strip() for cell in row.split(" | ")] if row.count(" | ") == 5 else row.split("|") for row in found]


def numbers(told: str) -> list[str]:
    """Return the requirements of a cell: ``1.2.6–1.2.8, 1.3.1``."""
    found = []
    for part in told.split(", "):
        first, _, last = part.partition("–")
        section, _, begin = first.rpartition(".")
        found += [f"{section}.{number}" for number in range(int(begin), int((last or first).rpartition(".")[2]) + 1)]
    return found


def test_every_requirement_of_levels_1_and_2_is_there_once_and_none_is_invented():
    assert len(ALL) == 253
    counted = Counter(number for row in rows() for number in numbers(row[0]))
    assert {number for number, count in counted.items() if count > 1} == set()
    assert set(counted) == ALL


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_says_how_it_is_met_and_which_test_shows_it(row: list[str]):
    assert len(row) == 6, row
    _, level, what, mark, how, test = (cell.strip() for cell in row)
    assert level in ("1", "2", "1–2")
    assert what
    assert mark in MARKS
    if mark in "△✗–":
        assert len(how) > 4, "say what is missing, or why it does not apply"
    paths = re.findall(r"`((?:tests|hub|web|docs|matching|locks)/[^`]*)`", f"{how} {test}")
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert all(path.startswith("tests/") for path in re.findall(r"`([^`]+)`", test))
    if mark == "✓":
        assert test or re.search(r"docs/|below", how), "nothing shows it"


def test_every_setting_it_names_is_one():
    known = {f"HUB_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bHUB_[A-Z_]+", TEXT)) <= known


def test_the_inventory_names_files_that_are_there():
    inventory = TEXT.partition("### 暗号の一覧")[2].partition("\n## ")[0]
    named = re.findall(r"`((?:hub|docs)/[^`]*)`", inventory)
    assert len(named) > 6
    assert [path for path in named if not (ROOT / path).exists()] == []
