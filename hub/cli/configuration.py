"""check-configuration, check-health: whether a hub may be served as it is set, and whether the one served is well.

What is unsafe is refused before anything is served, and each refusal names the setting and what to do.
"""

import ipaddress
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from hub.cli import guide
from hub.cli.database import load_settings, location, unchecked
from hub.cli.output import Exit, Refusal, file_trouble

if TYPE_CHECKING:
    from hub.settings import Settings

PANEL = "サービス / the service"
SHORTEST_TOKEN = 24
FEWEST_DIFFERENT = 12
"""A key made at random has more different characters than this; ``changeme…`` or one letter again and again has not."""
WELL_KNOWN = ("changeme", "change-me", "example", "secret", "password", "default", "digital-talent-hub")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is unsafe: the setting's variable, and what to do, in both languages."""

    setting: str
    ja: str
    en: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.ja} / {self.en}"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(name="check-configuration", help=guide.CHECK_CONFIGURATION, rich_help_panel=PANEL)(check_configuration)
    app.command(name="check-health", help=guide.CHECK_HEALTH, rich_help_panel=PANEL)(check_health)


def check_configuration() -> None:
    """Say whether the service would start as it is set; nothing is served or changed."""
    settings = load_settings()
    refuse_unsafe(settings)
    refuse_old_schema(settings)
    typer.echo(f"安全に配信できる設定です / the configuration is safe to serve: {location(settings)}")


def check_health() -> None:
    """Ask the service on this machine whether it is ready; exit code 1 when it is not."""
    from hub.outgoing.addresses import networks_of
    from hub.outgoing.client import Outgoing
    from hub.outgoing.faults import OutgoingFault

    settings = load_settings()
    name = settings.allowed_hosts[0] if settings.allowed_hosts else "localhost"
    here = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host.strip("[]")  # noqa: S104
    here = "127.0.0.1" if here == "localhost" else here
    own = networks_of([here])
    client = Outgoing(ports=[settings.port], networks=own, http=True, find=lambda *_: [here])
    try:
        answer = client.send("GET", f"http://{name}:{settings.port}/health/ready")
    except OutgoingFault as fault:
        raise Refusal(f"{here}:{settings.port}: {fault.ja} / {fault.en}", code=Exit.VIOLATIONS) from fault
    typer.echo(answer.body.decode("utf-8", "replace").strip())
    if answer.status != 200:
        raise typer.Exit(Exit.VIOLATIONS)


def refuse_unsafe(settings: "Settings") -> None:
    """Refuse to serve in a way that lets in who should not come in, with one line for each reason."""
    found = findings(settings)
    if found:
        raise Refusal(*(str(one) for one in found))


def refuse_old_schema(settings: "Settings") -> None:
    """Refuse a database of another version; one without tables is made by ``serve``."""
    from hub.db.engine import database_url
    from hub.db.schema import current, require_newest

    url = database_url(settings)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return
    with unchecked(settings) as engine:
        if current(engine) is not None:
            require_newest(engine)


def findings(settings: "Settings") -> Sequence[Finding]:
    """Return everything that is unsafe in ``settings``, as far as can be told without the database."""
    if settings.sign_in == "local":
        return list(of_nobody_signing_in(settings))
    found = [*of_key(settings), *of_secret_files(settings)]
    if is_open(settings):
        found += [*of_transport(settings), *of_hosts(settings), *of_debugging(settings), *of_calls(settings)]
    return found


def is_open(settings: "Settings") -> bool:
    """Return whether others than this machine reach the hub, at its own address or through what stands in front."""
    return not is_loopback(settings.host) or not is_loopback(urlsplit(settings.links_to).hostname or "")


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def of_nobody_signing_in(settings: "Settings") -> Iterator[Finding]:
    """Find how other machines would reach a hub where whoever reaches it may change all."""
    if not is_loopback(settings.host):
        yield Finding(
            f"--host {settings.host}",
            "サインインなし（HUB_SIGN_IN=local）では、このマシンの中（127.0.0.1）でだけ配信します。",
            "without sign-in (HUB_SIGN_IN=local) the service listens on this machine alone.",
        )
    elif is_open(settings) or not all(is_loopback(host) for host in settings.allowed_hosts):
        yield Finding(
            "HUB_SIGN_IN",
            "localでは、HUB_PUBLIC_URL も HUB_ALLOWED_HOSTS もこのマシンの名前だけにするか、required にしてください。",
            "with local, HUB_PUBLIC_URL and HUB_ALLOWED_HOSTS may name this machine alone; or set it to required.",
        )


