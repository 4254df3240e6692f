"""`saywhy webhooks`: subscribing, testing, reading the log and sending again from the command line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from standardwebhooks.webhooks import Webhook
from typer.testing import CliRunner, Result

from cli.main import app
from service.webhooks.sending import send_next
from tests.builders.followed_up import answer, save_and_tell
from tests.builders.receiver import LOCAL, Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    with receiving() as receiver:
        yield receiver


def webhooks(engine: Engine, *arguments: str, hosts: str = "127.0.0.1") -> Result:
    """Run a command on a store whose webhooks may lead to these hosts."""
    variables = {"SAYWHY_DATABASE_URL": str(engine.url), "SAYWHY_WEBHOOK_HOSTS": hosts}
    return CliRunner().invoke(app, ["webhooks", *arguments], env=variables)


def test_from_subscribing_to_sending_again(sqlite_engine: Engine, receiver: Receiver) -> None:
    """The secret alone is on stdout; a ping says how it went; a dead message is found, shown and sent again."""
    added = webhooks(sqlite_engine, "add", receiver.url, "--event", "detractor.new", "--event", "report.finished")
    secret = added.stdout.strip()
    assert (added.exit_code, secret.count("\n")) == (0, 0)
    assert "its secret is not shown again" in added.stderr
    receiver.answers = [(500, {})]
    failed = webhooks(sqlite_engine, "ping", "1")
    assert (failed.exit_code, "the receiver answered 500" in failed.stdout) == (1, True)
    arrived = webhooks(sqlite_engine, "ping", "1")
    assert (arrived.exit_code, "delivered  1 attempt" in arrived.stdout) == (0, True)
    assert Webhook(secret).verify(receiver.received[-1].body, receiver.received[-1].headers)["type"] == "ping"
    save_and_tell(sqlite_engine, answer(1, 2, "Too slow, mail me: jo@x.example"))
    assert "disabled" in webhooks(sqlite_engine, "change", "1", "--disable").stdout
    dead = webhooks(sqlite_engine, "deliveries", "--state", "dead", "--endpoint", "1").stdout.splitlines()
    assert [line.split("  ")[0] for line in dead] == ["3", "1"]
    shown = webhooks(sqlite_engine, "delivery", "3").stdout
    assert "comment: Too slow, mail me: [e-mail]" in shown
    refused = webhooks(sqlite_engine, "redeliver", "3")
    assert (refused.exit_code, "enable it first" in refused.stderr) == (1, True)
    assert "enabled" in webhooks(sqlite_engine, "change", "1", "--enable").stdout
    assert webhooks(sqlite_engine, "redeliver", "3", "1").stdout.count("pending") == 2
    while send_next(sqlite_engine, LOCAL):
        pass
    assert "answered 204" in webhooks(sqlite_engine, "delivery", "3").stdout
    listed = webhooks(sqlite_engine, "list").stdout
    assert secret not in listed
    assert "detractor.new, report.finished  enabled" in listed
    log = CliRunner().invoke(app, ["audit-log"], env={"SAYWHY_DATABASE_URL": str(sqlite_engine.url)}).stdout
    assert "saywhy webhooks add  1" in log
    assert "saywhy webhooks redeliver  3" in log


@pytest.mark.slow
def test_an_endpoint_is_changed_rotated_and_removed(sqlite_engine: Engine) -> None:
    """Each command says what there is now; the URL of Slack is not printed."""
    slack = "https://hooks.slack.com/services/T0/B0/XYZ"
    added = webhooks(sqlite_engine, "add", slack, "--kind", "slack", "--event", "staff.praised", "--language", "zh-TW")
    assert (added.exit_code, added.stdout, "XYZ" in added.stderr) == (0, "", False)
    webhooks(sqlite_engine, "add", "https://hooks.example/", "--event", "fix.regressed")
    changed = webhooks(sqlite_engine, "change", "2", "--event", "account.turned", "--with-personal-data")
    assert "account.turned  enabled, with personal data" in changed.stdout
    rotated = webhooks(sqlite_engine, "rotate", "2")
    assert rotated.stdout.startswith("whsec_")
    assert webhooks(sqlite_engine, "rotate", "1").exit_code == 1
    assert webhooks(sqlite_engine, "remove", "2").exit_code == 0
    assert webhooks(sqlite_engine, "list").stdout.count("\n") == 1
    assert "there is no webhook endpoint 2" in webhooks(sqlite_engine, "remove", "2").stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("add", "http://127.0.0.1/hook", "--event", "detractor.new"), "https"),
        (("add", "https://10.0.0.1/hook", "--event", "detractor.new"), "SAYWHY_WEBHOOK_HOSTS"),
        (("add", "https://hooks.example/"), "choose events"),
        (("add", "https://hooks.example/", "--event", "detractor.new", "--language", "fr"), "language"),
    ],
)
def test_what_cannot_be_is_refused(sqlite_engine: Engine, arguments: tuple[str, ...], why: str) -> None:
    """With an error that says why, and nothing is added."""
    refused = webhooks(sqlite_engine, *arguments, hosts="")
    assert (refused.exit_code, why in refused.stderr) == (1, True)
    assert webhooks(sqlite_engine, "list").stdout == ""
