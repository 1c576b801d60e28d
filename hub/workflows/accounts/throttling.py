"""Limits on attempts: counted before anything is compared, so that many at once are no way around them.

Nobody can lock another person out: passwords are counted for an account together with where they come from – a browser
that signed in before counts by itself –, and for an address as a whole. Only a second factor is counted for the account
alone, and who gets that far knows its password.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from hub.auth.keys import Keyring
from hub.auth.secrets import hash_of
from hub.errors import TooOften
from hub.models import SignInCount
from hub.models.base import columns, table_of
from hub.workflows.records import insert_new


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` attempts ``within`` a while, which begins with the first."""

    name: str
    most: int
    within: timedelta


QUARTER = timedelta(minutes=15)
OF_ACCOUNT_HERE = Limit("account_here", 10, QUARTER)
"""Passwords tried for one name from one address, or from one browser that had signed in with it."""
OF_ADDRESS = Limit("address", 100, QUARTER)
"""Passwords tried from one address: a whole office may share it."""
OF_SECOND_FACTOR = Limit("second_factor", 10, QUARTER)
"""Codes tried for one account by who knew its password."""
OF_PROVIDERS = Limit("providers", 100, QUARTER)
"""Answers of providers from one address. By itself: pages of others can send people to where those arrive."""
OF_OWN_PASSWORD = Limit("own_password", 10, QUARTER)
"""Times somebody signed in types their present password again."""
OF_RESETS = Limit("resets", 20, QUARTER)
"""Mail about forgotten passwords asked for from one address."""


def network_of(address: str) -> str:
    """Return what counts as one address: an IPv4 address, or the /64 network a provider gives a customer of IPv6."""
    try:
        told = ip_address(address)
    except ValueError:
        return address
    if not isinstance(told, IPv6Address):
        return str(told)
    return str(told.ipv4_mapped or IPv6Address(int(told) >> 64 << 64))


def count_attempt(session: Session, keyring: Keyring, limit: Limit, *who: str, now: datetime) -> None:
    """Count an attempt of ``who``. Raises TooOften, without counting, when there were as many as the limit allows."""
    c, key = columns(SignInCount), key_of(keyring, limit, *who)
    insert_new(session, SignInCount, [{"key": key, "attempts": 0, "ends_at": now + limit.within}])
    over = c.ends_at <= now
    counted = (
        update(table_of(SignInCount))
        .where(c.key == key, or_(over, c.attempts < limit.most))
        .values(
            attempts=case((over, 1), else_=c.attempts + 1),
            ends_at=case((over, now + limit.within), else_=c.ends_at),
        )
    )
    if session.execute(counted).rowcount == 1:  # type: ignore[attr-defined]
        return
    ends_at = session.execute(select(c.ends_at).where(c.key == key)).scalar_one()
    raise TooOften(max(1, round((ends_at - now).total_seconds())))


def use_once(session: Session, what: str, until: datetime) -> bool:
    """Return whether ``what``, which nobody can guess and which is good ``until`` then, was not used before."""
    c = columns(SignInCount)
    row = {"key": hash_of(what), "attempts": 1, "ends_at": until}
    return bool(insert_new(session, SignInCount, [row], c.key))


def forget_attempts(session: Session, keyring: Keyring, limit: Limit, *who: str) -> None:
    """Begin counting anew: it went well."""
    session.execute(delete(table_of(SignInCount)).where(columns(SignInCount).key == key_of(keyring, limit, *who)))


def take_back_attempt(session: Session, keyring: Keyring, limit: Limit, *who: str) -> None:
    """Not count the last attempt: it went well, and others share the count."""
    c = columns(SignInCount)
    mine = (c.key == key_of(keyring, limit, *who), c.attempts > 0)
    session.execute(update(table_of(SignInCount)).where(*mine).values(attempts=c.attempts - 1))


def key_of(keyring: Keyring, limit: Limit, *who: str) -> str:
    """Return what a count is kept under: signed, so that the table tells nobody's name or address."""
    return keyring.sign("throttle", "\0".join((limit.name, *who)))
