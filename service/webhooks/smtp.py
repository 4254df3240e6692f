"""Hands one message to the mail server of the settings, encrypted unless these say otherwise, bounded in time."""

from __future__ import annotations

import smtplib
import ssl
import time
from contextlib import suppress
from email.message import EmailMessage
from functools import cache
from typing import Any

from service.webhooks.http import Answer, NotSent
from service.webhooks.mail_server import MailServer


def deliver(message: EmailMessage, server: MailServer, timeout: float) -> Answer:
    """Send the message to the only address in `To`. The answer is what the server said of it, 250 if it took it.

    Raises `NotSent` if it never came to that: no connection, no encryption, or the server refuses whoever asks.
    """
    recipient = message["To"].addresses[0].addr_spec
    try:
        client = _connected(server, time.monotonic() + timeout)
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(f"the mail server refuses user and password ({error.smtp_code})") from None
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise NotSent(_no_connection(error, timeout)) from None
    try:
        client.send_message(message, server.sender.addr_spec, [recipient])
    except smtplib.SMTPSenderRefused as error:
        raise NotSent(f"the mail server refuses the sender ({error.smtp_code})") from None
    except smtplib.SMTPRecipientsRefused as error:
        return _answer(*error.recipients[recipient])
    except smtplib.SMTPResponseException as error:
        return _answer(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(_no_connection(error, timeout)) from None
    else:
        with suppress(smtplib.SMTPException, OSError):  # it has taken the message
            client.quit()
        return Answer(250, "")
    finally:
        client.close()


class _Bounded:
    """What is added to a client of `smtplib`, whose timeout is that of a single step: one deadline for all of them."""

    sock: Any = None

    def __init__(self, deadline: float, *arguments: Any, **options: Any) -> None:
        self._deadline = deadline
        super().__init__(*arguments, timeout=_left(deadline), **options)  # type: ignore[call-arg]

    def getreply(self) -> Any:
        self.sock.settimeout(_left(self._deadline))
        return super().getreply()  # type: ignore[misc]

    def send(self, s: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(_left(self._deadline))
        super().send(s)  # type: ignore[misc]


class _Smtp(_Bounded, smtplib.SMTP):
    pass


class _SmtpOverTls(_Bounded, smtplib.SMTP_SSL):
    pass


def _connected(server: MailServer, deadline: float) -> smtplib.SMTP:
    """A client that may send. Raises the errors of `smtplib`, and `OSError`."""
    to = server.host, server.port, server.domain
    if server.security == "tls":
        client: smtplib.SMTP = _SmtpOverTls(deadline, *to, context=_tls(server.authorities))
    else:
        client = _Smtp(deadline, *to)
    try:
        if server.security == "starttls":
            client.starttls(context=_tls(server.authorities))
        if server.user is not None:
            client.login(server.user, server.password or "")
    except BaseException:
        client.close()
        raise
    return client


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises `TimeoutError` at it."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@cache
def _tls(authorities: str | None) -> ssl.SSLContext:
    """Verifies names and certificates, by what this machine trusts, or by a file."""
    return ssl.create_default_context(cafile=authorities)


def _answer(code: int, text: bytes | str) -> Answer:
    return Answer(code, text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


def _no_connection(error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError):
        return f"the mail server has not answered within {timeout:g} seconds"
    return f"no connection to the mail server: {str(error)[:200] or type(error).__name__}"
