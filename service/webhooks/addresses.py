"""Which addresses may be reached: those of the internet, and hosts that the settings name.

Whoever adds an endpoint chooses a host that this server connects to, so it must not lead into the network around it
(server-side request forgery). Addresses are checked after they were resolved, and exactly these are connected to.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from saywhy.errors import InvalidInput
from saywhy.text import is_storable
from service.webhooks.mail_server import MailServer

Address = IPv4Address | IPv6Address

#: The addresses of a host and port, as `socket.getaddrinfo` gives them.
Resolve = Callable[[str, int], list[str]]

LONGEST_URL = 2000

#: IPv4 addresses behind IPv6-only networks (RFC 6052): the last four bytes decide.
_NAT64 = ip_network("64:ff9b::/96")

#: Forbidden beside what `ipaddress` does not call global, some of which only later versions of Python know.
_FORBIDDEN = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",  # shared by carriers; clouds have metadata there
            "168.63.129.16/32",  # services of the host in Azure
            "192.0.0.0/24",  # protocol assignments
            "192.88.99.0/24",  # relays of 6to4
            "::/96",  # embeds IPv4
            "64:ff9b:1::/48",  # NAT64 of one's own network
            "2001::/23",  # protocol assignments, Teredo among them, which embeds IPv4
            "2002::/16",  # 6to4, which embeds IPv4
            "3fff::/20",  # documentation
            "5f00::/16",  # segment routing
            "fec0::/10",  # site-local
        ),
    )
)


class AddressRefused(Exception):
    """The host has an address that must not be reached."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What may be reached, and how long a message may take, in seconds, with everything.

    `allowed_hosts`, names or addresses in lower case, may be anywhere, and may be asked over plain HTTP. Without a
    `mail_server` nobody gets e-mail. `public_url` is where people reach this server, without a slash at the end.
    """

    allowed_hosts: frozenset[str] = frozenset()
    timeout: float = 10.0
    mail_server: MailServer | None = None
    public_url: str | None = None

    @classmethod
    def of(
        cls,
        hosts: str | None,
        timeout: float = 10.0,
        mail_server: MailServer | None = None,
        public_url: str | None = None,
    ) -> Outgoing:
        """`hosts` are separated by commas. Raises `InvalidInput` for a public URL that is none."""
        names = (host.strip().strip("[]").rstrip(".").lower() for host in (hosts or "").split(","))
        if public_url is not None:
            parts = urlsplit(public_url)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
                raise InvalidInput("SAYWHY_PUBLIC_URL: it is an address as https://nps.example.com")
            public_url = public_url.rstrip("/")
        return cls(frozenset(filter(None, names)), timeout, mail_server, public_url)

    def link_to(self, address: str) -> str | None:
        """Where people find an address of this server; None if it is not known where they reach it."""
        return None if self.public_url is None else self.public_url + address

    def allows(self, host: str) -> bool:
        return host.rstrip(".").lower() in self.allowed_hosts


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises `OSError` if there are none."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in answers))


def reachable(host: str, port: int, outgoing: Outgoing, resolve: Resolve = resolve) -> list[str]:
    """The addresses of the host, to be connected to as they are.

    Raises `AddressRefused` if one of them must not be reached, and `OSError` if there are none.
    """
    addresses = resolve(host, port)
    if not outgoing.allows(host) and not all(is_public(ip_address(address)) for address in addresses):
        raise AddressRefused(f"{host} is not on the internet; SAYWHY_WEBHOOK_HOSTS may allow it")
    return addresses


def is_public(address: Address) -> bool:
    """Whether it is an address of one host on the internet."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(address.packed[-4:]))
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not is_special and not any(address in network for network in _FORBIDDEN)


def check_url(url: str, outgoing: Outgoing) -> SplitResult:
    """The parts of the URL of an endpoint. Raises `InvalidInput` if nothing may be sent there."""
    if len(url) > LONGEST_URL:
        raise InvalidInput(f"the URL has more than {LONGEST_URL:,} characters")
    if not url.isascii() or not url.isprintable() or not is_storable(url) or set(url) & set(' "<>\\^`{|}'):
        raise InvalidInput("the URL has characters that must be escaped: host names as xn--…, others as %XX")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInput(f"the URL cannot be read: {error}") from None
    if not host or port == 0 or len(host) > 253 or not all(len(label) < 64 for label in host.split(".")):
        raise InvalidInput("the URL names no host; one is https://example.com/hooks")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidInput("the URL has a user name, a password or a fragment; messages are signed instead")
    if parts.scheme != "https" and not (parts.scheme == "http" and outgoing.allows(host)):
        raise InvalidInput("the URL must begin with https://; http:// is for hosts in SAYWHY_WEBHOOK_HOSTS")
    if not outgoing.allows(host) and not _may_be_public(host):
        raise InvalidInput(f"{host} is not on the internet; SAYWHY_WEBHOOK_HOSTS may allow it")
    return parts


def _may_be_public(host: str) -> bool:
    """Whether a host is a name, whose addresses are checked whenever something is sent, or a public address."""
    try:
        return is_public(ip_address(host))
    except ValueError:
        return host != "localhost"
