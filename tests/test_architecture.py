"""The project's shape: what is where, what may import what, and what the image is built from."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("hub", "matching", "skill_standards", "web", "seed_data")
LONGEST_FILE = 400
SERVED_BY_NAME = {"uvicorn", "python-multipart", "python-calamine", "psycopg", "httptools", "uvloop"}
"""Dependencies another library loads, or whose import name differs from what an import statement shows."""


def python_files() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "node_modules" not in path.parts
    ]


def imported_modules() -> set[str]:
    names: set[str] = set()
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names.add(node.module.split(".")[0])
    return names


def test_imports_run_one_way():
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_enough_to_read(path: Path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE


def test_every_dependency_is_used():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.split(r"[<>=\[; ]", line)[0] for line in declared}
    owners = {
        module: {owner.lower().replace("_", "-") for owner in found}
        for module, found in metadata.packages_distributions().items()
    }
    used = {owner for module in imported_modules() for owner in owners.get(module, ())}
    assert names - used - SERVED_BY_NAME == set()


@pytest.mark.parametrize("path", sorted((ROOT / "locks").glob("*.txt")), ids=lambda path: path.name)
def test_lock_files_pin_every_package_by_hash_and_name_no_address(path: Path):
    text = path.read_text("utf-8")
    assert "://" not in text
    pinned = re.findall(r"^([a-z0-9][^\s=]*)==(\S+)[^\n]*\\\n\s+--hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))


def test_decision_records_are_numbered_once_each():
    names = [path.name for path in (ROOT / "docs" / "adr").glob("*.md")]
    assert all(re.fullmatch(r"[0-9]{4}-[a-z0-9-]+\.md", name) for name in names)
    assert len({name[:4] for name in names}) == len(names)


def test_links_between_documents_lead_somewhere():
    broken = []
    for document in [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8")):
            if "://" not in target and not (document.parent / target).exists():
                broken.append(f"{document.relative_to(ROOT)}: {target}")
    assert broken == []


def test_the_image_copies_what_exists_and_runs_as_nobody_special():
    lines = [line.split() for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines()]
    copied = [
        source for words in lines if words[:1] == ["COPY"] and "--from=front-end" not in words for source in words[1:-1]
    ]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert set(PACKAGES) <= set(copied)
    assert ["USER", "hub"] in lines
    command = next(words for words in lines if words[:1] == ["CMD"])
    assert command == ["CMD", '["talent-hub",', '"serve"]']


@pytest.mark.parametrize("script", ["bin/demo", "bin/test", "bin/lock", ".ci/run"])
def test_the_commands_of_the_readme_can_be_run(script: str):
    assert os.access(ROOT / script, os.X_OK)
    assert subprocess.run(["bash", "-n", ROOT / script], check=False).returncode == 0


def test_ci_runs_the_test_command_of_the_readme():
    assert "exec bin/test\n" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "bin/test " in (ROOT / "README.md").read_text("utf-8")
