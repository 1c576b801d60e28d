"""The client: one request to a public address, looked up once and held to, within bounds of time and size.

Who names an address may be an attacker, and so may be who answers for it. The name is therefore looked up here, once;
all of its addresses have to be public; the connection goes to one of these and to no other, while the certificate is
verified by the name. Nothing is followed, no proxy or password is taken from the environment, no cookie is kept.
"""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from types import MappingProxyType

import httpx2

from hub.outgoing.addresses import Address, Network, may_be_called, networks_of
from hub.outgoing.faults import OutgoingFault
from hub.outgoing.targets import Target, target_of
from hub.settings import Settings

AGENT = "digital-talent-hub"
MOST_ADDRESSES = 3
"""How many of a name's addresses are tried, one after another, when one cannot be reached."""
Find = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a name. OSError when there is none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, for each part of the answer, and for all together; bytes of the body."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 20.0
    largest: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``headers``: names in lower case. A redirect (3xx) is an answer like any other."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it is sent."""

    method: str
    content: bytes
    headers: Mapping[str, str]


def find_addresses(name: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of ``name``."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(at[4][0]) for at in found))


class Outgoing:
    """Calls other systems. ``networks``: allowed though they are not public; ``http``: also without TLS."""

    def __init__(
        self,
        *,
        ports: Sequence[int] = (443,),
        networks: Sequence[Network] = (),
        http: bool = False,
        limits: Limits | None = None,
        find: Find = find_addresses,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._ports, self._networks, self._http = frozenset(ports), tuple(networks), http
        self._limits = limits or Limits()
        self._find = find
        self._told_trust = trusted

    def check(self, url: str) -> Target:
        """Return where ``url`` leads, without looking its name up. Raises OutgoingFault."""
        return target_of(url, self._ports, http=self._http)

    def send(
        self,
        method: str,
        url: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:
        """Send one request and return what came back; holds up this thread. Raises OutgoingFault and nothing else."""
        until = time.monotonic() + self._limits.total
        target, call = self.check(url), Call(method, content, headers)
        addresses = self._look_up(target)
        fault = OutgoingFault("unreachable")
        for address in addresses[:MOST_ADDRESSES]:
            left = until - time.monotonic()
            if left <= 0:
                raise OutgoingFault("too_slow")
            try:
                return asyncio.run(self._ask(call, target, address, left))
            except OutgoingFault as met:
                if met.reason != "unreachable":
                    raise
                fault = met
        raise fault

    def _look_up(self, target: Target) -> Sequence[Address]:
        """Return the addresses of a name; every one of them may be called."""
        found = _within(self._limits.connect, lambda: self._find(target.name, target.port))
        try:
            addresses = [ip_address(one) for one in found]
        except ValueError:
            raise OutgoingFault("address") from None
        if not addresses:
            raise OutgoingFault("unknown_name")
        if not all(may_be_called(address, self._networks) for address in addresses):
            raise OutgoingFault("address")
        return addresses

    async def _ask(self, call: Call, target: Target, address: Address, seconds: float) -> Answer:
        timeout = httpx2.Timeout(self._limits.read, connect=self._limits.connect)
        client = httpx2.AsyncClient(verify=self._trusted, trust_env=False, follow_redirects=False, timeout=timeout)
        asked = {
            "User-Agent": AGENT,
            "Accept-Encoding": "identity",  # what is packed small may be large beyond bounds
            "Connection": "close",
            **call.headers,
            "Host": target.url.netloc.decode("ascii"),
        }
        pinned = target.url.copy_with(host=str(address))
        by_name = {"sni_hostname": target.name}
        try:
            async with asyncio.timeout(seconds), client:
                request = client.build_request(
                    call.method, pinned, content=call.content, headers=asked, extensions=by_name
                )
                response = await client.send(request, stream=True)
                try:
                    return await self._read(response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx2.ReadTimeout, httpx2.WriteTimeout, httpx2.PoolTimeout):
            raise OutgoingFault("too_slow") from None
        except httpx2.ConnectTimeout:
            raise OutgoingFault("unreachable") from None
        except httpx2.ConnectError as fault:
            raise OutgoingFault("tls" if _is_tls(fault) else "unreachable") from None
        except httpx2.HTTPError:
            raise OutgoingFault("protocol") from None

    async def _read(self, response: httpx2.Response) -> Answer:
        if response.headers.get("content-encoding", "identity").strip().casefold() not in ("", "identity"):
            raise OutgoingFault("encoding")
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > self._limits.largest:
                raise OutgoingFault("too_large")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, MappingProxyType(headers), bytes(body))

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        # The system's authorities, where a site adds its own; reading them takes a while, so it is done once.
        return self._told_trust or ssl.create_default_context()


def outgoing_of(settings: Settings, limits: Limits | None = None) -> Outgoing:
    """Return the client as ``settings`` allow it to call."""
    return Outgoing(
        ports=settings.outgoing_ports,
        networks=networks_of(settings.outgoing_networks),
        http=settings.outgoing_http,
        limits=limits,
    )


def _within(seconds: float, find: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Return what ``find`` finds; the system's look-up takes no time limit, so one that hangs is left behind."""
    found: list[Sequence[str]] = []

    def look() -> None:
        try:
            found.append(find())
        except (OSError, UnicodeError):  # no such name, or none that could be asked for
            found.append(())

    looking = threading.Thread(target=look, name="hub-look-up", daemon=True)
    looking.start()
    looking.join(seconds)
    if not found:
        raise OutgoingFault("too_slow")
    return found[0]


def _is_tls(fault: BaseException | None) -> bool:
    while fault is not None:
        if isinstance(fault, ssl.SSLError):
            return True
        fault = fault.__cause__ or fault.__context__
    return False