def of_key(settings: "Settings") -> Iterator[Finding]:
    """Find keys that are missing, too short, or that anybody could guess."""
    from hub.auth.keys import keys_of, unusable_keys
    from hub.errors import Conflict

    name = "HUB_SECRET_KEY_FILE" if settings.secret_key_file is not None else "HUB_SECRET_KEY"
    try:
        keys = keys_of(settings)
    except Conflict:
        missing = unusable_keys()
        yield Finding(name, missing.ja, missing.en)
        return
    except OSError as error:
        yield Finding(name, *file_trouble(error).rsplit(" / ", 1))
        return
    if any(_is_guessable(key) for key in keys):
        yield Finding(
            name,
            "見本のままか、単純な鍵があります。talent-hub account new-key で作ったものに替えてください。",
            "one of the keys is an example or simple; replace it with one made by talent-hub account new-key.",
        )


def _is_guessable(key: str) -> bool:
    plain = key.casefold()
    return len(set(key)) < FEWEST_DIFFERENT or any(word in plain for word in WELL_KNOWN)


def of_secret_files(settings: "Settings") -> Iterator[Finding]:
    """Find secrets in files that other users of the machine could read or change, and tokens that are too short."""
    for name in ("secret_key_file", "smtp_password_file", "metrics_token_file"):
        file: Path | None = getattr(settings, name)
        if file is None:
            continue
        variable = f"HUB_{name.upper()}"
        try:
            mode = stat.S_IMODE(file.stat().st_mode)
        except OSError as error:
            if name != "secret_key_file":  # that one was missed already
                yield Finding(variable, *file_trouble(error).rsplit(" / ", 1))
            continue
        if mode & (stat.S_IRWXO | stat.S_IWGRP):
            yield Finding(
                variable,
                f"ほかの利用者が読み書きできます（{mode:04o}）。chmod 600 {file} を実行してください。",
                f"others may read or change the file ({mode:04o}): run chmod 600 {file}.",
            )
    yield from _of_token(settings)


def _of_token(settings: "Settings") -> Iterator[Finding]:
    from hub.settings import read_secret

    try:
        token = read_secret(settings.metrics_token_file, settings.metrics_token)
    except OSError:
        return
    if token is not None and len(token) < SHORTEST_TOKEN:
        yield Finding(
            "HUB_METRICS_TOKEN",
            f"{SHORTEST_TOKEN}文字以上にしてください。talent-hub account new-key で作れます。",
            f"make it at least {SHORTEST_TOKEN} characters; talent-hub account new-key makes one.",
        )


def of_transport(settings: "Settings") -> Iterator[Finding]:
    """Find passwords and sessions going over the network in the clear."""
    if not settings.links_to.startswith("https://"):
        yield Finding(
            "HUB_PUBLIC_URL",
            "ほかのマシンからは TLS が要ります。前段で終端し、HUB_PUBLIC_URL を https:// で。",
            "other machines need TLS: end it in front, and set HUB_PUBLIC_URL to https://….",
        )


def of_hosts(settings: "Settings") -> Iterator[Finding]:
    """Find names that anybody could give the hub, and proxies that anybody could be."""
    host = urlsplit(settings.links_to).hostname or ""
    if host not in settings.allowed_hosts or "*" in settings.allowed_hosts:
        yield Finding(
            "HUB_ALLOWED_HOSTS",
            f"受け付ける名前を並べてください。HUB_PUBLIC_URL の {host} が要り、* は使えません。",
            f"list the names that are accepted: {host} of HUB_PUBLIC_URL is needed, and * is not taken.",
        )
    if any(one == "*" or one.endswith("/0") for one in settings.trusted_proxies):
        yield Finding(
            "HUB_TRUSTED_PROXIES",
            "前段のアドレスだけを並べてください。だれでも信じると、送り元を偽れます。",
            "list the addresses of your proxies alone: otherwise anybody may claim to come from anywhere.",
        )


def of_debugging(settings: "Settings") -> Iterator[Finding]:
    """Find what tells more than a log of others' data may."""
    if settings.log_level == "DEBUG":
        yield Finding("HUB_LOG_LEVEL", "INFO か、それより粗くしてください。", "set it to INFO or above.")
    for variable in ("PYTHONDEVMODE", "PYTHONASYNCIODEBUG"):
        if os.environ.get(variable) or (variable == "PYTHONDEVMODE" and sys.flags.dev_mode):
            yield Finding(variable, "開発用の動作です。外してください。", "this is for development; unset it.")


def of_calls(settings: "Settings") -> Iterator[Finding]:
    """Find calls to other systems that anybody on the way could read."""
    if settings.outgoing_http:
        yield Finding(
            "HUB_OUTGOING_HTTP", "試すときだけの設定です。外してください。", "this is for trials alone; unset it."
        )
