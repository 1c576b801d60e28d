"""account: make accounts and invite people, give and take roles, stop accounts, and the hub's own keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import guide
from hub.cli.database import load_settings, opened
from hub.cli.output import Refusal, echo_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from hub.auth.actor import Grant
    from hub.settings import Settings

PANEL = "サービス / the service"

Mail = Annotated[str, typer.Argument(metavar="MAIL", help="メールアドレス / the account's address")]
Role = Annotated[str, typer.Argument(metavar="ROLE[:SCOPE]", help="役割 / approver:202151, coordinator:20, auditor")]
ShowLink = Annotated[bool, typer.Option("--show-link", help="メールせず、ここに出す / print it instead of mailing it")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help=guide.ACCOUNT)
    group.command("new-key", help=guide.ACCOUNT_NEW_KEY)(new_key)
    group.command(help=guide.ACCOUNT_CREATE)(create)
    group.command(help=guide.ACCOUNT_INVITE)(invite)
    group.command(help=guide.ACCOUNT_RESET)(reset)
    group.command(help=guide.ACCOUNT_GRANT)(grant)
    group.command(help=guide.ACCOUNT_TAKE)(take)
    group.command(help=guide.ACCOUNT_DISABLE)(disable)
    group.command(help=guide.ACCOUNT_ENABLE)(enable)
    group.command("list", help=guide.ACCOUNT_LIST)(show)
    group.command("renew-keys", help=guide.ACCOUNT_RENEW_KEYS)(renew)
    app.add_typer(group, name="account", rich_help_panel=PANEL)


def new_key() -> None:
    """Print a new key."""
    from hub.auth.secrets import new_secret

    typer.echo(new_secret())


def create(
    *,
    mail: Annotated[str, typer.Option(help="メールアドレス / address")],
    name: Annotated[str, typer.Option(help="氏名 / name")],
    role: Annotated[list[str] | None, typer.Option(metavar="ROLE[:SCOPE]", help="役割 / roles")] = None,
    language: Annotated[str, typer.Option(help="ja / en")] = "ja",
    expert: Annotated[str | None, typer.Option(help="本人の登録のID / the profile that is theirs: exp_3f…")] = None,
    show_link: ShowLink = False,
) -> None:
    """Make an account with its roles, and the link to set its password."""
    from hub.auth.actor import LOCAL
    from hub.workflows.accounts.people import AccountDraft, create_account
    from hub.workflows.accounts.roles import give_role, invite_again

    grants = [read_grant(told) for told in role or ()]
    with writing() as (settings, session):
        account = create_account(session, LOCAL, AccountDraft(mail, name, language, expert))
        for given in grants:
            give_role(session, LOCAL, account, given)
        link = invite_again(session, LOCAL, account, by_mail=not show_link)
        address = minted(settings, session, link) if show_link else None
    typer.echo(account)
    tell_link(settings, address)


def invite(mail: Mail, *, show_link: ShowLink = False) -> None:
    """Make the link of who has no password yet once more."""
    from hub.auth.actor import LOCAL
    from hub.workflows.accounts.roles import invite_again

    with writing() as (settings, session):
        link = invite_again(session, LOCAL, account_at(session, mail), by_mail=not show_link)
        address = minted(settings, session, link) if show_link else None
    tell_link(settings, address)


def reset(
    mail: Mail,
    *,
    show_link: ShowLink = False,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="二要素認証も外す / take the second factor away too")
    ] = False,
) -> None:
    """Make a link to set a new password."""
    from hub.auth.actor import LOCAL
    from hub.workflows.accounts.links import offer_reset
    from hub.workflows.accounts.second_factor import reset_second_factor

    with writing() as (settings, session):
        account = account_at(session, mail)
        if second_factor:
            reset_second_factor(session, LOCAL, account)
        link = offer_reset(session, LOCAL, account, by_mail=not show_link)
        address = minted(settings, session, link) if show_link else None
    tell_link(settings, address)


def grant(mail: Mail, role: Role) -> None:
    """Give a role."""
    from hub.auth.actor import LOCAL
    from hub.workflows.accounts.roles import give_role

    with writing() as (_, session):
        new = give_role(session, LOCAL, account_at(session, mail), read_grant(role))
    typer.echo("与えました / given" if new else "もうあります / held already")


def take(mail: Mail, role: Role) -> None:
    """Take a role away."""
    from hub.auth.actor import LOCAL
    from hub.workflows.accounts.roles import take_role

    with writing() as (_, session):
        take_role(session, LOCAL, account_at(session, mail), read_grant(role))
    typer.echo("外しました / taken away")


def disable(mail: Mail) -> None:
    """Stop an account."""
    switch(mail, active=False)


def enable(mail: Mail) -> None:
    """Start an account again."""
    switch(mail, active=True)


def switch(mail: str, *, active: bool) -> None:
    """Stop an account or start it again."""
    from hub.auth.actor import LOCAL
    from hub.workflows.accounts.people import set_active

    with writing() as (_, session):
        set_active(session, LOCAL, account_at(session, mail), active=active)
    typer.echo("使えます / active" if active else "止めました / stopped")


def show(*, as_json: Annotated[bool, typer.Option("--json", help="結果をJSONで / the result as JSON")] = False) -> None:
    """List accounts."""
    from dataclasses import asdict

    from hub.db.transaction import reading
    from hub.workflows.accounts.people import people

    with opened(load_settings()) as engine, reading(engine) as session:
        found = people(session)
    if as_json:
        echo_json([{**asdict(person), "made_at": person.made_at.isoformat()} for person in found])
        return
    for person in found:
        roles = ", ".join(f"{held.role}:{held.scope}".rstrip(":") for held in person.grants) or "—"
        marks = [
            "使用中 active" if person.active else "停止 stopped",
            "パスワードあり password" if person.joined else "招待中 invited",
            *(["二要素 second factor"] if person.second_factor else []),
        ]
        typer.echo(f"{person.id}  {person.mail}  {person.name}  {roles}  （{'・'.join(marks)}）")


def renew() -> None:
    """Encrypt everything anew with the newest key."""
    from hub.auth.actor import LOCAL
    from hub.auth.keys import keyring_of
    from hub.workflows.accounts.second_factor import renew_keys

    with writing() as (settings, session):
        count = renew_keys(session, LOCAL, keyring_of(settings))
    typer.echo(f"暗号化し直した件数 / encrypted anew: {count:,}")


@contextmanager
def writing() -> "Iterator[tuple[Settings, Session]]":
    """Give the settings and a session that is committed at the end."""
    from hub.db.transaction import transaction

    settings = load_settings()
    with opened(settings) as engine, transaction(engine) as session:
        yield settings, session


def account_at(session: "Session", mail: str) -> str:
    """Return the account with an address; refuses one nobody has."""
    from hub.workflows.accounts.people import account_of_mail

    found = account_of_mail(session, mail)
    if found is None:
        raise Refusal(f"{mail}: このメールアドレスのアカウントはありません / no account has this address")
    return found


def minted(settings: "Settings", session: "Session", link: str) -> str:
    """Return the address of a link, with its secret."""
    from hub.models.base import utc_now
    from hub.workflows.accounts.links import mint

    return f"{settings.links_to}{mint(session, link, utc_now())}"


def tell_link(settings: "Settings", address: str | None) -> None:
    """Say where the link is."""
    if address is not None:
        typer.echo(address)
        return
    typer.echo("リンクをメールで送ります / the link goes out by mail", err=True)
    if settings.smtp_url is None:
        typer.echo(
            "HUB_SMTP_URL がないので、届きません。--show-link で画面に出せます / "
            "no mail server is set, so it will not arrive: use --show-link",
            err=True,
        )


def read_grant(told: str) -> "Grant":
    """Return the role written as ``role`` or ``role:scope``."""
    from hub.auth.actor import Grant
    from hub.models.accounts import GIVEN_ROLES

    role, _, scope = told.partition(":")
    if role not in GIVEN_ROLES:
        raise Refusal(f"{told}: 役割は次のどれかです / the roles are: {', '.join(GIVEN_ROLES)}")
    return Grant(role, scope)  # type: ignore[arg-type]  # one of the roles people are given
