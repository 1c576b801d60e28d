"""The command line run in this process, on a data folder and problem files of its own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli import app
from matching.interchange import write_problem
from matching.problem import Limits, Link, Problem
from seed_data.generator import generate
from seed_data.problem import build_problem


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder to work in; the data folder is ``data`` in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("HUB_DATA_FOLDER", "HUB_DATABASE_URL", "HUB_LANGUAGE", "HUB_HOST", "HUB_PORT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Callable[..., Result]:
    def command(*words: object) -> Result:
        result = CliRunner().invoke(app, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


@pytest.fixture(scope="session")
def problem() -> Problem:
    return build_problem(generate(20, 8, 1), limits=Limits(seconds=20))


@pytest.fixture
def problem_file(folder: Path, problem: Problem) -> Path:
    path = folder / "problem.json"
    path.write_bytes(write_problem(problem))
    return path


@pytest.fixture
def clashing_file(folder: Path, problem: Problem) -> Path:
    """Return a problem whose two pins put two experts into one slot."""
    slot = next(problem.seats())[1].id
    pins = (Link(slot, problem.experts[0].id), Link(slot, problem.experts[1].id))
    path = folder / "clash.json"
    path.write_bytes(write_problem(replace(problem, pins=pins)))
    return path
