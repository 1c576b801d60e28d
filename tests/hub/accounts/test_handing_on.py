"""Who acts is handed on: a workflow that takes an actor is never left to its default by a route or a page."""

import ast
import importlib
import inspect
from pathlib import Path

ROOT = Path(__file__).parents[3]


def imported_workflows(tree: ast.Module) -> dict[str, inspect.Signature]:
    """Return the functions a file has from ``hub.workflows``, by the name it knows them by."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hub.workflows"):
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                told = getattr(module, alias.name, None)
                if inspect.isfunction(told):
                    found[alias.asname or alias.name] = inspect.signature(told)
    return found


def test_routes_and_pages_say_who_acts():
    left_out, looked_at = [], 0
    for path in [*(ROOT / "hub" / "api").glob("*.py"), *(ROOT / "web").rglob("*.py")]:
        if "node_modules" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        known = imported_workflows(tree)
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known):
                continue
            asked = known[node.func.id].parameters.get("actor")
            if asked is None or asked.default is inspect.Parameter.empty:
                continue
            looked_at += 1
            if "actor" not in {keyword.arg for keyword in node.keywords}:
                left_out.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.func.id}")
    assert left_out == []
    assert looked_at > 20
