"""Workspaces stay apart: no route shows or changes anything of another workspace, whatever it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.auth import is_public
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.case import AccountOrigin, NewAccount
from saywhy.export_format import ExportFormat
from saywhy.feedback import Comment, Customer, Rejection, Response, Score
from saywhy.fix import Fix
from saywhy.frame import FrameVersion
from saywhy.job import JobState
from saywhy.mapping import ColumnChoice, Mapping
from saywhy.settings import Settings
from saywhy.shared_link import SharedView
from saywhy.source import Credentials, SourceKind, SourceSettings
from saywhy.store.job_tables import jobs
from saywhy.store.responses import SaveCounts
from saywhy.store.tables import metadata, workspaces
from saywhy.wave_plan import ListedCustomer, PlannedWave
from saywhy.webhook import EndpointKind
from service.access import local_principal
from service.audit_log import record
from service.cases import open_earlier
from service.customer_health import add_new_account
from service.digests.managing import add_digest
from service.files import JobFiles
from service.job_kinds import ExportArguments
from service.jobs import start
from service.shared_links import share
from service.sources.configuration import add_source
from service.wave_plans import PlanOptions, create_plan
from service.webhooks.endpoints import ping
from tests.api.test_keys import operations
from tests.builders.access import bearing, key_of
from tests.builders.fixed_survey import analysed, responses
from tests.builders.frames import SHOP
from tests.builders.receiver import subscribe

#: A word in what the other workspace has, and in nothing that a request names.
SECRET = "zyxwvut"
LATER = datetime.now(UTC) + timedelta(days=1)
COMMENT = Comment(f"The {SECRET} is slow.")


@dataclass(frozen=True)
class Workspaces:
    """A store whose workspace `default` is that of others, a client, and keys with all scopes for it and for `mine`."""

    engine: Engine
    client: TestClient
    topic: str
    source: str
    theirs: str
    mine: str


@pytest.fixture
def both(sqlite_engine: Engine, annotator: Annotator) -> Iterator[Workspaces]:
    """One analysed survey in the workspace of others, and an empty workspace."""
    secret = Response(
        "s", "1", Score(1), Comment(f"The {SECRET} is slow."), wave="W1", customer=Customer("c-1", SECRET)
    )
    analysed(sqlite_engine, [*responses(), secret])
    with sqlite_engine.begin() as connection:
        others = store.workspaces.find(connection, "default")
        store.fixes.put(connection, others, Fix("theme:support", wave="W2"))
        store.mappings.put(connection, others, Mapping("shop", (SECRET,), ColumnChoice()))
        shop = SHOP.replace("Bakery", SECRET)
        store.code_frames.add(connection, others, FrameVersion("shop", "1", shop, SECRET, LATER))
        topic = connection.scalar(sa.select(metadata.tables["topics"].c.id)) or "none"
        when = {"cron": "0 2 * * *", "time_zone": "UTC"}
        store.schedules.add(connection, others, "analyse", {}, **when, next_at=LATER, created_by=SECRET)
        imported = store.imports.start(connection, others, f"{SECRET}.csv", "digest")
        rejection = Rejection(2, "no score", f"{SECRET};?")
        store.imports.advance(connection, others, imported.id, 1, SaveCounts(), [rejection])
    assert open_earlier(sqlite_engine, "default", None) > 0
    add_new_account(sqlite_engine, "default", NewAccount("Birch", AccountOrigin.REFERRAL, "c-1", LATER))
    _export(sqlite_engine)
    subscribe(sqlite_engine, f"http://127.0.0.1/{SECRET}")
    ping(sqlite_engine, "default", 1)
    channel, _ = subscribe(sqlite_engine, "http://127.0.0.1/", frozenset(), kind=EndpointKind.SLACK)
    add_digest(sqlite_engine, "default", SECRET, [channel.id], cron="0 2 * * *", created_by=SECRET, address="/")
    source = _source(sqlite_engine)
    listed = [ListedCustomer("c-1", {}, SECRET, f"{SECRET}@x.example")]
    waves = PlanOptions((PlannedWave("W9", LATER.date()),), min_days=0)
    create_plan(sqlite_engine, "default", "2027", waves, listed, created_by="others")
    share(sqlite_engine, "default", SECRET, SharedView(), maker=local_principal("default"))
    theirs = key_of(sqlite_engine, "default", name=SECRET)
    record(sqlite_engine, local_principal("default"), "POST /", SECRET)
    mine = key_of(sqlite_engine, "mine")
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "default", annotator))) as client:
        yield Workspaces(sqlite_engine, client, topic, source, theirs, mine)


def _export(engine: Engine) -> None:
    """Job 1 of the workspace of others: an export that has succeeded."""
    files = JobFiles.of(engine, None)
    job = start(engine, "default", ExportArguments(ExportFormat.CSV))
    key, path = files.new_export("responses.csv")
    path.write_text(SECRET)
    with engine.begin() as connection:
        ended = sa.update(jobs).where(jobs.c.id == job.id)
        connection.execute(ended.values(state=JobState.SUCCEEDED, result={"file": key, "rows": 1, "note": SECRET}))


def _source(engine: Engine) -> str:
    """A source of the workspace of others, which has delivered something that failed; its id."""
    settings = SourceSettings(SECRET, SourceKind.HUBSPOT)
    source, _ = add_source(engine, "default", settings, Credentials("s", "t"), created_by=SECRET)
    with engine.begin() as connection:
        others = store.workspaces.find(connection, "default")
        delivery, _ = store.source_deliveries.add(connection, others, source.id, "digest", SECRET.encode())
        store.source_deliveries.fail(connection, delivery.id, SECRET)
    return source.id


def rows_of_others(engine: Engine) -> dict[str, list[Any]]:
    """All that is stored of the other workspace, by table."""
    with engine.connect() as connection:
        others = connection.scalar(sa.select(workspaces.c.id).where(workspaces.c.name == "default"))
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(_of(table, others)))
            for table in metadata.sorted_tables
            if "workspace_id" in table.c
        }


def _of(table: sa.Table, workspace_id: int | None) -> sa.Select[Any]:
    return sa.select(table).where(table.c.workspace_id == workspace_id)


#: What exists in the workspace of others, by the name of the path parameter that takes it.
NAMED = {
    "wave": ["W1", "all"],
    "cause": ["theme:support", "support"],
    "topic": ["{topic}"],
    "edit": ["1"],
    "proposal": ["1"],
    "name": ["shop"],
    "key": ["1"],
    "customer": ["c-1"],
    "case": ["1"],
    "account": ["Birch"],
    "job": ["1"],
    "import_id": ["1"],
    "schedule": ["1"],
    "digest": ["1"],
    "endpoint": ["1"],
    "delivery": ["1"],
    "change": ["1"],
    "source": ["{source}"],
    "plan": ["2027"],
    "link": ["1"],
    "correction": ["1"],
    "model": ["candidate"],
    "frame": ["shop"],
}

#: Bodies that the routes accept.
BODIES: dict[str, Any] = {
    "/v1/classify": {"comments": [{"id": 1, "text": "slow"}]},
    "/v1/code-frames": {"yaml": SHOP},
    "/v1/fixes": {"cause": "support", "wave": "W2"},
    "/v1/handling/{cause}": {"owner": "Ada"},
    "/v1/handling/{cause}/effort": {"effort_days": 3},
    "/v1/topic-edits": {"kind": "pin", "topic": "{topic}"},
    "/v1/audits": {"comments": [{"id": "{comment}", "labels": []}]},
    "/v1/corrections/suspects/{correction}": {"decision": "dismiss"},
    "/v1/mappings/{name}": {"columns": ["b"], "roles": {}},
    "/v1/keys": {"name": "another", "scopes": ["read"]},
    "/v1/cases": {"since": None},
    "/v1/cases/{case}": {"version": 1, "state": "contacted"},
    "/v1/follow-up/policy": {"groups": [], "max_age_days": None, "within_hours": 1, "business_hours": None},
    "/v1/follow-up/new-accounts": {"account": "Elm", "origin": "referral", "brought_by": "c-1"},
    "/v1/responses": {"source": "s", "responses": [{"id": "1", "score": 9}]},
    "/v1/webhook-endpoints": {"url": "https://hooks.example/", "events": ["detractor.new"]},
    "/v1/webhook-endpoints/{endpoint}": {"events": ["report.finished"]},
    "/v1/schedules": {"kind": "analyse", "cron": "0 2 * * *"},
    "/v1/digests": {"view": "v", "address": "/", "endpoints": [1], "cron": "0 2 * * *"},
    "/v1/digests/{digest}": {"is_paused": True},
    "/v1/sources": {"name": "s", "kind": "generic"},
    "/v1/sources/{source}": {"name": "s", "kind": "hubspot"},
    "/v1/shared-links": {"name": "x", "view": {"wave": "W1"}},
    "/v1/wave-plans": {"name": "2028", "start": "2028-01-01", "customers": [{"id": "c-1", "email": "a@x.example"}]},
}


#: Bodies that are no JSON object, with their media types.
OTHER_BODIES = {
    "/v1/classify/stream": (b'{"id": 1, "text": "slow"}', "application/x-ndjson"),
    "/v1/corrections/import": (f"comment,sentiment\n{COMMENT.verbatim},mixed\n".encode(), "text/csv"),
    "/v1/imports": (b"id,score\n1,2\n", "text/csv"),
    "/v1/imports/preview": (b"id,score\n1,2\n", "text/csv"),
    "/v1/wave-plans/file": (b"id,email\n1,a@x.example\n", "text/csv"),
}

#: What routes may be asked for beside their path.
QUERIES = ("", "?against=workspace:default", "?cause=theme:support&wave=W1", "?name=2029&start=2029-01-01")


def requests(both: Workspaces) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, URL and body of requests to every route, for all that the workspace of others has."""
    comment = COMMENT.content_hash
    for method, path, _ in operations():
        if is_public(method, path):
            continue
        parameter = re.search(r"\{(\w+)", path)
        for value in NAMED[parameter[1]] if parameter else [""]:
            value = value.replace("{topic}", both.topic).replace("{source}", both.source)
            url = re.sub(r"\{[^}]+\}", value, path.replace("{delivery}", "1"))
            body: dict[str, Any] = {}
            if path in OTHER_BODIES:
                content, media_type = OTHER_BODIES[path]
                body = {"content": content, "headers": {"Content-Type": media_type}}
            elif method in ("POST", "PUT", "PATCH"):
                body = {"json": _filled(BODIES.get(path, {}), both.topic, comment)}
            for query in (
                "",
                "?against=workspace:default",
                "?cause=theme:support&wave=W1",
                "?name=2029&start=2029-01-01",
            ):
                yield method, url + query, body


