"""Which addresses are public: reachable by everybody, and no way into this machine or the networks around it.

``ipaddress`` of Python 3.11 calls multicast, 6to4, NAT64 and others *global*, whatever IPv4 address they carry, so the
registries of special addresses (IANA, RFC 6890) are asked here, and of IPv6 only what is handed out (2000::/3).
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

NOT_PUBLIC_V4: tuple[IPv4Network, ...] = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by providers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and the clouds' descriptions of a machine
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
HANDED_OUT_V6 = IPv6Network("2000::/3")
"""All unicast IPv6 there is in public; loopback, IPv4-mapped, NAT64 (64:ff9b::/96), local and multicast are outside."""
NOT_PUBLIC_V6: tuple[IPv6Network, ...] = tuple(
    IPv6Network(one)
    for one in (
        "2001::/23",  # protocol assignments, among them Teredo (2001::/32), which carries an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def is_public(address: Address) -> bool:
    """Return whether ``address`` is one that everybody reaches, and that leads nowhere else."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    if address.scope_id is not None or address not in HANDED_OUT_V6:
        return False
    return not any(address in network for network in NOT_PUBLIC_V6)


def may_be_called(address: Address, besides: Collection[Network] = ()) -> bool:
    """Return whether ``address`` is public, or in one of the networks a site allows ``besides``."""
    return is_public(address) or any(address in network for network in besides)


def networks_of(told: Collection[str]) -> tuple[Network, ...]:
    """Return networks as they are written (``10.1.2.0/24``). ValueError for what is none."""
    return tuple(ip_network(one) for one in told)
