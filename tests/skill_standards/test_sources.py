import re
from pathlib import Path

import pytest
import yaml

from skill_standards import load_sources
from skill_standards.documents import DATA_ROOT, citations, source_id

FILES = sorted(path for path in DATA_ROOT.rglob("*.yaml") if path.name != "sources.yaml")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DATA_ROOT)))
def test_every_source_named_in_a_file_is_in_the_register(path: Path):
    named = set(re.findall(r"\bS-[A-Z]+(?:-\d+)?\b", path.read_text(encoding="utf-8")))
    assert named <= load_sources().keys()


def test_every_source_of_the_register_is_used():
    used = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert [id_ for id_ in load_sources() if not re.search(rf"\b{id_}\b", used)] == []


def test_citations_are_found_however_deep():
    data = yaml.safe_load("a: [{source: S-REP l. 1, b: {sources: [S-DSS-1, S-DSS-2 page 3]}}]\nmore_sources: [S-ADV-1]")
    assert [source_id(citation) for _, citation in citations(data)] == ["S-REP", "S-DSS-1", "S-DSS-2", "S-ADV-1"]
    assert [key for key, _ in citations(data)] == [
        "a[0].source",
        "a[0].b.sources[0]",
        "a[0].b.sources[1]",
        "more_sources[0]",
    ]


def test_the_report_is_cited_by_lines_within_its_chapters():
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    lines = [int(line) for pair in re.findall(r"S-REP l\. (\d+)(?:-(\d+))?", text) for line in pair if line]
    assert lines and all(498 <= line <= 1203 for line in lines)
