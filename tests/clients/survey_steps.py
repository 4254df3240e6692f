"""Steps of `test_every_operation.py` around surveys: their tools, who is told of answers, and whom to ask when."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import assert_type, get_args

from saywhy_client import Client
from saywhy_client import models as m
from standardwebhooks.webhooks import Webhook

from saywhy.source import SourceKind
from tests.builders.queued_imports import wait_until
from tests.builders.survey_tools import FORM, TOKEN
from tests.builders.webhooks import body_of, signed
from tests.clients.conftest import Served


def receive_webhooks(client: Client, served: Served) -> None:
    """What each tool sends is taken once."""
    for kind in get_args(m.SourceKind.__value__):
        given = None if kind in ("typeform", "promoterio", "generic") else "secret-of-the-tool"
        created = client.sources.add(f"My {kind}", kind=kind, secret=given)
        source, secret = created.source, created.secret or given
        assert secret is not None
        body = body_of(SourceKind(kind))
        headers = signed(SourceKind(kind), secret, body, url=f"{served.address}{source.webhook}")
        token = secret if kind == "promoterio" else None
        receipts = [client.sources.forward(kind, source.id, body, headers=headers, token=token) for _ in range(2)]
        assert [receipt.is_new for receipt in receipts] == [True, False]
    sources = {source.kind: source for source in client.sources.list()}
    assert set(sources) == set(get_args(m.SourceKind.__value__))
    client.sources.check_webhook(sources["surveymonkey"].id)
    deliveries = client.sources.deliveries(sources["generic"].id, limit=1)
    assert_type(deliveries, Iterator[m.SourceDelivery])
    wait_until(lambda: [each.new for each in client.sources.deliveries(sources["generic"].id)] == [1])


def pull_answers(client: Client, served: Served) -> None:
    """A webhook that cannot be done without a token is done when there is one; then all answers are pulled again."""
    [source] = [source for source in client.sources.list() if source.kind == "surveymonkey"]
    wait_until(lambda: list(client.sources.deliveries(source.id, state=["failed"])))
    [failed] = client.sources.deliveries(source.id, state=["failed"])
    assert failed.detail is not None
    assert "access token" in failed.detail
    changed = client.sources.change(source.id, name="Shop survey", kind="surveymonkey", form=FORM, token=TOKEN)
    assert (changed.name, changed.has_token) == ("Shop survey", True)
    assert client.sources.reprocess(source.id, failed.id).state == "received"
    wait_until(lambda: list(client.sources.deliveries(source.id, state=["processed"])))
    job = client.jobs.wait(client.sources.pull(source.id, everything=True))
    assert job.arguments["everything"]
    assert served.tools.authorizations == {f"Bearer {TOKEN}"}
    client.sources.remove(source.id)
    assert source.id not in [each.id for each in client.sources.list()]


def tell_others(client: Client, served: Served) -> None:
    """An endpoint gets signed messages, with another secret after a change; a message is sent again."""
    added = client.webhook_endpoints.add(served.receiver.url, events=["detractor.new"])
    endpoint = added.endpoint.id
    changed = client.webhook_endpoints.change(endpoint, events=["report.finished"])
    assert (changed.events, changed.language) == (["report.finished"], "en")
    rotated = client.webhook_endpoints.rotate(endpoint)
    assert rotated.secret not in (None, added.secret)
    ping = client.webhook_endpoints.ping(endpoint)
    wait_until(lambda: list(client.webhook_deliveries.list(endpoint=endpoint, state="delivered")))
    [message] = served.receiver.received
    for secret in (added.secret, rotated.secret):
        assert Webhook(secret or "").verify(message.body, message.headers)["type"] == "ping"
    delivery = client.webhook_deliveries.read(ping.id)
    assert [attempt.status for attempt in delivery.log] == [204]
    assert client.webhook_deliveries.redeliver(ping.id).event_id == ping.event_id
    wait_until(lambda: len(served.receiver.received) == 2)
    assert_type(client.webhook_deliveries.list(), Iterator[m.Delivery])
    client.webhook_endpoints.remove(endpoint)
    assert client.webhook_endpoints.list() == []


def send_digests(client: Client, served: Served) -> None:
    """A view, sent to Slack when that is asked for; paused, changed and removed."""
    channel = client.webhook_endpoints.add(served.receiver.url, events=[], kind="slack").endpoint.id
    before = len(served.receiver.received)
    added = client.digests.add("Weekly", address="/?sort=mentions", endpoints=[channel], cron="0 7 * * MON")
    assert client.digests.list() == [added]
    job = client.jobs.wait(client.digests.test(added.id))
    assert (job.kind, (job.result or {})["outcome"]) == ("digest", "test")
    wait_until(lambda: len(served.receiver.received) == before + 1)
    wait_until(lambda: [each.state for each in client.digests.read(added.id).deliveries] == ["delivered"])
    changed = client.digests.change(added.id, language="de", is_paused=True)
    assert (changed.language, changed.next_at, changed.last_outcome) == ("de", None, "test")
    client.digests.remove(added.id)
    client.webhook_endpoints.remove(channel)
    assert client.digests.list() == []


def plan_waves(client: Client, folder: Path) -> None:
    """A plan from customers and one from a file; who is asked, who is not, and what came of it."""
    customers = [
        m.ListedCustomerIn(id=f"c-{number}", email=f"p{number}@shop.example", segments={"plan": "pro"})
        for number in range(4)
    ]
    plan = client.wave_plans.create(
        "2027",
        customers=[*customers, {"id": "c-4", "email": "p4@shop.example", "opted_out": True}],
        start=date(2027, 1, 15),
        count=2,
        stratify_by=["plan"],
        seed=1,
    )
    assert ([wave.asked for wave in plan.waves], plan.left_out) == ([2, 2], {"opted_out": 1})
    assert client.wave_plans.read("2027") == plan
    asked = client.wave_plans.export("2027", folder / "asked.csv", wave="2027-Q1")
    with asked.open(encoding="utf-8-sig", newline="") as file:
        assert {row["wave"] for row in csv.DictReader(file)} == {"2027-Q1"}
    left_out = client.wave_plans.export("2027", folder / "left-out.csv", left_out=True)
    assert "opted_out" in left_out.read_text(encoding="utf-8-sig")
    book = client.wave_plans.export("2027", folder / "asked.xlsx", format="xlsx")
    assert book.read_bytes().startswith(b"PK")

    path = folder / "customers.csv"
    path.write_text("Customer,Contact\nc-5,p5@shop.example\n,p6@shop.example\n", encoding="utf-8")
    other = client.wave_plans.create_from_file(
        path, "launch", wave=["spring=2027-03-01"], id_column="Customer", email_column="Contact"
    )
    assert (other.columns, other.rejected) == ({"id": "Customer", "email": "Contact"}, 1)
    assert [each.name for each in client.wave_plans.list()] == ["launch", "2027"]
    assert [wave.is_sent for wave in client.wave_plans.responses("launch").waves] == [False]
    client.wave_plans.delete("launch")
    assert [each.name for each in client.wave_plans.list()] == ["2027"]
