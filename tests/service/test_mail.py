"""E-mail: handed to a real mail server, encrypted, tried again or given up, with headers that nobody can add to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import Engine

from saywhy.errors import Conflict, InvalidInput
from saywhy.settings import Settings
from saywhy.webhook import DeliveryState, Endpoint, EndpointKind, EventType
from service.webhooks.addresses import Outgoing
from service.webhooks.configured import configured_outgoing
from service.webhooks.deliveries import list_deliveries, send_again
from service.webhooks.endpoints import Change, add_endpoint, change_endpoint, ping, rotate_secret
from service.webhooks.http import NotSent
from service.webhooks.mail_server import MailServer, check_address
from service.webhooks.sending import send_next
from service.webhooks.smtp import deliver
from service.workspaces import create
from tests.builders.followed_up import answer, save_and_tell
from tests.builders.mail_server import SENDER, MailReceiver, receiving_mail
from tests.service.test_webhook_sending import make_due


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailReceiver]:
    """A mail server on this machine."""
    with receiving_mail(tmp_path_factory.mktemp("mail")) as receiver:
        yield receiver


@pytest.fixture
def mail(mailbox: MailReceiver) -> MailReceiver:
    """The mail server, empty."""
    mailbox.received.clear()
    mailbox.answers.clear()
    mailbox.offers_tls = True
    return mailbox


def to_anna(text: str = "Hello") -> EmailMessage:
    """A short message."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, "anna@example.com", "Test"
    message.set_content(text)
    return message


def by_mail(engine: Engine, mail: MailReceiver, *events: EventType, to: str = "anna@example.com") -> Endpoint:
    """An endpoint of e-mail."""
    create(engine, "default")
    return add_endpoint(
        engine, "default", to, events, outgoing=mail.outgoing, created_by="Ada", kind=EndpointKind.EMAIL, language="de"
    )[0]


def states(engine: Engine) -> list[tuple[DeliveryState, int | None, str | None]]:
    """State, last answer and what went wrong of all deliveries, the oldest first."""
    listed = list_deliveries(engine, "default", 100).entries
    return [(delivery.state, delivery.status, delivery.detail) for delivery in reversed(listed)]


def test_mail_is_sent_encrypted_and_signed_in(mail: MailReceiver) -> None:
    """By STARTTLS, with user and password; dots at the beginning of lines stay."""
    server = mail.server(user="nps", password="correct horse")
    assert deliver(to_anna(".\n..two\nEnd."), server, 5).is_success
    [received] = mail.received
    assert (received.sender, received.recipient, received.is_encrypted) == ("nps@example.com", "anna@example.com", True)
    assert received.message.get_content() == ".\r\n..two\r\nEnd.\r\n"


def test_mail_over_tls_from_the_start(tmp_path: Path) -> None:
    """As port 465 wants it."""
    with receiving_mail(tmp_path, over_tls=True) as mail:
        assert deliver(to_anna(), mail.server("tls"), 5).is_success
        assert mail.received[0].is_encrypted


def test_nothing_is_sent_in_clear_unless_the_settings_say_so(mail: MailReceiver) -> None:
    """A server without STARTTLS, or a man in the middle who hides it, gets neither password nor message."""
    mail.offers_tls = False
    with pytest.raises(NotSent, match="STARTTLS"):
        deliver(to_anna(), mail.server(user="nps", password="correct horse"), 5)
    assert mail.received == []
    assert deliver(to_anna(), mail.server("none"), 5).is_success
    assert not mail.received[0].is_encrypted


