"""What a command says and writes: refusals instead of tracebacks, files that are whole or not there, progress."""

import errno
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import typer
from typer.core import TyperGroup

STANDARD = Path("-")
"""Given as a file: standard input or output."""

PRIVATE = 0o600

PLAIN_EVERY = 5.0
"""Seconds between two lines of progress where standard error is no terminal."""


class Exit(IntEnum):
    """Exit codes, as documented in ``docs/cli.md``."""

    GOOD = 0
    VIOLATIONS = 1
    REFUSED = 2
    PINS_CLASH = 3
    NO_PLAN = 4


class Refusal(Exception):  # noqa: N818  not an error of the program: what a person asked for cannot be done
    """What was asked for cannot be done; each line says why and how to go on. Nothing was written."""

    def __init__(self, *lines: str, code: Exit = Exit.REFUSED) -> None:
        self.lines = lines
        self.code = code
        super().__init__("\n".join(lines))


class HubGroup(TyperGroup):
    """The command line as a whole: turns what can go wrong for a person into lines on standard error."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; a refusal, bad input or a failing file becomes messages and an exit code."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            lines, code = explained(error)
            if not lines:
                raise
            for line in lines:
                typer.echo(line, err=True)
            raise typer.Exit(code) from error


def explained(error: Exception) -> tuple[Sequence[str], Exit]:
    """Return the lines that explain ``error`` to a person and the exit code; no line: it is a fault of the program."""
    from hub.errors import HubError
    from hub.workflows.sheets.faults import CellError
    from matching.faults import ProblemError

    if isinstance(error, Refusal):
        return error.lines, error.code
    if isinstance(error, ProblemError):
        return [str(fault) for fault in error.faults], Exit.REFUSED
    if isinstance(error, HubError | CellError):
        return [str(error)], Exit.REFUSED
    if isinstance(error, OSError) and error.errno != errno.EPIPE:
        return [file_trouble(error)], Exit.REFUSED
    if (trouble := database_trouble(error)) is not None:
        return [trouble], Exit.REFUSED
    return [], Exit.REFUSED


def file_trouble(error: OSError) -> str:
    """Return one line that says what is wrong with a file or folder."""
    place = f"{error.filename}: " if error.filename else ""
    reasons = {
        errno.ENOENT: ("ファイルかフォルダーがありません", "no such file or folder"),
        errno.ENOTDIR: ("フォルダーではありません", "not a folder"),
        errno.EISDIR: ("ファイルではなくフォルダーです", "it is a folder, not a file"),
        errno.EACCES: ("読み書きする権限がありません", "permission denied"),
        errno.EPERM: ("読み書きする権限がありません", "permission denied"),
        errno.EROFS: ("書き込めない場所です", "the place is read-only"),
        errno.ENOSPC: ("ディスクに空きがありません。何も書いていません", "the disk is full; nothing was written"),
        errno.EDQUOT: ("容量の割り当てを超えました。何も書いていません", "disk quota exceeded; nothing was written"),
        errno.EFBIG: ("ファイルが大きすぎて書けません", "the file would be too large"),
        errno.ENAMETOOLONG: ("ファイル名が長すぎます", "the file name is too long"),
        errno.EADDRINUSE: (
            "そのポートは使われています。--port で変えてください",
            "the port is in use; choose another with --port",
        ),
    }
    ja, en = reasons.get(error.errno or 0, ("読み書きできません", error.strerror or "cannot be read or written"))
    return f"{place}{ja} / {en}"


def database_trouble(error: Exception) -> str | None:
    """Return one line if ``error`` comes from the database, else None."""
    database = sys.modules.get("sqlalchemy.exc")
    if database is None or not isinstance(error, database.DatabaseError):
        return None
    reason = str(getattr(error, "orig", "")).splitlines()[0] if getattr(error, "orig", None) else type(error).__name__
    if "no such table" in reason or "no such column" in reason:
        return "データベースが古いか空です。talent-hub migrate を実行してください / run: talent-hub migrate"
    return f"データベースを使えません（{reason}） / the database cannot be used ({reason})"


def read_bytes(path: Path) -> bytes:
    """Return the content of a file, or of standard input for ``-``."""
    return sys.stdin.buffer.read() if path == STANDARD else path.read_bytes()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside it first, then renamed over it. ``-`` is standard output."""
    if path == STANDARD:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    target = path.resolve()
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        with named(path):
            target.write_bytes(content)
        return
    with whole_file(path) as file:
        file.write(content)


@contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Give a file beside ``path`` to write to; it becomes ``path`` at the end, or nothing does if writing fails.

    ``private``: only its owner may read it. An old file keeps its mode, unless the new one is private.
    """
    target = path.resolve()
    beside = target.with_name(f".{target.name[:60]}.{secrets.token_hex(4)}.part")
    try:
        with named(path), beside.open("xb") as file:
            if private:
                beside.chmod(PRIVATE)
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists() and not private:
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        with named(path):
            beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Let a failure name ``path``, the file a person asked for."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def check_target(path: Path | None, *sources: Path) -> None:
    """Refuse, before long work begins, an output that cannot be written or that is one of the inputs."""
    if path is None or path == STANDARD:
        return
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not path.resolve().parent.is_dir():
        raise Refusal(f"{path}: フォルダーがありません / its folder does not exist")
    if not os.access(path if path.exists() else path.resolve().parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    if any(source.exists() and path.exists() and path.samefile(source) for source in sources):
        raise Refusal(f"{path}: 読むファイルと同じです。別の名前にしてください / this is an input; give another name")


def echo_json(value: object) -> None:
    """Print ``value`` as JSON for a script."""
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def fail(lines: Iterable[str], code: Exit) -> NoReturn:
    """End the command with ``lines`` on standard error."""
    raise Refusal(*lines, code=code)


def on_terminal() -> bool:
    """Tell whether a person watches standard error."""
    return sys.stderr.isatty()


@contextmanager
def live_line() -> Iterator[Callable[[str], None]]:
    """Give a function that shows the state of long work: one line renewed on a terminal, else a line now and then."""
    if on_terminal():
        from rich.console import Console
        from rich.text import Text

        with Console(stderr=True).status("…") as status:

            def renew(text: str) -> None:
                status.update(Text(text))

            yield renew
        return
    told = [time.monotonic()]

    def plain(text: str) -> None:
        if time.monotonic() - told[0] >= PLAIN_EVERY:
            told[0] = time.monotonic()
            typer.echo(text, err=True)

    yield plain


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function (done, total) that moves a progress bar on a terminal, and does nothing elsewhere."""
    if not on_terminal():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
