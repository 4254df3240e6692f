"""A mail server on this machine, which speaks as much of SMTP as clients of `smtplib` need."""

from __future__ import annotations

import base64
import email
import email.policy
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.webhooks.addresses import Outgoing
from service.webhooks.mail_server import MailServer, Security

SENDER = Address("NPS team", addr_spec="nps@example.com")


@dataclass(frozen=True)
class ReceivedMail:
    """A message that was taken: who it is from and to by the envelope, and whether the connection was encrypted."""

    sender: str
    recipient: str
    content: bytes
    is_encrypted: bool

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def part(self, subtype: str) -> str:
        """The text of the part of this type, `plain` or `html`."""
        body = self.message.get_body((subtype,))
        assert body is not None
        text: str = body.get_content()
        return text


@dataclass
class MailReceiver:
    """A mail server that takes everything, unless `answers` has what to say instead to the next of a command."""

    port: int
    authorities: str
    received: list[ReceivedMail] = field(default_factory=list)
    #: By command (`RCPT`, `DATA`, `.` for the end of a message, `STARTTLS`, …), in order.
    answers: dict[str, list[str]] = field(default_factory=dict)
    offers_tls: bool = True
    #: User and password that AUTH takes.
    account: tuple[str, str] = ("nps", "correct horse")

    def server(
        self, security: Security = "starttls", user: str | None = None, password: str | None = None
    ) -> MailServer:
        """The settings that lead to it."""
        return MailServer("127.0.0.1", SENDER, self.port, security, user, password, self.authorities)

    @property
    def outgoing(self) -> Outgoing:
        """Settings by which messages come here, with the address of a server for links."""
        return Outgoing(frozenset({"127.0.0.1"}), 5, self.server(), "https://nps.example.com")


@contextmanager
def receiving_mail(folder: Path, *, over_tls: bool = False) -> Iterator[MailReceiver]:
    """A mail server as long as the block runs, with a certificate in the folder; `over_tls`: from the start."""
    certificate, key = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Handler(socketserver.StreamRequestHandler):
        timeout = 10

        def setup(self) -> None:
            self.is_encrypted = over_tls
            if over_tls:
                self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def handle(self) -> None:
            self.say("220 mail.example ready")
            sender = recipient = ""
            while line := self.rfile.readline():
                text = line.decode().rstrip("\r\n")
                command, _, argument = text.partition(" ")
                command = command.upper()
                if (instead := self.answer_to(command)) is not None:
                    self.say(instead)
                elif command == "EHLO":
                    offer = "250-STARTTLS\r\n" if receiver.offers_tls and not self.is_encrypted else ""
                    self.say(f"250-mail.example\r\n{offer}250 AUTH PLAIN")
                elif command == "STARTTLS":
                    self.say("220 go on")
                    self.request = context.wrap_socket(self.request, server_side=True)
                    super().setup()
                    self.is_encrypted = True
                elif command == "AUTH":
                    given = base64.b64decode(argument.split(" ")[1]).decode().split("\0")[1:]
                    self.say("235 welcome" if tuple(given) == receiver.account else "535 who is that?")
                elif command == "MAIL":
                    sender = text.partition("<")[2].partition(">")[0]
                    self.say("250 ok")
                elif command == "RCPT":
                    recipient = text.partition("<")[2].partition(">")[0]
                    self.say("250 ok")
                elif command == "DATA":
                    self.say("354 go on")
                    content = b"".join(iter(self.rfile.readline, b".\r\n")).replace(b"\r\n..", b"\r\n.")
                    refusal = self.answer_to(".")
                    if refusal is None:
                        receiver.received.append(ReceivedMail(sender, recipient, content, self.is_encrypted))
                    self.say(refusal or "250 taken")
                else:
                    self.say("221 bye" if command == "QUIT" else "250 ok")

        def answer_to(self, command: str) -> str | None:
            waiting = receiver.answers.get(command)
            return waiting.pop(0) if waiting else None

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:  # a client that closes the connection is no error here
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver = MailReceiver(server.server_address[1], str(certificate))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """The files of a certificate for this machine, signed by itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "mail-certificate.pem", folder / "mail-key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    unencrypted = serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted))
    return files
