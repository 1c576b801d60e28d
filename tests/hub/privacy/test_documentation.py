"""The document of privacy shows what holds."""

import re
from pathlib import Path

from hub.auth.disclosure import part_table
from hub.workflows.retention_rules import rule_table

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "security" / "privacy.md").read_text("utf-8")


def test_the_document_shows_every_part_and_every_period():
    assert part_table() in DOCUMENT
    assert rule_table() in DOCUMENT


def test_every_promise_names_a_test_that_is_there():
    named = re.findall(r"`((?:\.\./\w+/)?test_\w+\.py)`", DOCUMENT)
    assert len(named) > 12
    assert [name for name in named if not (Path(__file__).parent / name).exists()] == []
