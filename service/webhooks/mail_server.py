"""The mail server of the settings, and which e-mail addresses may be written to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Literal

from saywhy.errors import InvalidInput

Security = Literal["starttls", "tls", "none"]

#: Longest address that mail servers take (RFC 5321), and the longest part before the @.
LONGEST_ADDRESS, _LONGEST_LOCAL_PART = 254, 64

# A dot-atom and a host name of two labels or more (RFC 5322), in ASCII: neither quotes nor comments, which would let
# one text be read as another address, and no line breaks, which would end a header.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Who takes mail, how the connection to it is encrypted, and as whom this server writes.

    `authorities` is a file of certificates that are trusted instead of those of this machine.
    """

    host: str
    sender: Address
    port: int = 587
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authorities: str | None = None

    @property
    def domain(self) -> str:
        """The host of the sender, by which ids of messages are unique."""
        return self.sender.domain

    @classmethod
    def of(
        cls, host: str, sender: str | None, port: int, security: Security, user: str | None, password: str | None
    ) -> MailServer:
        """The server; `sender` may have a name before the address. Raises `InvalidInput`, which names the variable."""
        if sender is None:
            raise InvalidInput("SAYWHY_MAIL_SENDER: with a mail server there is a sender, e.g. NPS <nps@example.com>")
        if user is not None and security == "none":
            raise InvalidInput("SAYWHY_MAIL_SECURITY: user and password are sent over an encrypted connection only")
        name, address = parseaddr(sender)
        try:
            own = Address(display_name=name if name.isprintable() else "", addr_spec=check_address(address))
        except InvalidInput as error:
            raise InvalidInput(f"SAYWHY_MAIL_SENDER: {error.detail}") from None
        return cls(host, own, port, security, user, password)


def check_address(text: str) -> str:
    """The e-mail address, without spaces around it, its host in lower case. Raises `InvalidInput` if it is none."""
    address = text.strip()
    local, _, host = address.rpartition("@")
    is_short = len(address) <= LONGEST_ADDRESS and len(local) <= _LONGEST_LOCAL_PART
    if not is_short or not _ADDRESS.fullmatch(address):
        raise InvalidInput(f"{address[:60]!r} is no e-mail address; one is anna@example.com, with a host as xn--…")
    return f"{local}@{host.lower()}"