def test_a_certificate_that_nobody_trusts_is_refused(mail: MailReceiver) -> None:
    """The name and the issuer are verified before anything is sent."""
    with pytest.raises(NotSent, match="certificate"):
        deliver(to_anna(), replace(mail.server(), authorities=None), 5)
    with pytest.raises(NotSent, match=r"certificate|localhost"):
        deliver(to_anna(), replace(mail.server(), host="localhost"), 5)
    assert mail.received == []


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"RCPT": ["550 no such user"]}, 550),
        ({"RCPT": ["450 try later"]}, 450),
        ({".": ["554 that is spam"]}, 554),
        ({"DATA": ["451 not now"]}, 451),
        ({"MAIL": ["553 who are you?"]}, "refuses the sender"),
        ({"STARTTLS": ["454 not now"]}, "no connection"),
        ({"EHLO": ["421 too busy"]}, "no connection"),
    ],
)
def test_answers_of_the_server(mail: MailReceiver, answers: dict[str, list[str]], outcome: int | str) -> None:
    """What it says of the message is its answer; what it says of us means that nothing was sent."""
    mail.answers.update({command: [*texts, *texts] for command, texts in answers.items()})
    if isinstance(outcome, int):
        answer = deliver(to_anna(), mail.server(), 5)
        assert (answer.status, answer.is_success) == (outcome, False)
    else:
        with pytest.raises(NotSent, match=outcome):
            deliver(to_anna(), mail.server(), 5)
    assert mail.received == []


def test_wrong_passwords_and_silent_servers(mail: MailReceiver) -> None:
    """Say what is wrong, without the password; the deadline ends what takes too long."""
    with pytest.raises(NotSent, match="refuses user and password") as refusal:
        deliver(to_anna(), mail.server(user="nps", password="hunter2hunter2"), 5)
    assert "hunter2" not in str(refusal.value)
    with pytest.raises(NotSent, match=r"no connection|has not answered"):
        deliver(to_anna(), mail.server(), 0)


