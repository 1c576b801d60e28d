"""The log: one line an event, for people or as JSON, without personal data.

Lines hold ids, numbers and the place of a fault in the code. Texts people wrote, addresses with search words, and the
messages of exceptions (which may quote a value) stay out.
"""

import json
import logging
import re
import secrets
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

NAME = "hub"
FIELDS = "hub_fields"
SIMPLE = re.compile(r"[\w./:+%-]*", re.ASCII)
_QUIET = ("uvicorn.access", "httpx", "httpcore", "alembic")
_SILENT = ("procrastinate", "psycopg.pool")
"""What tells whole tracebacks of what the hub tells in a line of its own."""


def configure(level: str = "INFO", form: str = "text", stream: TextIO | None = None) -> None:
    """Send the hub's log to ``stream`` (default: standard error) from ``level`` on; ``form``: ``text`` or ``json``."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    log = logging.getLogger(NAME)
    log.handlers[:] = [handler]
    log.setLevel(level)
    log.propagate = False
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def log_event(event: str, *, level: int = logging.INFO, fault: BaseException | None = None, **fields: Any) -> None:
    """Write ``event`` (``subject_verb``) with its ``fields``; of a ``fault``, its type and where it was raised."""
    told = {**fields, **_place(fault)} if fault else fields
    logging.getLogger(NAME).log(level, event, extra={FIELDS: told})


def new_reference() -> str:
    """Return a number to show to a person and to find in the log."""
    return secrets.token_hex(4).upper()


def _place(fault: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(fault.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    cause = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    because = {"because": type(cause).__name__} if cause else {}
    return {"fault": type(fault).__name__, **because, "at": places}


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = getattr(record, FIELDS, {})
    return found


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _plain(value: object) -> str:
    """Return ``value`` as one word; anything that could look like another field or line is quoted."""
    text = str(value)
    return text if SIMPLE.fullmatch(text) else json.dumps(text)


class JsonLines(logging.Formatter):
    """A JSON object a line: ``time``, ``level``, ``event`` and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        told = {"time": _moment(record), "level": record.levelname, "event": record.getMessage(), **_fields(record)}
        return json.dumps(told, default=str)


class TextLines(logging.Formatter):
    """A line for people: time, level, event, ``name=value``; the place of a fault beneath it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        fields = dict(_fields(record))
        places = fields.pop("at", [])
        told = " ".join(f"{name}={_plain(value)}" for name, value in fields.items())
        line = f"{_moment(record)} {record.levelname:7} {record.getMessage()} {told}".rstrip()
        return "\n".join([line, *(f"    {place}" for place in places)])
