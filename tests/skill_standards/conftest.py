import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from skill_standards.documents import DATA_ROOT

Tamper = Callable[[str, str, str], Path]


@pytest.fixture
def tamper(tmp_path: Path) -> Tamper:
    """Copy the data and replace one passage of one file; returns the copy's root."""
    root = tmp_path / "data"
    shutil.copytree(DATA_ROOT, root)

    def edit(file: str, old: str, new: str) -> Path:
        path = root / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return root

    return edit
