"""What is sent to an e-mail address: the headers, and the content as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from pipelines.render.mail import mail_text
from pipelines.render.wording import Wording
from saywhy import __version__
from saywhy.webhook import DeliveryClaim
from saywhy.webhook_data import DigestData
from service.webhooks.addresses import Outgoing
from service.webhooks.mail_server import MailServer, check_address
from service.webhooks.outbox import from_json

# Every mail server takes ASCII.
_POLICY = SMTP.clone(cte_type="7bit")


def letter(claim: DeliveryClaim, server: MailServer, outgoing: Outgoing) -> EmailMessage:
    """The message to be sent to the address of the endpoint: the same at each attempt, its id and its time too.

    Raises `InvalidInput` for an address that is none (any more).
    """
    data = from_json(claim.delivery.type, dict(claim.data))
    link = outgoing.link_to(data.address) if isinstance(data, DigestData) else None
    content = mail_text(data, Wording(claim.endpoint.language), link)
    message = EmailMessage(policy=_POLICY)
    message["From"] = server.sender
    message["To"] = Address(addr_spec=check_address(claim.endpoint.url))
    message["Subject"] = content.subject
    message["Date"] = format_datetime(claim.occurred_at.astimezone(UTC))
    message["Message-ID"] = f"<{claim.delivery.event_id}.{claim.endpoint.id}@{server.domain}>"
    for name, value in _standing(data, server.domain):
        message[name] = value
    message.set_content(content.text)
    message.add_alternative(content.html, subtype="html")
    return message


def _standing(data: object, domain: str) -> Iterator[tuple[str, str]]:
    """Headers that let programs sort the mail, and that stop answers by machines."""
    yield "List-Id", f"<digest-{data.digest}.saywhy.{domain}>" if isinstance(data, DigestData) else f"<saywhy.{domain}>"
    yield "Auto-Submitted", "auto-generated"
    yield "X-Mailer", f"saywhy/{__version__}"
