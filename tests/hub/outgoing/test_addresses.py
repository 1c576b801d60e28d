"""Only what everybody reaches is public: no way leads into this machine or the networks around it."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.outgoing.addresses import NOT_PUBLIC_V4, NOT_PUBLIC_V6, is_public, may_be_called, networks_of

PUBLIC_V4 = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "203.178.141.194", "172.15.0.1", "172.32.0.1", "100.63.0.1"]
PUBLIC_V6 = ["2606:4700::1111", "2001:4860:4860::8888", "2400:2410::1", "2a00:1450::1", "2001:200::1"]
INSIDE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.170", "192.88.99.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "2606:4700::1111%eth0",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC_V4 + PUBLIC_V6)
def test_what_everybody_reaches_is_public(address: str):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", INSIDE)
def test_what_leads_inside_is_not(address: str):
    assert not is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_nothing_of_ipv4_is_public_that_the_library_calls_special(address: IPv4Address):
    special = (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or address.is_loopback
        or address.is_link_local
        or address.is_private
        or address.is_unspecified
    )
    assert not (is_public(address) and special)


@given(st.ip_addresses(v=6))
def test_nothing_of_ipv6_is_public_that_the_library_calls_special_or_that_carries_ipv4(address: IPv6Address):
    special = not address.is_global or address.is_multicast or address.is_reserved or address.is_site_local
    carries = address.ipv4_mapped or address.sixtofour or address.teredo
    assert not (is_public(address) and (special or carries))


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_public_by_being_carried_in_ipv6(inner: IPv4Address):
    bits = int(inner)
    carriers = {
        "mapped": (0xFFFF << 32) | bits,
        "compatible": bits,
        "translated": (0xFFFF << 48) | bits,
        "NAT64": int(IPv6Address("64:ff9b::")) | bits,
        "local NAT64": int(IPv6Address("64:ff9b:1::")) | bits,
        "6to4": (0x2002 << 112) | (bits << 80) | 1,
        "Teredo server": (0x20010000 << 96) | (bits << 64),
        "Teredo client": (0x20010000 << 96) | (bits ^ 0xFFFFFFFF),
    }
    assert [name for name, value in carriers.items() if is_public(IPv6Address(value))] == []


@given(st.sampled_from([*NOT_PUBLIC_V4, *NOT_PUBLIC_V6]), st.integers(min_value=0))
def test_every_address_of_a_special_network_is_refused(network, offset: int):
    assert not is_public(network[offset % network.num_addresses])


def test_a_site_allows_its_own_networks_and_no_address_that_only_carries_one():
    own = networks_of(["10.1.2.0/24", "fd00:1::/64"])
    assert may_be_called(ip_address("10.1.2.7"), own)
    assert may_be_called(ip_address("fd00:1::7"), own)
    assert may_be_called(ip_address("1.1.1.1"), own)
    for other in ("10.1.3.7", "::ffff:10.1.2.7", "64:ff9b::a01:207", "127.0.0.1"):
        assert not may_be_called(ip_address(other), own)
    assert ip_network("10.1.2.0/24") in own