@pytest.mark.slow
def test_no_route_reaches_another_workspace(both: Workspaces) -> None:
    """Every route, asked for all that the other workspace has: no answer has its words, and nothing in it changes."""
    before = rows_of_others(both.engine)
    bearing(both.client, both.mine)
    for method, url, body in requests(both):
        answer = both.client.request(method, url, **body)
        assert answer.status_code < 500, (method, url)
        assert SECRET not in answer.text, (method, url)
    assert rows_of_others(both.engine) == before
    assert {name for name, rows in before.items() if rows} >= {
        *("responses", "reports", "fixes", "mappings", "code_frames", "audit_log"),
        *("cases", "new_accounts", "jobs", "schedules", "imports", "rejections"),
        *("webhook_endpoints", "webhook_events", "webhook_deliveries", "digests", "saved_views"),
        *("sources", "source_deliveries", "wave_plans", "shared_links"),
    }
    assert [path.read_text() for path in JobFiles.of(both.engine, None).root.glob("exports/*/*")] == [SECRET]


@pytest.mark.slow
def test_the_same_requests_reach_the_own_workspace(both: Workspaces) -> None:
    """With a key of the other workspace the same requests show its words and change it, so they show something."""
    before = rows_of_others(both.engine)
    bearing(both.client, both.theirs)
    key_of(both.engine, "default", name="to be revoked, instead of the one that asks")
    told, statuses = set(), dict[str, set[int]]()
    for method, url, body in requests(both):
        deletes = method == "DELETE" and url.startswith(("/v1/customers", "/v1/sources", "/v1/wave-plans"))
        if url.startswith("/v1/keys/1") or deletes:
            continue  # after these there is less to be told
        answer = both.client.request(method, url, **body)
        statuses.setdefault(method, set()).add(answer.status_code)
        told |= {url.partition("?")[0]} if SECRET in answer.text else set()
    assert {"/v1/keys", "/v1/mappings", "/v1/code-frames/shop", "/v1/audit-log", "/v1/jobs", "/v1/jobs/1"} <= told
    assert {
        "/v1/cases",
        "/v1/cases/1",
        "/v1/customers/c-1",
        "/v1/comments",
        "/v1/webhook-endpoints",
        "/v1/digests",
    } <= told
    assert f"/v1/sources/{both.source}/deliveries" in told
    assert "/v1/wave-plans/2027/customers" in told
    assert "/v1/corrections/export" in told  # what was imported just before
    assert all(seen & {200, 201, 204} for seen in statuses.values())
    after = rows_of_others(both.engine)
    assert {name for name in before if after[name] != before[name]} >= {
        *("responses", "cause_changes", "mappings", "topic_edits")
    }


