import ast
from collections.abc import Iterator
from pathlib import Path

from hub.workflows.audit_actions import ACTIONS, action_table
from hub.workflows.life_cycles import LIFE_CYCLES

ROOT = Path(__file__).parents[3]
MOVES = {f"{cycle.kind}:{move.name}" for cycle in LIFE_CYCLES for move in cycle.moves}
BY_MOVE = 'f"{cycle.kind}:{made.name}"'


def calls_of_record() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of ``record`` in a file that has it from the audit log."""
    for folder in ("hub", "web"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text("utf-8")
            if "hub.workflows.audit import" not in source or "record" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record":
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def literals(node: ast.expr) -> list[str] | None:
    """Return the actions an argument can be, None when it is not written out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        one, other = literals(node.body), literals(node.orelse)
        return None if one is None or other is None else one + other
    return sorted(MOVES) if ast.unparse(node).replace("'", '"') == BY_MOVE else None


def test_every_action_recorded_is_written_out_and_listed():
    unlisted = []
    for place, call in calls_of_record():
        found = literals(call.args[2])
        unlisted += [(place, action) for action in found or ["not written out"] if action not in ACTIONS]
    assert unlisted == []


def test_every_listed_action_is_recorded_somewhere():
    used = {action for _, call in calls_of_record() for action in literals(call.args[2]) or ()}
    assert set(ACTIONS) - used == set()
    assert used >= MOVES


def test_the_document_shows_every_action():
    assert action_table() in (ROOT / "docs" / "audit.md").read_text("utf-8")


def test_an_action_is_a_subject_and_a_verb_in_both_languages():
    for name, told in ACTIONS.items():
        subject, verb = name.split(":")
        assert (subject.isidentifier(), verb.isidentifier()) == (True, True)
        assert told.ja
        assert told.en
