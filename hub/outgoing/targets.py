"""Where a URL leads, as far as can be told without looking its name up: what people may give as an address."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import httpx2

from hub.outgoing.faults import OutgoingFault

LONGEST_URL = 2000
NAME = re.compile(rb"[0-9A-Za-z.:_-]+")
"""A name in ASCII, or an address."""
UNSAFE = frozenset(' \\"<>^`{|}')
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be called, if the addresses of its name may."""

    url: httpx2.URL
    name: str
    port: int


def target_of(url: str, ports: Collection[int] = (443,), *, http: bool = False) -> Target:
    """Return where ``url`` leads; ``http``: also without TLS. Raises OutgoingFault."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or set(url) & UNSAFE:
        raise OutgoingFault("no_url")
    try:
        told = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise OutgoingFault("no_url") from None
    if not NAME.fullmatch(told.raw_host):
        raise OutgoingFault("no_url")
    if told.scheme != "https" and not (http and told.scheme == "http"):
        raise OutgoingFault("scheme")
    if told.userinfo or "@" in url.partition("://")[2].partition("/")[0]:
        raise OutgoingFault("credentials")
    port = told.port or PORTS[told.scheme]
    if port not in ports:
        raise OutgoingFault("port")
    return Target(told.copy_with(fragment=None), told.raw_host.decode("ascii"), port)
