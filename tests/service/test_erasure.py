"""Customers and old responses are deleted with all that was computed from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.audit import AuditLabel
from saywhy.case import AccountOrigin, CaseChange, CaseState, NewAccount
from saywhy.errors import AnalysisRunning, Conflict, CustomerNotFound, Expired
from saywhy.feedback import Comment, Customer, Rejection, Response, Score
from saywhy.issue import Quote
from saywhy.job import JobState
from saywhy.shared_link import SharedView
from saywhy.store.job_tables import jobs
from saywhy.store.responses import SaveCounts
from saywhy.store.topic_tables import topic_edits
from saywhy.topic import Cluster, ClusteringFit, EditKind
from service.access import local_principal
from service.analysis import analyse
from service.audit_log import record
from service.cases import change_case, open_earlier, read_case
from service.customer_health import add_new_account, check_health, list_new_accounts
from service.erasure import Deletion, delete_customer, delete_older
from service.files import JobFiles
from service.idempotency import RequestKey
from service.job_kinds import ExportArguments, ImportArguments
from service.jobs import find_export, start
from service.schedules import add_schedule
from service.shared_links import share
from service.workspaces import promise_anonymity
from tests.builders.followed_up import case_of
from tests.builders.reports import FULL
from tests.builders.stored_rows import stored_text
from tests.doubles import FakeAnnotator

NOW = datetime.now(UTC)
MARTHA = Customer("c-1042", "Martha Quill", "Martha@Quill.example")
WORDS = "The zebra export never finishes, my assistant waits for hours."
SHARED = "Support never calls back."


def response(number: int, text: str | None, customer: Customer | None, days: int = 1) -> Response:
    """A response from so many days ago."""
    return Response(
        "crm",
        f"answer-{number}",
        Score(2),
        None if text is None else Comment(text, language="en"),
        NOW - timedelta(days=days),
        "2026-Q1",
        customer=customer,
    )


def files_of(engine: Engine) -> JobFiles:
    """The files of jobs, beside the SQLite file; those of PostgreSQL beside its key file."""
    key_file: Path = engine.get_execution_options()["key_file"]
    return JobFiles(key_file.with_name("job-files"))


@pytest.fixture
def survey(engine: Engine) -> Engine:
    """An analysed survey in which Martha answered three times, once in the words of somebody else."""
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        others = [response(n, f"Invoice {n} is wrong again.", Customer(f"c-{n}")) for n in range(20)]
        hers = [response(100, WORDS, MARTHA), response(101, SHARED, MARTHA), response(102, None, MARTHA)]
        same_words = response(103, SHARED, Customer("c-7"))
        same_address = response(104, "Fine.", Customer("c-8", email="martha@quill.example"))
        store.responses.save(connection, workspace, [*others, *hers, same_words, same_address])
        kept = store.imports.start(connection, workspace, "crm.csv", "digest")
        rejections = [
            Rejection(2, "no score", "answer-9;Martha Quill;martha@quill.example;?"),
            Rejection(3, "no score", "answer-10;C-1042;?"),
            Rejection(4, "no score", "answer-11;c-10423;?"),
        ]
        store.imports.advance(connection, workspace, kept.id, 3, SaveCounts(), rejections)
    analyse(engine, "default", FakeAnnotator(), progress=lambda *_: None)
    with engine.begin() as connection:
        labels = [AuditLabel("support", Polarity.NEGATIVE)]
        store.audits.save(connection, workspace, {Comment(WORDS).content_hash: labels})
        cluster = Cluster(
            id="exports",
            theme="support",
            label="Zebra export never finishes",
            labels={"en": "Zebra export never finishes", "de": "Rechnung"},
            keywords=("export", "hours"),
            polarity="negative",
            size=5,
            centroid=b"",
            reach=0.5,
            model="test-1",
            found_at=NOW,
            stability=0.9,
        )
        common = replace(cluster, id="calls", label="never calls back", labels={})
        fit = store.clusters.fit(connection, workspace) or ClusteringFit("test-1", NOW, 0, (), b"")
        store.clusters.save(connection, workspace, fit, [cluster, common], [])
        issue = replace(FULL.issues[0], label=cluster.label, labels=cluster.labels)
        quotes = tuple(
            Quote(text, 0, 5, "en") for text in ("The zebra export never finishes, my …", "Invoices are late.")
        )
        run = store.runs.latest(connection, workspace)
        assert run is not None
        quoted = replace(FULL, issues=(replace(issue, quotes=quotes),), delights=())
        store.reports.save(connection, workspace, run.id, replace(quoted, wave="old"))
        arguments = {
            "name": "Exports",
            "theme": "support",
            "polarity": "negative",
            "clauses": [[Comment(WORDS).content_hash, 0, 31]],
            "texts": ["the zebra export never finishes", "exports hang"],
            "asked": {"examples": [f"{Comment(WORDS).content_hash[:12]}:zebra export"]},
        }
        store.topic_edits.add(connection, workspace, EditKind.CREATE, "t", arguments, author="Ada", note=None, at=NOW)
    return engine


def test_nothing_of_a_customer_stays(survey: Engine) -> None:
    """Responses, comments, annotations, clauses, labels, quotes, rejected rows, examples of edits; all else stays."""
    traces = (WORDS, "zebra", "martha quill", "c-1042;", Comment(WORDS).content_hash, Comment(WORDS).content_hash[:12])
    before = stored_text(survey).casefold()
    assert all(trace.casefold() in before for trace in traces)
    deletion = delete_customer(survey, "default", files_of(survey), "c-1042")
    expected = Deletion(
        responses=3,
        cases=0,
        comments=1,
        annotations=1,
        clauses=1,
        audit_labels=1,
        rejected_rows=2,
        webhooks=0,
        edits=1,
        labels=1,
        quotes=deletion.quotes,
        reports=deletion.reports,
        texts=deletion.texts,
        exports=0,
        planned=0,
        left=1,
    )
    assert deletion == expected
    assert (deletion.quotes, deletion.reports) >= (1, 1)
    after = stored_text(survey).casefold()
    assert [trace for trace in traces if trace.casefold() in after] == []
    assert '"c-1042"' not in after
    kept = ("c-10423", "invoices are late.", SHARED, "exports hang", "invoice 7 is wrong again.")
    new_labels = ("export, hours", "never calls back")
    for stays in (*kept, *new_labels):
        assert stays.casefold() in after, stays
    with pytest.raises(CustomerNotFound):
        delete_customer(survey, "default", files_of(survey), "c-1042")


def test_nothing_of_a_customer_stays_in_follow_up_and_jobs(survey: Engine) -> None:
    """Cases, notes, health, alerts, new accounts, arguments and files of jobs, schedules, stored answers, the log."""
    files = files_of(survey)
    assert open_earlier(survey, "default", None) == 25
    case, other = case_of(survey, "answer-100"), case_of(survey, "answer-9")
    for number, note in ((case, f"She says: {WORDS}"), (other, "Knows Martha Quill, martha@quill.example")):
        change_case(survey, "default", number, CaseChange(state=CaseState.CONTACTED, note=note), author="Ada")
    check_health(survey, "default")
    add_new_account(survey, "default", NewAccount("Elm", AccountOrigin.REFERRAL, "c-1042", NOW))
    add_schedule(
        survey, "default", "export", {"segments": ["mail=Martha@Quill.example"]}, cron="0 2 * * *", created_by="ops"
    )
    key, path = files.new_export("responses.csv")
    path.write_text(f"c-1042;{WORDS}")
    job = start(survey, "default", ExportArguments(cause="of Martha Quill"), RequestKey("c-1042", b"?"))
    imported = start(survey, "default", ImportArguments("x/c-1042.csv", "c-1042.csv"))
    with pytest.raises(Conflict, match=f"job {imported.id} \\(import\\) is pending"):
        delete_customer(survey, "default", files, "c-1042")
    with survey.begin() as connection:
        workspace = store.workspaces.find(connection, "default")
        store.jobs.request_cancel(connection, workspace, imported.id)
        done = {"state": JobState.SUCCEEDED, "result": {"file": key, "of": "Martha Quill"}, "detail": "c-1042"}
        connection.execute(sa.update(jobs).where(jobs.c.id == job.id).values(**done))
    record(survey, local_principal("default"), "PUT /", "martha@quill.example")
    chosen = SharedView(filters={"segment": "mail=martha@quill.example"})
    share(survey, "default", "For Martha Quill", chosen, maker=local_principal("default"))
    traces = ("zebra", "martha", "quill", "c-1042;", "c-1042.", '"c-1042"')
    before = stored_text(survey).casefold()
    assert [trace for trace in traces if trace not in before] == []
    deletion = delete_customer(survey, "default", files, "c-1042")
    assert (deletion.cases, deletion.exports) == (3, 1)
    assert deletion.texts >= 5
    delete_customer(survey, "default", files, "c-8")  # who has the same address
    after = stored_text(survey).casefold()
    assert [trace for trace in traces if trace in after] == []
    assert [file for file in files.root.rglob("*") if file.is_file()] == []
    with pytest.raises(Expired):
        find_export(survey, "default", files, job.id)
    assert read_case(survey, "default", other, with_personal_data=True).history[0].note == "Knows (deleted), (deleted)"
    assert [new.brought_by for new in list_new_accounts(survey, "default")] == ["(deleted)"]


def test_the_next_analysis_does_not_count_them(survey: Engine) -> None:
    """The survey is analysed anew, although nothing was imported, and the edit of the deleted example still stands."""
    with store.reading(survey) as connection:
        workspace = store.workspaces.find(connection, "default")
        assert store.tabulations.find(connection, workspace, FakeAnnotator().model, as_analysed=True)
    delete_customer(survey, "default", files_of(survey), "c-1042")
    with store.reading(survey) as connection:
        assert not store.tabulations.find(connection, workspace, FakeAnnotator().model, as_analysed=True)
    analyse(survey, "default", FakeAnnotator(), progress=lambda *_: None)
    with store.reading(survey) as connection:
        assert store.reports.latest(connection, workspace, "all").counts.responses == 22
        assert len(store.topic_edits.load(connection, workspace)) == 1
        edited = connection.execute(sa.select(topic_edits.c.arguments)).scalar_one()
    assert edited["texts"] == ["exports hang"]
    assert len(edited["clauses"][0][0]) == 64


def test_a_customer_is_named_by_address_too(survey: Engine) -> None:
    """In any case of letters, with all responses of the address."""
    assert delete_customer(survey, "default", files_of(survey), "MARTHA@quill.example").responses == 4


def test_others_are_not_deleted(survey: Engine) -> None:
    """Unknown and odd names delete nothing: patterns, blanks, the beginning of an id."""
    before = stored_text(survey).casefold()
    for name in ("c-104", "%", "c%", "", " ", "\0", "nobody@example.com", "C-1042 ", "\ud800"):
        with pytest.raises(CustomerNotFound):
            delete_customer(survey, "default", files_of(survey), name)
    assert stored_text(survey).casefold() == before


def test_old_responses_are_deleted(survey: Engine) -> None:
    """Those from before the age, with what was computed from them; undated ones stay and are counted."""
    with survey.begin() as connection:
        workspace = store.workspaces.find(connection, "default")
        undated = replace(response(300, "When?", None), answered_at=None)
        store.responses.save(connection, workspace, [response(200, "Long ago.", None, 400), undated])
        assert store.responses.count(connection, workspace) == 27
    deletion = delete_older(survey, "default", files_of(survey), 365)
    assert (deletion.responses, deletion.comments, deletion.rejected_rows, deletion.left) == (1, 1, 0, 1)
    assert "long ago." not in stored_text(survey).casefold()
    assert delete_older(survey, "default", files_of(survey), 365).responses == 0


def test_anonymous_workspaces_and_running_analyses_refuse(engine: Engine) -> None:
    """An anonymous workspace has no customers; an analysis would write what it has read before."""
    promise_anonymity(engine, "hr")
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        store.responses.save(connection, workspace, [response(1, WORDS, MARTHA)])
    with pytest.raises(Conflict, match="anonymity"):
        delete_customer(engine, "hr", files_of(engine), "c-1042")
    with pytest.raises(Conflict, match="anonymity"):
        delete_older(engine, "hr", files_of(engine), 1)
    with store.analysing(engine, workspace), pytest.raises(AnalysisRunning):
        delete_customer(engine, "default", files_of(engine), "c-1042")
    assert delete_customer(engine, "default", files_of(engine), "c-1042").responses == 1


def test_sqlite_files_keep_no_deleted_words(sqlite_engine: Engine) -> None:
    """Neither the file nor its log has the bytes any more."""
    with sqlite_engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        store.responses.save(connection, workspace, [response(1, WORDS, MARTHA)])
    database = Path(sqlite_engine.url.database or "")
    files = [database, Path(f"{database}-wal")]
    assert any(b"zebra" in file.read_bytes() for file in files)
    delete_customer(sqlite_engine, "default", files_of(sqlite_engine), "c-1042")
    assert not any(b"zebra" in file.read_bytes() or b"Quill" in file.read_bytes() for file in files)
