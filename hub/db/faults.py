"""What the database refused, as words for a person: a conflict, a wrong value, or "try again"; never a row's values."""

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.errors import Busy, Conflict, HubError, Invalid
from matching.faults import Fault

AGAIN = frozenset({"40001", "40P01", "55P03"})
"""Two at once: could not serialize, deadlock, lock not available in time."""
SLOW = frozenset({"57014", "25P03"})
"""Ended because it took longer than it may."""
AWAY = ("08", "53", "57P", "58", "XX")
"""Connection, resources, shutdown, the system around it."""
UNIQUE = "23505"
VALUE = "22"
LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
SQLITE_AWAY = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
SQLITE_UNIQUE = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})
LOW_BYTE = 0xFF
"""SQLite's extended codes have the plain one in their low byte."""


class NoTimeZone(ValueError):  # noqa: N818  (read as a sentence)
    """A moment was told without its time zone."""


class BeyondTheDatabase(ValueError):  # noqa: N818  (read as a sentence)
    """A value that no column can hold, as an integer of more than 64 bits."""


def meaning(error: BaseException) -> HubError | None:
    """Return what ``error`` of the database means to a person, None when it is a fault of the program."""
    if isinstance(error, BeyondTheDatabase):
        return _unstorable()
    if not isinstance(error, SQLAlchemyError):
        return None
    if isinstance(error, PoolTimeout):
        return _crowded()
    if not isinstance(error, StatementError):
        return None
    original = error.orig
    if isinstance(original, NoTimeZone):
        return Invalid([Fault("", "日時には時間帯（例 +09:00）を書いてください", "give a moment its time zone")])
    if isinstance(original, OverflowError | UnicodeError):
        return _unstorable()
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(original)
    return _of_postgresql(error)


def _of_sqlite(error: sqlite3.Error) -> HubError | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code & LOW_BYTE in LOCKED:
        return _crowded()
    if code & LOW_BYTE in SQLITE_AWAY:
        return _away()
    return _twice() if error.sqlite_errorname in SQLITE_UNIQUE else None


def _of_postgresql(error: DBAPIError) -> HubError | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        # The driver itself refuses text with NUL; without a state anything else of the connection is the network's.
        data = type(error.orig).__name__ == "DataError"
        return _unstorable() if data else _away() if error.connection_invalidated or _is_operational(error) else None
    if state in AGAIN:
        return _crowded()
    if state in SLOW:
        return _slow()
    if state.startswith(AWAY):
        return _away()
    if state.startswith(VALUE):
        return _unstorable()
    return _twice() if state == UNIQUE and isinstance(error, IntegrityError) else None


def _is_operational(error: DBAPIError) -> bool:
    return type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout")


def _unstorable() -> Invalid:
    return Invalid(
        [
            Fault(
                "",
                "データベースに入らない値（大きすぎる数、NUL文字など）を直してください",
                "mend what the database cannot hold: a number too large, a NUL character",
            )
        ]
    )


def _twice() -> Conflict:
    return Conflict(
        "同じものがもう登録されています。開き直して、今の状態を確かめてください。",
        "This is there already. Open the page again and look at what is there now.",
    )


def _crowded() -> Busy:
    return Busy(
        "ほかの操作と重なったため、何も変えていません。少し待って、もう一度実行してください。",
        "Others are changing the same; nothing was changed. Wait a moment and try again.",
        seconds=2,
    )


def _slow() -> Busy:
    return Busy(
        "時間内に終わらなかったため、何も変えていません。条件を絞るか、少し待ってもう一度実行してください。",
        "This took too long and changed nothing. Narrow it down, or try again in a while.",
        seconds=10,
    )


def _away() -> Busy:
    return Busy(
        "データベースにつながらないか、空きがありません。何も変わっていません。少し待って、もう一度実行してください。",
        "The database is away or full; nothing was changed. Wait a moment and try again.",
        seconds=5,
    )
