import ast
from pathlib import Path

from hub.models.notifications import EVENT_LENGTH
from hub.workflows.events import EVENTS, OTHER_PLACE, SERVICE_ONLY, place_of

ROOT = Path(__file__).parents[3]


def told_events() -> set[str]:
    """Return the events written out in calls of ``tell`` and of what tells by it."""
    found = set()
    for path in (ROOT / "hub").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("tell"):
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                found |= {told for told in texts if ":" in told}
    return found


def test_every_event_people_are_told_of_is_said_in_both_languages():
    assert told_events() - set(EVENTS) == set()
    for event, told in EVENTS.items():
        assert event.count(":") == 1
        assert len(event) <= EVENT_LENGTH
        assert told.ja != told.en
    assert set(EVENTS) > SERVICE_ONLY


def test_a_subject_leads_to_its_page_or_to_the_notifications():
    assert place_of("request", "req_1") == "/requests/req_1"
    assert place_of("mail", "") == OTHER_PLACE
