import json
import re
import resource
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

COMMAND = Path(sys.executable).parent / "talent-hub"
COMMANDS = (
    "demo",
    "serve",
    "check-configuration",
    "check-health",
    "migrate",
    "seed",
    "import",
    "export",
    "match",
    "front",
    "check",
    "explain",
    "schema",
    "schemes",
    "audit",
    "account",
    "erase-expert",
    "backup",
    "restore",
)


def test_the_help_names_every_command_and_the_exit_codes(run):
    result = run("--help")
    assert result.exit_code == 0
    assert all(re.search(rf"^│ {name} ", result.stdout, re.MULTILINE) for name in COMMANDS)
    assert "終了コード" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_teaches_in_both_languages_with_an_example(run, name):
    text = run(name, "--help").stdout
    assert re.search(r"[ぁ-ん]", text)
    assert re.search(r"[A-Za-z]{4,}.*\.", text)
    assert name == "migrate" or f"talent-hub {name}" in text


def test_the_help_costs_little():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([COMMAND, "--help"], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0


def test_the_help_loads_nothing_heavy():
    heavy = ("numpy", "sqlalchemy", "fastapi", "highspy", "pulp", "openpyxl", "pydantic")
    program = f"import sys, hub.cli; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_a_wrong_word_is_answered_with_what_there_is(run):
    for words in (("mtach",), ("match",), ("match", "a", "b"), ("schema", "x"), ("match", "a", "--policy", "x")):
        result = run(*words)
        assert result.exit_code == 2
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("kind", ["problem", "plan"])
def test_the_schema_accepts_what_is_written(run, problem_file, kind):
    schema = json.loads(run("schema", kind).stdout)
    run("match", problem_file, "-o", "plan.json")
    jsonschema.validate(json.loads(Path(f"{kind}.json").read_text()), schema)
