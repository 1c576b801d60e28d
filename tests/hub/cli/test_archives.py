import json
from pathlib import Path

import pytest

from hub.settings import Settings
from tests.hub.databases import on_postgresql


@pytest.fixture
def filled(run):
    run("migrate")
    assert run("seed", "--experts", 3, "--requests", 2).exit_code == 0
    return run


def test_a_whole_hub_moves_into_a_new_data_folder(filled, folder: Path, monkeypatch: pytest.MonkeyPatch):
    made = filled("export", "--all", "hub.zip", "--json")
    assert made.exit_code == 0
    monkeypatch.setenv("HUB_DATA_FOLDER", "elsewhere")
    taken = filled("import", "--all", "hub.zip", "--json")
    assert taken.exit_code == 0, taken.stderr
    assert json.loads(taken.stdout) == json.loads(made.stdout)
    again = filled("import", "--all", "hub.zip")
    assert again.exit_code == 2
    assert "empty database" in again.stderr
    assert (
        json.loads(filled("export", "--all", "again.zip", "--json").stdout)["tables"]
        == json.loads(made.stdout)["tables"]
    )


@on_postgresql
def test_a_whole_hub_moves_to_postgresql(filled, settings: Settings, monkeypatch: pytest.MonkeyPatch):
    made = json.loads(filled("export", "--all", "hub.zip", "--json").stdout)
    monkeypatch.setenv("HUB_DATABASE_URL", str(settings.database_url))
    assert filled("import", "--all", "hub.zip").exit_code == 0
    assert json.loads(filled("export", "--all", "again.zip", "--json").stdout)["tables"] == made["tables"]


def test_that_everything_was_taken_out_is_recorded(filled):
    filled("export", "--all", "hub.zip")
    log = json.loads(filled("audit", "show", "--action", "hub:export", "--json").stdout)
    assert [item["after"]["form"] for item in log["items"]] == ["archive"]


@pytest.mark.parametrize(
    "words",
    [
        ("export", "experts", "--all", "hub.zip"),
        ("export", "--all", "hub.zip", "-o", "x.csv"),
        ("export", "--all", "-"),
        ("export",),
        ("export", "experts"),
        ("import", "x.xlsx"),
        ("import", "--all", "hub.zip", "--dry-run"),
        ("import", "--all", "hub.zip", "--kind", "experts"),
        ("import", "--all", "missing.zip"),
    ],
)
def test_words_that_do_not_go_together_are_refused(filled, folder: Path, words):
    result = filled(*words)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert not (folder / "hub.zip").exists()
