"""What the product never does: run text as code, read objects from bytes, start a shell, use broken hashes."""

import ast
from pathlib import Path

import pytest

from tests.test_architecture import ROOT, python_files

NEVER = {
    "eval",
    "exec",
    "compile",
    "os.system",
    "os.popen",
    "pickle.loads",
    "pickle.load",
    "marshal.loads",
    "shelve.open",
    "yaml.unsafe_load",
    "yaml.full_load",
    "tempfile.mktemp",
    "hashlib.md5",
    "hashlib.sha1",
    "ssl._create_unverified_context",
}
GUESSABLE = ("hub", "web")
"""Where whatever is random may be a secret: ``random`` is for the solver and the samples alone."""


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def dangers(tree: ast.AST, *, guessable: bool) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = name_of(node.func)
            if name in NEVER:
                found.append(name)
            for keyword in node.keywords:
                off = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                on = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
                if (keyword.arg == "shell" and on) or (keyword.arg in ("verify", "check_hostname") and off):
                    found.append(f"{name}({keyword.arg})")
        if guessable and isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module]
            found += [module for module in modules if module in ("random", "numpy.random")]
    return found


@pytest.mark.parametrize("package", ["hub", "web", "matching", "skill_standards", "seed_data"])
def test_the_product_does_nothing_of_this(package: str):
    for path in python_files():
        if path.is_relative_to(ROOT / package):
            tree = ast.parse(path.read_text("utf-8"))
            assert dangers(tree, guessable=package in GUESSABLE) == [], path


@pytest.mark.parametrize(
    "text",
    [
        "eval(told)",
        "import random",
        "from random import choice",
        "subprocess.run(told, shell=True)",
        "httpx2.get(url, verify=False)",
        "hashlib.md5(told)",
        "pickle.loads(told)",
    ],
)
def test_each_of_it_would_be_found(text: str):
    assert dangers(ast.parse(text), guessable=True)


def test_the_image_holds_neither_the_history_nor_the_tests():
    left_out = (Path(ROOT) / ".dockerignore").read_text("utf-8").splitlines()
    assert {".git", "tests", "data", ".venv", "secrets", ".env"} <= set(left_out)
