"""Which requests are taken: those to a name of this server, and writes that no foreign page has made.

A page of another site can have its own name resolve to this machine (DNS rebinding) and then read what is served, as if
it came from there; and it can send requests, though not read the answers (CSRF). The header `Host` shows the one, the
headers `Origin` and `Sec-Fetch-Site`, which only browsers send and no page can change, the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import problems
from saywhy.errors import Forbidden, SaywhyError, WrongHost
from saywhy.settings import Settings

#: Methods that change nothing.
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # nosec B104  # recognised, not bound to
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Names, in lower case and without ports. A server on every address answers under each address of the machine:
    foreign pages have names.
    """

    names: frozenset[str]
    any_address: bool = False

    @classmethod
    def of(cls, settings: Settings) -> AllowedHosts:
        given = {name.strip().lower() for name in (settings.allowed_hosts or "").split(",")}
        bound = settings.host.lower().strip("[]")
        return cls(_LOCAL | {bound} | given - {""}, bound in _EVERY_ADDRESS)

    def __contains__(self, name: object) -> bool:
        if name in self.names or "*" in self.names:
            return True
        try:
            ip_address(str(name))
        except ValueError:
            return False
        return self.any_address


class CheckHost:
    """Refuses requests under a foreign name (421), and writes from foreign pages (403)."""

    def __init__(self, app: ASGIApp, allowed: AllowedHosts) -> None:
        self.app = app
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            try:
                self._check(request)
            except SaywhyError as error:
                await problems.refusal(request, error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _check(self, request: Request) -> None:
        """Raise `WrongHost` and `Forbidden`."""
        hosts = request.headers.getlist("host")
        host = _name_and_port(f"//{hosts[0]}") if len(hosts) == 1 else None
        if host is None or host[0] not in self.allowed:
            named = repr(hosts[0][:100]) if hosts else "no name"
            raise WrongHost(f"the server does not answer under {named}; SAYWHY_ALLOWED_HOSTS lists further names")
        if request.method not in SAFE_METHODS and not _is_own(request, host):
            raise Forbidden("a page of another site sent this; only pages of this server may write")


def _is_own(request: Request, host: tuple[str, int | None]) -> bool:
    """Whether the request comes from a page of this server, or from no page at all."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    own = (host[0], host[1] or _PORTS.get(urlsplit(origin).scheme))  # a proxy may have taken https from the request
    return _name_and_port(origin) == own


def _name_and_port(url: str) -> tuple[str, int | None] | None:
    """The host name, in lower case without brackets, and the port or that of the scheme; None if there is no name."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not name or parts.username is not None or parts.path not in ("", "/"):
        return None
    return name.rstrip("."), port or _PORTS.get(parts.scheme)
