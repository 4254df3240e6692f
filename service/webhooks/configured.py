"""What the settings say of messages: the same for the server, the commands and the workers."""

from __future__ import annotations

from saywhy.settings import Settings
from service.webhooks.addresses import Outgoing
from service.webhooks.mail_server import MailServer


def configured_outgoing(settings: Settings) -> Outgoing:
    """Where messages may go, and by which mail server. Raises `InvalidInput` for settings that contradict."""
    password = settings.mail_password
    mail_server = settings.mail_host and MailServer.of(
        settings.mail_host,
        settings.mail_sender,
        settings.mail_port,
        settings.mail_security,
        settings.mail_user,
        password.get_secret_value() if password else None,
    )
    return Outgoing.of(settings.webhook_hosts, settings.webhook_timeout, mail_server or None, settings.public_url)
