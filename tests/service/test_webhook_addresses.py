"""Which addresses webhooks may reach."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from saywhy.errors import InvalidInput
from service.webhooks.addresses import LONGEST_URL, AddressRefused, Outgoing, check_url, is_public, reachable

#: Addresses of networks around a server, in every way to write them.
FORBIDDEN = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::a00:1", "2002:7f00:1::",
    "2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "3fff::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "5f00::1",
]  # fmt: skip

PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2001:4860:4860::8888", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_of_networks_are_not_public(address: str) -> None:
    """Private, loopback, link-local, shared, multicast, reserved and metadata addresses, also inside IPv6 ones."""
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefused, match="not on the internet"):
        reachable("innocent.example", 443, Outgoing(), lambda *_: [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    """Others may be reached, also over NAT64."""
    assert is_public(ip_address(address))
    assert reachable("receiver.example", 443, Outgoing(), lambda *_: [address]) == [address]


def test_one_private_address_is_enough_to_refuse() -> None:
    """A host with a public and a private address is refused: either might be connected to."""
    with pytest.raises(AddressRefused):
        reachable("rebinding.example", 443, Outgoing(), lambda *_: ["8.8.8.8", "10.0.0.1"])


def test_named_hosts_may_be_anywhere() -> None:
    """A host in the settings is reached wherever it is, in any case of letters, and no other host of that address."""
    outgoing = Outgoing.of(" Receiver.internal ,127.0.0.1, [::1]")
    assert reachable("receiver.INTERNAL.", 80, outgoing, lambda *_: ["10.0.0.1"]) == ["10.0.0.1"]
    assert check_url("http://[::1]:8080/hook", outgoing).hostname == "::1"
    with pytest.raises(AddressRefused):
        reachable("evil.example", 80, outgoing, lambda *_: ["127.0.0.1"])


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://receiver.example/", "must begin with https"),
        ("ftp://receiver.example/", "must begin with https"),
        ("file:///etc/passwd", "no host"),
        ("https://", "no host"),
        ("https://user:secret@receiver.example/", "user name"),
        ("https://receiver.example@127.0.0.1/", "user name"),
        ("https://receiver.example/#part", "fragment"),
        ("https://receiver.example:99999/", "cannot be read"),
        ("https://receiver.example:0/", "no host"),
        ("https://receiver.example/a b", "escaped"),
        ("https://receiver.example\\@127.0.0.1/", "escaped"),
        ("https://receiver.example/\r\nX-Header: 1", "escaped"),
        ("https://empfänger.example/", "escaped"),
        ("https://[::1", "cannot be read"),
        ("https://localhost/", "not on the internet"),
        ("https://127.0.0.1/", "not on the internet"),
        ("https://[::ffff:10.0.0.1]/", "not on the internet"),
        ("https://169.254.169.254/latest/meta-data", "not on the internet"),
        (f"https://receiver.example/{'a' * LONGEST_URL}", "more than"),
        (f"https://{'a' * 64}.example/", "no host"),
    ],
)
def test_urls_that_lead_elsewhere_are_refused(url: str, why: str) -> None:
    """An endpoint has an https URL of a host on the internet, without credentials; the error says what is wrong."""
    with pytest.raises(InvalidInput, match=why):
        check_url(url, Outgoing())