def test_jobs_and_files_of_others_are_not_found(both: Workspaces) -> None:
    """Jobs, exports and rejected rows: there with a key of the workspace, 404 with one of another."""
    for path, problem in (
        ("/v1/jobs/1", "job-not-found"),
        ("/v1/exports/1", "job-not-found"),
        ("/v1/imports/1/rejections", "not-found"),
    ):
        answer = bearing(both.client, both.mine).get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, f"urn:saywhy:problem:{problem}")
        answer = bearing(both.client, both.theirs).get(path)
        assert (answer.status_code, SECRET in answer.text) == (200, True), path
    assert bearing(both.client, both.mine).post("/v1/jobs/1/cancel").status_code == 404


def _filled(body: Any, topic: str, comment: str) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, topic, comment) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, topic, comment) for value in body]
    return body.replace("{topic}", topic).replace("{comment}", comment) if isinstance(body, str) else body


def test_lists_are_those_of_the_workspace_of_the_key(both: Workspaces) -> None:
    """A key of an empty workspace sees nothing of the server's own, whose reports it cannot compare with either."""
    bearing(both.client, both.mine)
    empty: dict[str, Any] = {
        "/v1/reports": {"waves": []},
        "/v1/topics": {"topics": []},
        "/v1/fixes": {"fixes": []},
        "/v1/mappings": {"mappings": []},
        "/v1/topic-edits": {"edits": []},
        "/v1/audit-log": {"entries": [], "next": None},
        "/v1/jobs": {"jobs": [], "next": None},
        "/v1/schedules": {"schedules": []},
        "/v1/webhook-endpoints": {"endpoints": []},
        "/v1/digests": {"digests": []},
        "/v1/webhook-deliveries": {"deliveries": [], "next": None},
        "/v1/sources": {"sources": []},
        "/v1/wave-plans": {"plans": []},
        "/v1/shared-links": {"links": []},
        "/v1/cases": {"cases": [], "next": None},
        "/v1/customers": {"customers": [], "next": None},
        "/v1/customers/alerts": {"alerts": []},
        "/v1/comments": {"comments": [], "next": None},
        "/v1/corrections": {"corrections": [], "next": None},
        "/v1/corrections/suspects": {"suspects": []},
        "/v1/drift": {"drift": None},
        "/v1/follow-up/new-accounts": {"new_accounts": []},
    }
    assert {path: both.client.get(path).json() for path in empty} == empty
    assert [key["name"] for key in both.client.get("/v1/keys").json()["keys"]] == ["CRM sync"]
    assert SECRET not in both.client.get("/").text
