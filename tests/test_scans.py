"""The scans find what they are for, excuse what is excused, and run where nothing is reached."""

import json
from pathlib import Path

import pytest

from tests import scans

# Put together here, so that none of these stands in a file.
REAL = {
    "hub/a.py": ("AWS Access Key", "key = '" + "AKIA" + "ABCDEFGHIJKLMNOP" + "'"),
    "hub/b.txt": ("Private Key", "-----BEGIN " + "RSA PRIVATE KEY-----\nMII\n"),
    "tests/c.py": ("GitHub Token", "x = '" + "ghp_" + "a1B2" * 9 + "'"),
    "hub/d.py": ("Secret Keyword", "pass" + "word = 'Tr0ub4dor&3x9'"),
    "web/e.yaml": ("Basic Auth Credentials", "url: https://hub:" + "Tr0ub4dor3" + "@db.example/"),
}


def written(folder: Path, name: str, content: str) -> str:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(content)
    return name


@pytest.mark.parametrize("name", REAL)
def test_a_secret_is_found_with_its_place(tmp_path: Path, name: str):
    kind, content = REAL[name]
    written(tmp_path, name, f"first\n{content}\n")
    assert scans.secrets_in([name], tmp_path) == [f"{name}:2: {kind}"]


def test_what_is_excused_or_an_example_is_not_found(tmp_path: Path):
    names = [
        written(tmp_path, "hub/a.py", REAL["hub/d.py"][1] + "  # pragma: allowlist secret\n"),
        written(tmp_path, "tests/b.py", REAL["hub/d.py"][1] + "\n"),
        written(tmp_path, "hub/c.py", "password = told.password\ntoken = new_secret()\n"),
    ]
    assert scans.secrets_in(names, tmp_path) == []


TOLD = {
    "dependencies": [
        {"name": "good", "version": "1.0", "vulns": []},
        {"name": "bad", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]},
        {"name": "unknown", "version": "1.0", "skip_reason": "not found"},
    ]
}


def test_a_weakness_is_told_with_the_version_that_mends_it():
    assert scans.weaknesses(json.dumps(TOLD)) == (["bad 1.0: PYSEC-1 → 1.1"], 2, 1)


@pytest.mark.parametrize(
    ("answer", "failed", "said"),
    [
        (json.dumps(TOLD), 1, "bad 1.0"),
        (json.dumps({"dependencies": TOLD["dependencies"][2:]}), 0, "NOT CHECKED"),
        (None, 0, "NOT CHECKED"),
    ],
)
def test_only_a_weakness_fails_the_scan(monkeypatch, capsys, answer, failed, said):
    monkeypatch.setattr(scans, "ask_advisories", lambda lock: answer)
    assert scans.check_packages() == failed
    assert said in capsys.readouterr().out


def test_advisories_that_do_not_answer_are_not_waited_for(monkeypatch, tmp_path):
    monkeypatch.setattr(scans, "SECONDS", 0.01)
    assert scans.ask_advisories("locks/runtime.txt") is None


def test_the_test_command_scans():
    assert "-m tests.scans" in (scans.ROOT / "bin" / "test").read_text("utf-8")
