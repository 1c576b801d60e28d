"""The log: one line an event, for people or as JSON, without personal data.

Lines hold ids, numbers and the place of a fault in the code. Texts people wrote, addresses with search words, and the
messages of exceptions (which may quote a value) stay out; what libraries log is told by its place, without its words.
"""

import json
import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TextIO

NAME = "hub"
FIELDS = "hub_fields"
SIMPLE = re.compile(r"[\w./:+%-]*", re.ASCII)
_QUIET = ("uvicorn.access", "httpx2", "httpcore2", "alembic")
_SILENT = ("procrastinate", "psycopg.pool")
"""What tells whole tracebacks of what the hub tells in a line of its own."""


@dataclass(frozen=True, slots=True)
class Following:
    """A request while it is answered: its id is in every line about it, and what is counted of it is kept here."""

    request_id: str
    happened: list[str] = field(default_factory=list)


_FOLLOWING: ContextVar[Following | None] = ContextVar("hub_following", default=None)


@contextmanager
def following(request_id: str) -> Iterator[Following]:
    """Let every line written within, also in threads begun from here, carry ``request_id``."""
    made = Following(request_id)
    token = _FOLLOWING.set(made)
    try:
        yield made
    finally:
        _FOLLOWING.reset(token)


def configure(level: str = "INFO", form: str = "text", stream: TextIO | None = None) -> None:
    """Send the hub's log to ``stream`` (default: standard error) from ``level`` on; ``form``: ``text`` or ``json``.

    What libraries have to say goes there too, from warnings on.
    """
    formatter = JsonLines() if form == "json" else TextLines()
    log = logging.getLogger(NAME)
    log.handlers[:] = [_handler(stream, formatter)]
    log.setLevel(level)
    log.propagate = False
    others = _handler(stream, LibraryLines(formatter))
    root = logging.getLogger()
    root.handlers[:] = [one for one in root.handlers if not isinstance(one.formatter, LibraryLines)] + [others]
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def capture_warnings() -> None:
    """Have Python's warnings logged as libraries' lines are: for a process that serves, not for tests."""
    logging.captureWarnings(capture=True)


def _handler(stream: TextIO | None, formatter: logging.Formatter) -> logging.Handler:
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    return handler


def log_event(event: str, *, level: int = logging.INFO, fault: BaseException | None = None, **fields: Any) -> None:
    """Write ``event`` (``subject_verb``) with its ``fields``; of a ``fault``, its type and where it was raised."""
    told = {**fields, **_place(fault)} if fault else fields
    if (request := _FOLLOWING.get()) is not None:
        told = {**told, "request_id": request.request_id}
    logging.getLogger(NAME).log(level, event, extra={FIELDS: told})


def count_event(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write ``event`` as ``log_event`` does, and let whoever counts the events of requests know of it."""
    if (request := _FOLLOWING.get()) is not None:
        request.happened.append(event)
    log_event(event, level=level, **fields)


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


class LibraryLines(logging.Formatter):
    """What a library logs, in the hub's own form: whose line, where, and the fault's type and place; not its words."""

    def __init__(self, lines: logging.Formatter) -> None:
        super().__init__()
        self._lines = lines

    def format(self, record: logging.LogRecord) -> str:
        """Return the record without what its message and its exception say."""
        told: dict[str, Any] = {"logger": record.name, "place": f"{record.module}:{record.lineno}"}
        if record.exc_info and record.exc_info[1] is not None:
            told |= _place(record.exc_info[1])
        shown = logging.makeLogRecord({**record.__dict__, "msg": "library", "args": (), FIELDS: told})
        return self._lines.format(shown)
