import io
import json
import logging

import pytest

from hub import logging as hub_logging
from hub.logging import log_event


@pytest.fixture(autouse=True)
def restored():
    yield
    hub_logging.configure()


def test_a_line_of_json_holds_the_event_and_its_fields():
    stream = io.StringIO()
    hub_logging.configure(form="json", stream=stream)
    log_event("plan_ready", plan="plan_1", filled=3)
    told = json.loads(stream.getvalue())
    assert {name: told[name] for name in ("event", "plan", "filled", "level")} == {
        "event": "plan_ready",
        "plan": "plan_1",
        "filled": 3,
        "level": "INFO",
    }
    assert told["time"].endswith("+00:00")


def test_a_fault_is_logged_by_its_type_and_place_without_its_words():
    stream = io.StringIO()
    hub_logging.configure(stream=stream)
    fault = ValueError("髙橋 花子")
    try:
        raise fault from KeyError("090-1234-5678")
    except ValueError:
        log_event("request_failed", level=logging.ERROR, fault=fault)
    written = stream.getvalue()
    assert "fault=ValueError" in written
    assert "because=KeyError" in written
    assert "test_logging.py" in written
    assert "髙橋" not in written
    assert "090" not in written


def test_the_level_decides_what_is_written():
    stream = io.StringIO()
    hub_logging.configure(level="ERROR", stream=stream)
    log_event("plan_ready")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("line_end", ["\n", "\r", "\x85", "\u2028"])
def test_a_line_break_in_a_field_cannot_begin_a_line_of_its_own(line_end: str):
    for form in ("text", "json"):
        stream = io.StringIO()
        hub_logging.configure(form=form, stream=stream)
        log_event("request", path=f"/x{line_end}2026-01-01 INFO forged")
        assert len(stream.getvalue().splitlines()) == 1
