"""What the settings say of access: limits, trusted proxies, how long people stay signed in."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

from saywhy.errors import InvalidInput
from saywhy.settings import Settings
from service.access import is_loopback


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """What the settings say of access; `is_local`: the server can only be reached from this machine."""

    is_local: bool
    rate_limit: int  # requests a minute of each key and person; 0: no limit
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    user_header: str | None = None  # in lower case
    session_hours: float = 12

    @classmethod
    def of(cls, settings: Settings) -> AccessPolicy:
        """Raises `InvalidInput` for a proxy that is neither address nor network."""
        try:
            proxies = tuple(ip_network(part.strip()) for part in (settings.trusted_proxies or "").split(",") if part)
        except ValueError as error:
            raise InvalidInput(f"SAYWHY_TRUSTED_PROXIES: {error}") from None
        header = settings.proxy_user_header
        if header and not proxies:
            raise InvalidInput("SAYWHY_PROXY_USER_HEADER needs SAYWHY_TRUSTED_PROXIES: anybody else could send it")
        return cls(
            is_loopback(settings.host), settings.rate_limit, proxies, header and header.lower(), settings.session_hours
        )

    def is_from_proxy(self, request: HTTPConnection) -> bool:
        """Whether the connection comes from a trusted proxy."""
        try:
            address = ip_address(request.client.host if request.client else "")
        except ValueError:
            return False
        return any(address in network for network in self.trusted_proxies)

    def address_of(self, request: HTTPConnection) -> str:
        """The address of the client: of one behind a trusted proxy, that which the proxy has seen."""
        forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        if forwarded and self.is_from_proxy(request):
            return forwarded
        return request.client.host if request.client else ""

    def url_of(self, request: HTTPConnection) -> str:
        """The URL as the client has it, which signs it; a proxy must leave the header `Host` as it is."""
        return str(request.url.replace(scheme="https" if self.is_https(request) else "http"))

    def is_https(self, request: HTTPConnection) -> bool:
        """Whether the client speaks HTTPS, be it with a trusted proxy."""
        forwarded = request.headers.get("x-forwarded-proto", "").lower()
        return request.url.scheme == "https" or (forwarded == "https" and self.is_from_proxy(request))
