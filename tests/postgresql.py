"""A PostgreSQL server of the tests' own: begun when a test first needs it, ended with the process that began it.

Debian's package ``postgresql`` has to be there (``bin/test`` installs it), or ``HUB_TEST_POSTGRESQL_URL`` names a
server whose role may create databases. Each process of pytest-xdist has a server, and each test a database, of its own.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

GIVEN = "HUB_TEST_POSTGRESQL_URL"
DEBIAN = Path("/usr/lib/postgresql")
OWNER = "postgres"
"""Who runs the server when root runs the tests: initdb and postgres refuse root."""
ROLE = "hub"
DRIVER = "postgresql+psycopg"
START_SECONDS = 60
MEMORY = Path("/dev/shm")
ROOM = 1 << 30
MISSING = (
    "PostgreSQL is not installed. Run bin/test (which installs Debian's package), or give the URL of a server in "
    f"{GIVEN}, or leave these tests out: pytest -k 'not postgresql'"
)
LASTING = ("shared_buffers=64MB", "max_connections=200", "max_wal_size=256MB", "listen_addresses=")
"""No address is listened on: the socket is in a folder of its owner."""
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", *LASTING)
"""A test's data need not survive a power cut, nor, in most tests, the server's own sudden end."""

GUARD = """
"$@" &
server=$!
cat > /dev/null
kill -INT $server 2> /dev/null
wait $server
rm -rf "$FOLDER"
"""
"""Ends the server and takes its folder away once nobody holds the other end of its input, however that came."""


class NotInstalled(Exception):  # noqa: N818
    """There is no PostgreSQL to run."""


@dataclass
class Server:
    """A running server. ``url`` is that of its maintenance database."""

    url: URL
    _made: list[str] = field(default_factory=list)
    _names: str = field(default_factory=lambda: f"hub_test_{os.getpid()}_{secrets.token_hex(3)}")

    def make(self, template: str | None = None) -> URL:
        """Make a database, a copy of ``template`` (its name) where one is given, and return its URL."""
        name = f"{self._names}_{len(self._made)}"
        # Unlike the file copy, the copy by log needs no checkpoint of the whole server.
        copied = f'TEMPLATE "{template}" STRATEGY wal_log' if template else "TEMPLATE template0 ENCODING 'UTF8'"
        self._run(f'CREATE DATABASE "{name}" {copied}')
        self._made.append(name)
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        """Take a database away, whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')

    def drop_all(self) -> None:
        """Take away every database made here."""
        for name in reversed(self._made):
            with contextlib.suppress(psycopg.Error):
                self.drop(self.url.set(database=name))

    def _run(self, statement: str) -> None:
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)


def programs() -> Path:
    """Return the folder with ``initdb`` and ``postgres``, of the newest version that is installed."""
    versions = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    if versions:
        return max(versions, key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    if found is None:
        raise NotInstalled(MISSING)
    return Path(found).resolve().parent


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Give a server: the one that is named in the environment, or one begun here and ended at the end."""
    given = os.environ.get(GIVEN)
    if given:
        url = make_url(given)
        server = Server(url.set(drivername=DRIVER, database=url.database or "postgres"))
        try:
            yield server
        finally:
            server.drop_all()
        return
    with begun() as folder:
        yield Server(URL.create(DRIVER, username=ROLE, database="postgres", query={"host": str(folder)}))


@contextlib.contextmanager
def begun(settings: Sequence[str] = FAST, place: Path | None = None) -> Iterator[Path]:
    """Begin a server in a folder of its own (in ``place``), and give the folder with its socket."""
    found = programs()
    folder = Path(tempfile.mkdtemp(prefix="hub-postgresql-", dir=place or _quickest_place()))
    # Whoever ends us may do so before we can: only a process that outlives us can end the server for certain.
    if os.getuid() == 0:
        shutil.chown(folder, OWNER)
    initdb = ("-U", ROLE, "-A", "trust", "--no-sync", "--locale=C", "--encoding=UTF8")
    try:
        command = (found / "initdb", "-D", folder / "data", *initdb)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **_as_owner())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    with serving(folder, settings):
        yield folder


def _as_owner() -> dict[str, Any]:
    if os.getuid() != 0:
        return {}
    return {"user": OWNER, "group": pwd.getpwnam(OWNER).pw_gid, "extra_groups": []}


@contextlib.contextmanager
def serving(folder: Path, settings: Sequence[str]) -> Iterator[None]:
    """Run a server on the data in ``folder``, also after one there that was killed; the folder goes with it."""
    log = folder / "log"
    words = [word for setting in (*settings, f"unix_socket_directories={folder}") for word in ("-c", setting)]
    command = ("sh", "-c", GUARD, "guard", programs() / "postgres", "-D", folder / "data", *words)
    environment = {**os.environ, "FOLDER": str(folder)}
    reading, writing = os.pipe()
    with contextlib.ExitStack() as ending, Path(os.devnull).open("w") as nowhere:
        errors = ending.enter_context(log.open("w"))
        guard = subprocess.Popen(
            command,
            stdin=reading,
            stdout=nowhere,
            stderr=errors,
            start_new_session=True,
            cwd=folder,
            env=environment,
            **_as_owner(),
        )
        os.close(reading)
        try:
            _wait(folder, log)
            yield
        finally:
            os.close(writing)
            guard.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _quickest_place() -> Path | None:
    """Return the folder in memory, where there is one with room: copies of databases take a tenth of the time there."""
    room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free
    return MEMORY if room > ROOM else None


def _wait(folder: Path, log: Path) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(host=str(folder), user=ROLE, dbname="postgres").close()
        except psycopg.OperationalError as error:
            if "database system is shut down" in log.read_text() or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}") from error
            time.sleep(0.05)
        else:
            return