@pytest.mark.parametrize(
    "address",
    [
        "", "anna", "anna@", "@example.com", "anna@host", "a b@example.com", "anna@example.com\nBcc: b@example.com",
        "Anna <anna@example.com>", "anna@example.com, bo@example.com", '"a b"@example.com', "anna@[127.0.0.1]",
        "anna@exa_mple.com", "änna@example.com", "anna@münchen.de", ".a@example.com", "a..b@example.com",
        "anna@-x.com", f"{'a' * 65}@example.com", f"a@{'b' * 60}.{'c' * 190}.com", "anna@example.com\0",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    """One mailbox, written as it is sent, and nothing that could be read otherwise."""
    with pytest.raises(InvalidInput, match="no e-mail address"):
        check_address(address)


def test_addresses_are_kept_as_they_are() -> None:
    """Spaces around them go, and hosts are in lower case."""
    assert check_address(" Anna.B+nps@Example.COM ") == "Anna.B+nps@example.com"


def test_an_event_is_told_by_mail(engine: Engine, mail: MailReceiver) -> None:
    """Through the outbox, once, in the language of the endpoint, with headers by which programs sort it."""
    by_mail(engine, mail, EventType.NEW_DETRACTOR)
    save_and_tell(engine, answer(1, 2, "Zu <b>langsam</b>\r\nBcc: all@example.com"))
    assert send_next(engine, mail.outgoing)
    assert not send_next(engine, mail.outgoing)
    [received] = mail.received
    message = received.message
    assert (message["From"], message["To"]) == ("NPS team <nps@example.com>", "anna@example.com")
    assert message["Subject"] == "Neuer Detraktor: 2 von 10"
    assert message["Message-ID"].endswith("@example.com>")
    assert message["Date"] is not None
    assert message["List-Id"] == "<saywhy.example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Bcc" not in message
    assert "Zu &lt;b&gt;langsam&lt;/b&gt;" in received.part("html")
    assert "Zu <b>langsam</b>" in received.part("plain")
    assert received.content.isascii()
    assert states(engine) == [(DeliveryState.DELIVERED, 250, None)]


def test_mail_is_tried_again_until_it_is_taken(engine: Engine, mail: MailReceiver) -> None:
    """With the same id; a server that is busy, or that lets nobody in, is asked again later."""
    by_mail(engine, mail)
    mail.answers["RCPT"] = ["451 greylisted"]
    ping_id = ping(engine, "default", 1).event_id
    assert send_next(engine, mail.outgoing)
    assert states(engine) == [(DeliveryState.DEAD, 451, "the receiver answered 451")]  # a test is sent once
    [delivery] = list_deliveries(engine, "default", 1).entries
    send_again(engine, "default", delivery.id)
    make_due(engine)
    assert send_next(engine, mail.outgoing)
    assert mail.received[0].message["Message-ID"] == f"<{ping_id}.1@example.com>"
    assert states(engine) == [(DeliveryState.DELIVERED, 250, None)]


def test_mail_that_is_refused_for_good_is_a_dead_letter(engine: Engine, mail: MailReceiver) -> None:
    """A mailbox that there is not is not tried ten times; one that is full is tried again."""
    by_mail(engine, mail, EventType.NEW_DETRACTOR)
    mail.answers["RCPT"] = ["452 mailbox full", "550 no such user"]
    save_and_tell(engine, answer(1, 2))
    assert send_next(engine, mail.outgoing)
    assert states(engine) == [(DeliveryState.PENDING, 452, "the receiver answered 452")]
    make_due(engine)
    assert send_next(engine, mail.outgoing)
    assert states(engine) == [(DeliveryState.DEAD, 550, "the receiver answered 550")]


def test_endpoints_of_mail_are_checked(sqlite_engine: Engine, mail: MailReceiver) -> None:
    """An address that is none, a server that sends no mail, and a secret that there is not."""
    endpoint = by_mail(sqlite_engine, mail, to="Anna@EXAMPLE.com")
    assert (endpoint.url, endpoint.events) == ("Anna@example.com", frozenset())
    with pytest.raises(InvalidInput):
        change_endpoint(sqlite_engine, "default", 1, Change(url="https://example.com"), outgoing=mail.outgoing)
    assert change_endpoint(
        sqlite_engine, "default", 1, Change(url="bo@example.com"), outgoing=mail.outgoing
    ).url == "bo@example.com"  # fmt: skip
    with pytest.raises(Conflict, match="SAYWHY_MAIL_HOST"):
        change_endpoint(sqlite_engine, "default", 1, Change(url="bo@example.com"), outgoing=Outgoing())
    with pytest.raises(Conflict, match="not signed"):
        rotate_secret(sqlite_engine, "default", 1)
    ping(sqlite_engine, "default", 1)
    assert send_next(sqlite_engine, Outgoing())
    assert "SAYWHY_MAIL_HOST" in str(states(sqlite_engine)[0][2])


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"mail_host": "mail.example"}, "SAYWHY_MAIL_SENDER"),
        ({"mail_host": "mail.example", "mail_sender": "NPS"}, "SAYWHY_MAIL_SENDER"),
        (
            {"mail_host": "m", "mail_sender": "a@example.com", "mail_user": "u", "mail_security": "none"},
            "SAYWHY_MAIL_SECURITY",
        ),
        ({"public_url": "nps.example.com"}, "SAYWHY_PUBLIC_URL"),
        ({"public_url": "https://nps.example.com/?x=1"}, "SAYWHY_PUBLIC_URL"),
    ],
)
def test_settings_that_contradict_are_refused(given: dict[str, str], named: str) -> None:
    """With the variable to change."""
    with pytest.raises(InvalidInput, match=named):
        configured_outgoing(Settings(**given))  # type: ignore[arg-type]


def test_settings_of_a_mail_server() -> None:
    """STARTTLS on port 587 unless they say otherwise; the password is printed nowhere; links lead to the public URL."""
    given = Settings(
        mail_host="mail.example",
        mail_sender="NPS <nps@example.com>",
        mail_user="u",
        mail_password="hunter2",  # type: ignore[arg-type]
        public_url="https://nps.example.com/app/",
    )
    outgoing = configured_outgoing(given)
    assert isinstance(outgoing.mail_server, MailServer)
    assert (outgoing.mail_server.port, outgoing.mail_server.security) == (587, "starttls")
    assert str(outgoing.mail_server.sender) == "NPS <nps@example.com>"
    assert "hunter2" not in repr(outgoing)
    assert "hunter2" not in repr(given)
    assert outgoing.link_to("/?mark=new") == "https://nps.example.com/app/?mark=new"
    assert configured_outgoing(Settings()).link_to("/") is None
