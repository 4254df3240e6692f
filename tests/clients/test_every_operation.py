"""The Python client carries out every operation of a real server, from feedback to follow-up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_type

import httpx2
import pytest
from saywhy_client import Client
from saywhy_client import models as m

from api.app import create_app
from saywhy.settings import Settings
from tests.builders.frames import SHOP
from tests.clients.conftest import Served
from tests.clients.survey_steps import plan_waves, pull_answers, receive_webhooks, send_digests, tell_others

COMPLAINT, PRAISE, NEITHER = "I was charged twice this month.", "Support was friendly and quick.", "As expected."

Called = set[tuple[str, str]]


@pytest.mark.slow
def test_every_operation_works(served: Served, tmp_path: Path) -> None:
    """Each answers with what its model says, and none is left out."""
    called: Called = set()
    with connected(served.address, served.key, called) as client:
        look_at_the_server(client)
        classify(client)
        send_feedback(client, tmp_path)
        read_reports(client, tmp_path)
        share_reports(client, tmp_path)
        follow_up(client)
        correct_topics(client)
        audit(client)
        work_in_the_background(client, tmp_path)
        receive_webhooks(client, served)
        pull_answers(client, served)
        tell_others(client, served)
        send_digests(client, served)
        plan_waves(client, tmp_path)
        manage_access(client)
        change_the_model(client)
        choose_a_code_frame(client)
        forget(client)
    with connected(served.address, None, called) as client:
        sign_in(client, served)
    with connected(served.address, served.key_of_merges, called) as client:
        decide_on_proposals(client)
    paths = create_app(Settings()).openapi()["paths"]
    assert called == {(method.upper(), path) for path, methods in paths.items() for method in methods}


@contextmanager
def connected(address: str, key: str | None, called: Called) -> Iterator[Client]:
    """A client that keeps a record of the operations that were carried out."""
    paths = sorted(create_app(Settings()).openapi()["paths"], key=lambda path: path.count("{"))

    def record(answer: httpx2.Response) -> None:
        if answer.is_success:
            path = next(
                path for path in paths if re.fullmatch(re.sub("{\\w+}", "[^/]+", path), answer.request.url.path)
            )
            called.add((answer.request.method, path))

    http = httpx2.Client(timeout=120, event_hooks={"response": [record]})
    with Client(address, key, http=http) as client:
        yield client


def look_at_the_server(client: Client) -> None:
    """Health and metrics."""
    assert client.server.live().status == "live"
    assert client.server.ready().status == "ready"
    assert "saywhy_requests_total" in client.server.metrics()


def classify(client: Client) -> None:
    """A few comments at once, and more of them as a stream."""
    results = client.classify([COMPLAINT, m.SentComment(id="r-2", text=PRAISE, language="en")], language="de")
    assert_type(results, Sequence[m.ClassifiedComment | m.RefusedComment])
    first, second = results
    assert isinstance(first, m.ClassifiedComment)
    assert (first.id, second.id) == (0, "r-2")
    assert first.causes[0].cause == "billing.charged_twice"
    streamed = list(client.classify.stream([COMPLAINT, "x" * 10_001, PRAISE], language="de"))
    assert streamed[0] == first
    assert isinstance(streamed[1], m.RefusedComment)
    assert (streamed[1].line, streamed[1].problem.status) == (2, 422)
    assert streamed[2].id == 2


def send_feedback(client: Client, folder: Path) -> None:
    """Responses as JSON, the same as a file with a mapping, and an analysis of them."""
    saved = client.responses.send("shop", [response(number) for number in range(90)])
    assert (saved.new, saved.rejected) == (90, [])
    second = client.responses.send("shop", [m.ResponseIn(id="0", score=2), {"id": "1", "score": 11}])
    assert (second.unchanged, second.rejected[0].pointer) == (1, "#/responses/1/score")

    path = folder / "april.csv"
    path.write_text("nr,points,said,when\n1,3,Too slow,2026-04-02\n2,x,Broken row,2026-04-02\n", encoding="utf-8")
    roles = m.Roles(id="nr", score=["points"], comment=["said"], answered_at="when")
    client.mappings.save("Shop", columns=["nr", "points", "said", "when"], roles=roles, scale="0-10")
    assert [mapping.name for mapping in client.mappings.list()] == ["Shop"]
    preview = client.imports.preview(path, mapping="Shop")
    assert [column.role for column in preview.columns][:3] == ["id", "score", "comment"]
    job = client.jobs.wait(client.imports.start(path, wave="W2", mapping="Shop"))
    assert job.result is not None
    assert (job.result["new"], job.result["rejected"]) == (1, 1)
    rejected = client.imports.rejections(job.result["import_id"], folder / "rejected.csv")
    assert "Broken row" in rejected.read_text(encoding="utf-8")
    client.mappings.delete("Shop")
    client.jobs.wait(client.analyses.start())


def read_reports(client: Client, folder: Path) -> None:
    """The ranking and all that is around it, typed."""
    assert client.reports.list() == ["W1", "W2", "all"]
    report = client.reports.read("all")
    assert_type(report, m.Report)
    assert report.counts.responses == 91
    assert report.nps is not None
    assert report.nps.low < report.nps.score < report.nps.high
    billing = next(issue for issue in report.issues if issue.id == "billing")
    assert COMPLAINT.rstrip(".") in billing.quotes[0].text
    compared = client.reports.read("W2", against="wave:W1").benchmark
    assert compared is not None
    assert compared.against.name == "W1"
    assert "<html" in client.reports.page("all", language="de")
    assert "<html" in client.reports.page("W1")
    assert client.reports.scenarios(["billing"])[0].causes

    fix = client.fixes.mark("billing", wave="W2", target=0.1)
    assert [each.cause for each in client.fixes.list()] == [fix.cause]
    client.fixes.remove(fix.cause)
    assert client.fixes.list() == []

    handled = client.handling.change(fix.cause, progress="reviewed", owner="Ada", aside=m.AsideIn(points=2))
    assert (handled.owner, handled.aside.points if handled.aside else None) == ("Ada", 2)
    assert client.handling.change(fix.cause, aside=None).aside is None
    estimated = client.handling.set_effort(fix.cause, effort_days=3)
    assert estimated.changes[0].value == {"days": 3}
    assert client.handling.undo(estimated.changes[0].id).changes[0].undoes == estimated.changes[0].id
    assert client.handling.read(fix.cause).owner == "Ada"
    assert [each.cause for each in client.handling.list()] == [fix.cause]

    pages = client.comments.list(theme="billing", segment=["region=north"], group="detractor", limit=5)
    assert_type(pages, Iterator[m.ExportedResponse])
    comments = list(pages)
    assert len(comments) == 30  # of six pages
    assert len({comment.id for comment in comments}) == 30
    assert next(client.comments.list(meaning="billed twice")).comment
    label(client, folder)
    corrections = client.comments.corrections()
    assert_type(corrections, Iterator[m.ExportedCorrection])
    assert [(each.kind, each.value) for each in corrections] == [("sentiment", "mixed")] * 2


def label(client: Client, folder: Path) -> None:
    """What to label next, labels by file, how far people agree, and what is suspected."""
    [first] = client.comments.next_to_label(strategy="random", size=1)
    path = folder / "labels.csv"
    path.write_text(f"id,comment,author,sentiment\n{first.id},{first.text},Eda,mixed\n,Nobody wrote this,,\n", "utf-8")
    imported = client.comments.import_labels(path)
    assert (imported.new, imported.rejections, imported.rejected[0].position) == (1, 1, 3)
    exported = client.comments.export_labels(folder / "labels.json", format="label-studio").read_text("utf-8")
    assert '"author": "Eda"' in exported
    assert client.comments.agreement().sentiment.alpha is None
    assert list(client.comments.suspects()) == []
    client.comments.decide(next(client.comments.corrections()).id, decision="dismiss")


def share_reports(client: Client, folder: Path) -> None:
    """A report as a file, and by a link."""
    assert client.reports.pdf("W1", folder / "w1.pdf", language="de").read_bytes().startswith(b"%PDF-")
    created = client.shared_links.create("Board", view=m.SharedView(wave="W1", sort="mentions"), quotes="none")
    assert "/shared/" in created.url
    assert [link.name for link in client.shared_links.list()] == ["Board"]
    assert client.shared_links.revoke(created.link.id).state == "revoked"


def follow_up(client: Client) -> None:
    """Who is followed up, a case from open to resolved, customers."""
    policy = client.follow_up.policy()
    hours = m.BusinessHours(time_zone="Europe/Berlin", country="DE")
    saved = client.follow_up.save_policy(groups=["detractor"], max_age_days=None, within_hours=16, business_hours=hours)
    assert saved != policy
    assert client.cases.open(since=datetime(2026, 1, 1, tzinfo=UTC)).opened >= 30
    case, *others = client.cases.list(state=["open"], group="detractor", limit=10)
    assert len(others) >= 29
    read = client.cases.read(case.id)
    changed = client.cases.change(case.id, version=read.version, state="contacted", owner="Ada", note="Called")
    assert (changed.state, changed.owner) == ("contacted", "Ada")
    freed = client.cases.change(case.id, version=changed.version, owner=None)
    assert freed.owner is None
    account = client.follow_up.add_new_account(
        "Birch", origin="referral", brought_by="c-0", won_on=datetime(2026, 11, 2, tzinfo=UTC).date(), revenue=12000
    )
    assert client.follow_up.new_accounts() == [account]
    assert client.follow_up.board(since=datetime(2026, 1, 1, tzinfo=UTC)).new_accounts
    assert "Birch" not in client.follow_up.board_csv()
    client.follow_up.remove_new_account("Birch")
    assert "Account 0" in [health.account for health in client.customers.list(limit=2)]
    assert client.customers.read("c-0").answers
    turned = client.customers.check()
    assert {alert.account for alert in client.customers.alerts()} == {alert.account for alert in turned}


def correct_topics(client: Client) -> None:
    """A topic made, renamed, and made undone."""
    assert client.topics.list()
    created = client.topics.edit(
        m.Create(
            kind="create", name="Slow parcels", theme="delivery", polarity="negative", texts=["The parcel was late"]
        )
    )
    assert created.made is not None
    renamed = client.topics.edit(m.Rename(kind="rename", topic=created.made, name="Late parcels", note="Plainer"))
    assert client.topics.read(created.made).label == "Late parcels"
    assert client.topics.undo(renamed.id).kind == "undo"
    assert client.topics.read(created.made).label == "Slow parcels"
    assert len(client.topics.edits()) == 3
    assert client.topics.proposals() == []


def decide_on_proposals(client: Client) -> None:
    """One accepted, one dismissed."""
    second, first = client.topics.proposals()
    assert client.topics.accept(first.id).kind == "merge"
    assert client.topics.dismiss(second.id, note="Not the same").decision == "dismissed"


def audit(client: Client) -> None:
    """Labels as JSON, and as a sheet."""
    sample = client.audits.sample(size=20)
    drawn = sample.comments[0]
    label = m.Label(theme="billing", polarity="negative")
    assert client.audits.label([m.Labelled(id=drawn.id, labels=[label])]).labelled == 1
    sheet = client.audits.sheet(size=20, language="en")
    assert client.audits.label_by_sheet(sheet).unmarked > 0
    assert client.audits.read().labelled == 1


def work_in_the_background(client: Client, folder: Path) -> None:
    """An export, a job that is cancelled, schedules."""
    job = client.jobs.wait(client.exports.start(format="csv", segments=["region=north"]))
    exported = client.exports.download(job.id, folder / "responses.csv")
    assert exported.read_text(encoding="utf-8-sig").count(COMPLAINT) == 30
    stopped = client.jobs.cancel(client.exports.start(format="xlsx", wave="W1").id)
    assert stopped.state == "cancelled" or stopped.is_cancelling
    assert stopped.id in [job.id for job in client.jobs.list(kind="export", limit=1)]
    assert client.jobs.read(job.id).state == "succeeded"
    schedule = client.schedules.add("export", cron="0 6 * * MON", arguments={"format": "parquet"})
    assert client.schedules.list() == [schedule]
    client.schedules.remove(schedule.id)


def manage_access(client: Client) -> None:
    """A key made and revoked, and the log of it."""
    created = client.keys.create("BI tool", scopes=["read"], expires_at=datetime(2100, 1, 1, tzinfo=UTC))
    assert created.secret.startswith("saywhy_")
    assert client.keys.revoke(created.key.id).state == "revoked"
    assert "BI tool" in [key.name for key in client.keys.list()]
    latest, *earlier = client.audit_log.list(limit=2)
    assert latest.action == "DELETE /v1/keys/{key}"
    assert earlier[0].action == "POST /v1/keys"
    assert client.session.read().kind == "key"


def change_the_model(client: Client) -> None:
    """The candidate in the shadow, promoted, and the version before again; what has drifted."""
    before = client.models.list()
    candidate = next(model for model in before.models if "candidate" in model.aliases)
    started = client.models.start_shadow(share=1, analyses=False).shadow
    assert started is not None
    assert (started.shadow.version, started.champion) == (candidate.version, before.serving)
    shown = client.models.shadow().shadow
    assert shown is not None
    assert shown.shadow == started.shadow
    client.models.stop_shadow()
    assert client.models.shadow().shadow is None
    assert client.jobs.wait(client.models.reannotate(), timeout=300).kind == "reannotate"
    look = client.models.drift().drift
    assert look is None or look.aspects
    promoted = client.models.promote("candidate", analyse=False)
    assert (promoted.version, promoted.job) == (candidate.version, None)
    assert client.models.roll_back().version == before.serving


def choose_a_code_frame(client: Client) -> None:
    """A code frame checked, added, read and used, and that of the models again."""
    checked, added = client.code_frames.add(SHOP, check=True), client.code_frames.add(SHOP)
    assert (checked.version, checked.is_added, added.is_added) == (added.version, False, True)
    assert [frame.id for frame in client.code_frames.list()] == ["core", "employee", "shop"]
    details = client.code_frames.read("shop")
    assert ([cause.theme for cause in details.causes], details.yaml) == (["checkout"], SHOP)
    assert client.code_frames.use("shop").is_chosen
    [result] = client.classify(["I waited in line at the till for an hour."], language="de", code_frame="shop")
    assert isinstance(result, m.ClassifiedComment)
    assert [(cause.cause, cause.label) for cause in result.causes] == [("checkout.queue", "Lange Schlange")]
    assert client.code_frames.use("core").is_chosen


def forget(client: Client) -> None:
    """A customer deleted, who is in a plan."""
    deleted = client.customers.delete("c-0")
    assert (deleted.responses, deleted.planned) == (1, 1)


def sign_in(client: Client, served: Served) -> None:
    """As a person, whose cookie the client keeps."""
    assert client.session.sign_in(served.person, served.password).name == served.person
    assert client.session.read().kind == "person"
    client.session.sign_out()


def response(number: int) -> dict[str, Any]:
    """One of 90 responses of two waves: in each of three there is a complaint, a praise and neither."""
    score, comment = [(2, COMPLAINT), (10, PRAISE), (7, NEITHER)][number % 3]
    return {
        "id": str(number),
        "score": score,
        "comment": f"{comment} ({number})",
        "answered_at": datetime(2026, 4, 1 + number % 28, tzinfo=UTC),
        "wave": "W1" if number < 45 else "W2",
        "segments": {"region": "north" if number % 3 == 0 else "south"},
        "customer": {"id": f"c-{number}", "account": f"Account {number % 10}", "revenue": 1000},
    }
