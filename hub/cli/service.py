"""serve, migrate, seed: the service and its database."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import guide
from hub.cli.configuration import refuse_unsafe
from hub.cli.database import load_settings, location, opened, prepare, unchecked
from hub.cli.output import Refusal, echo_json

if TYPE_CHECKING:
    from uvicorn import Config

    from hub.settings import Settings
    from seed_data.samples import Sample

PANEL = "サービス / the service"

Host = Annotated[str | None, typer.Option(help="配信するアドレス（ループバックのみ） / loopback address")]
Port = Annotated[int | None, typer.Option(min=1, max=65_535, help="ポート番号 / port")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(help=guide.SERVE, rich_help_panel=PANEL)(serve)
    app.command(help=guide.MIGRATE, rich_help_panel=PANEL)(migrate)
    app.command(help=guide.SEED, rich_help_panel=PANEL)(seed)


def serve(*, host: Host = None, port: Port = None) -> None:
    """Serve the pages on loopback until Ctrl-C."""
    told = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(**told)
    refuse_unsafe(settings)
    make_if_missing(settings)
    with opened(settings):
        pass
    run_server(settings)


def make_if_missing(settings: "Settings") -> None:
    """Make the tables of a database that has none yet; one of an older version is left for ``migrate``."""
    from hub.db.schema import current

    with unchecked(settings) as engine:
        if current(engine) is None:
            prepare(engine)
            typer.echo(f"データベースを作りました / made the database: {location(settings)}", err=True)


def address(settings: "Settings") -> str:
    """Return the address of the pages."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/"


def run_server(settings: "Settings", page: str = "") -> None:
    """Serve until Ctrl-C; ``page``: the path to point to. A port in use is refused in words."""
    import socket

    import uvicorn

    from hub import logging

    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen()  # who opens the address as soon as it is printed waits instead of being turned away
    except OSError as error:
        listener.close()
        raise OSError(error.errno, error.strerror, f"{settings.host}:{settings.port}") from error
    logging.configure(settings.log_level, settings.log_format)
    logging.capture_warnings()
    server = uvicorn.Server(server_configuration(settings))
    typer.echo(f"画面 / pages: {address(settings)}{page.lstrip('/')}  （Ctrl-C で終わり / ends）")
    with listener, stopping_well():
        server.run(sockets=[listener])
    if not server.started:
        raise Refusal(
            "配信を始められませんでした。上の記録を見てください / the service did not start; see the log above"
        )


def server_configuration(settings: "Settings") -> "Config":
    """Return how uvicorn serves: the log is the hub's own, and at the end answers under way are waited for."""
    import uvicorn

    from hub.app import create_app

    return uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        # uvicorn believes X-Forwarded-For and -Proto of these addresses, and of nobody else.
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=settings.stop_seconds,
    )


@contextmanager
def stopping_well() -> Iterator[None]:
    """Let the process end with 0 when it is told to: the server raises the signal once more when it is done."""
    handlers = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)


def migrate() -> None:
    """Bring the database up to date, with the register of municipalities."""
    settings = load_settings()
    with unchecked(settings) as engine:
        loaded = prepare(engine)
    typer.echo(f"データベースは最新です / up to date: {location(settings)}")
    if loaded:
        typer.echo(f"団体の登録簿 / register of municipalities: {loaded:,}")


def seed(
    *,
    experts: Annotated[int, typer.Option(min=0, max=50_000, help="見本の専門人材の数 / how many experts")] = 0,
    requests: Annotated[int, typer.Option(min=0, max=50_000, help="見本の人材ニーズの数 / how many requests")] = 0,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="乱数の種 / seed")] = 0,
    cases: Annotated[bool, typer.Option("--cases", help="実在の事例の人材ニーズ / requests from real cases")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="結果をJSONで / the result as JSON")] = False,
) -> None:
    """Load the register, and samples where they are asked for."""
    from hub.db.transaction import transaction
    from hub.workflows.seeding import store_sample

    sample = wanted_sample(experts, requests, seed, cases=cases)
    with opened(load_settings()) as engine, transaction(engine) as session:
        stored = store_sample(session, sample)
    if as_json:
        echo_json({name: getattr(stored, name) for name in ("organizations", "experts", "requests")})
        return
    typer.echo(
        f"加えたもの / added: 団体 organizations {stored.organizations:,}・専門人材 experts {stored.experts:,}・"
        f"人材ニーズ requests {stored.requests:,}"
    )


def wanted_sample(experts: int, requests: int, seed: int, *, cases: bool) -> "Sample":
    """Return the samples asked for; with ``cases``, the hand-made requests come first."""
    from dataclasses import replace

    from seed_data.cases import cases as hand_made
    from seed_data.generator import generate

    sample = generate(experts=experts, requests=requests, seed=seed)
    if not cases:
        return sample
    return replace(sample, requests=(*hand_made(sample.months[0]), *sample.requests))
