import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from hub.settings import DATABASE_FILE


@pytest.fixture
def filled(run: Callable[..., Result]) -> Callable[..., Result]:
    assert run("migrate").exit_code == 0
    assert run("seed", "--experts", 3, "--requests", 2).exit_code == 0
    return run


def told(result: Result) -> dict:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_backup_is_put_back_into_an_empty_data_folder(filled, folder: Path, monkeypatch: pytest.MonkeyPatch):
    made = told(filled("backup", "kept.backup", "--json"))
    assert made["tables"]["experts"]["rows"] == 3
    assert stat.S_IMODE((folder / "kept.backup").stat().st_mode) == 0o600
    monkeypatch.setenv("HUB_DATA_FOLDER", "elsewhere")
    assert told(filled("restore", "kept.backup", "--json"))["tables"] == made["tables"]
    assert (folder / "elsewhere" / DATABASE_FILE).exists()
    assert told(filled("backup", "again.backup", "--json"))["tables"] == made["tables"]


def test_that_a_backup_was_made_is_recorded_in_what_was_backed_up(filled):
    filled("backup", "kept.backup")
    log = told(filled("audit", "show", "--action", "hub:export", "--json"))
    assert [item["after"]["form"] for item in log["items"]] == ["backup"]
    assert filled("audit", "verify").exit_code == 0


def test_data_are_replaced_only_when_told(filled):
    made = told(filled("backup", "kept.backup", "--json"))
    filled("seed", "--experts", 5, "--seed", 9)
    refused = filled("restore", "kept.backup")
    assert refused.exit_code == 2
    assert "--replace" in refused.stderr
    restored = filled("restore", "kept.backup", "--replace")
    assert restored.exit_code == 0
    assert f"{sum(table['rows'] for table in made['tables'].values()):,}" in restored.stdout
    assert told(filled("backup", "again.backup", "--json"))["tables"] == made["tables"]


def test_a_file_that_is_no_backup_and_one_that_is_not_there_are_refused_in_words(filled, folder: Path):
    (folder / "other").write_text("hello")
    for name in ("other", "missing"):
        result = filled("restore", name, "--replace")
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1


def test_a_backup_that_cannot_be_made_leaves_the_one_before(run, folder: Path):
    (folder / "kept.backup").write_bytes(b"old")
    result = run("backup", "kept.backup")
    assert result.exit_code == 2
    assert "no tables" in result.stderr
    assert (folder / "kept.backup").read_bytes() == b"old"
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    assert run("backup", "-").exit_code == 2
    assert run("backup", "nowhere/kept.backup").exit_code == 2
