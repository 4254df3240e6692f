"""What is served of an anonymous workspace between two analyses: only what the latest report published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.errors import InvalidInput
from saywhy.feedback import Comment
from saywhy.report import ALL_WAVES, Report
from saywhy.settings import Settings
from saywhy.store import Connection, Engine
from saywhy.topic import Assignment, EditKind, Fate, Lineage
from service.efforts import set_effort
from service.reports.reading import find_stored, read_report
from service.topics.editing import Attribution, apply_edit
from service.topics.validation import EditRequest
from service.topics.views import list_edits, read_topic
from tests.builders.reports import FULL, INVOICES
from tests.builders.stored_topics import NOW, save_comments, save_topics, topic
from tests.disclosure.test_fields import never_shown

SHOWN, HIDDEN = "t-1", "t-2"
ADA = Attribution("Ada")
COMMENTS = ("The parcel came late", "Nobody answers the phone")


def keep_report(connection: Connection, workspace_id: int, *topics: str) -> None:
    """Store a report on all waves with every field, as an earlier version did; it shows these topics."""
    run = store.runs.start(connection, workspace_id, "core-1")
    issues = tuple(replace(INVOICES, id=topic) for topic in topics)
    store.reports.save(connection, workspace_id, run.id, replace(FULL, wave=ALL_WAVES, issues=issues, delights=()))


@pytest.fixture
def anonymous(sqlite_engine: Engine) -> Engine:
    """An anonymous workspace with two topics, of which the report shows one."""
    with sqlite_engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, "default")
        store.workspaces.promise_anonymity(connection, workspace_id)
        topics = [topic(SHOWN), topic(HIDDEN)]
        comments = save_comments(connection, workspace_id, *COMMENTS)
        assigned = [Assignment(c.content_hash, 0, 5, t.id, 0.9) for c, t in zip(comments, topics, strict=True)]
        save_topics(connection, workspace_id, topics, assigned)
        keep_report(connection, workspace_id, SHOWN)
    return sqlite_engine


def edit(engine: Engine, kind: EditKind, topic: str | None, **arguments: object) -> None:
    """Make an edit."""
    apply_edit(engine, "default", EditRequest(kind, topic, arguments), ADA, code_frame=load_code_frame())


def served_edits(engine: Engine) -> list[tuple[str, str | None]]:
    """What is said of each edit, latest first: its outcome, and why it has no effect."""
    return [(status.outcome.value, status.why) for status in list_edits(engine, "default")]


def retire(engine: Engine, topic_id: str) -> None:
    """What an analysis does to a topic that no clause is left in, before it writes its report."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "default")
        fit = store.clusters.fit(connection, workspace_id)
        assert fit is not None
        [cluster] = [one for one in store.clusters.load(connection, workspace_id) if one.id == topic_id]
        events = [Lineage(NOW, Fate.RETIRED, topic_id)]
        store.clusters.save(connection, workspace_id, fit, [replace(cluster, ended_at=NOW)], events)


def served_reports(engine: Engine) -> Iterator[Report]:
    """The report on all waves, in every way in which it is served."""
    yield read_report(engine, "default", ALL_WAVES)
    stored = find_stored(engine, "default", ALL_WAVES)
    assert stored is not None
    yield stored.report()
    yield set_effort(engine, "default", SHOWN, "S", by="Ada")[1]
    yield read_report(engine, "default", ALL_WAVES)


def test_reports_of_earlier_versions_pass_the_allow_list(anonymous: Engine, sqlite_url: str) -> None:
    """A stored report with all fields is served, on every way, without those that are never published."""
    for report in served_reports(anonymous):
        assert [*never_shown(json.loads(json.dumps(asdict(report))))] == []
        assert report.issues[0].mentions == INVOICES.mentions
    with TestClient(create_app(Settings(database_url=sqlite_url))) as client:
        served = client.get(f"/v1/reports/{ALL_WAVES}").json()
        page = client.get(f"/reports/{ALL_WAVES}").text
    assert [*never_shown(served)] == []
    assert "1,284,500" not in page  # revenue at risk


def test_other_workspaces_serve_all_fields(sqlite_engine: Engine) -> None:
    """Without the promise nothing is left out."""
    with sqlite_engine.begin() as connection:
        keep_report(connection, store.workspaces.ensure(connection, "default"), SHOWN)
    assert read_report(sqlite_engine, "default", ALL_WAVES).issues[0].revenue_at_risk == INVOICES.revenue_at_risk


def test_what_is_said_of_edits_is_of_the_latest_report(anonymous: Engine) -> None:
    """That a topic is no longer there is not told before a report; then only that the report does not show it, which
    may be because too few people name it.
    """
    edit(anonymous, EditKind.PIN, SHOWN)
    edit(anonymous, EditKind.RENAME, SHOWN, name="Late parcels")
    edit(anonymous, EditKind.CREATE, None, name="Queues", theme="support", polarity="negative", texts=["I waited"])
    before = served_edits(anonymous)
    assert [outcome for outcome, _ in before] == ["without effect", "stands", "stands"]
    retire(anonymous, SHOWN)
    assert served_edits(anonymous) == before
    with anonymous.begin() as connection:
        keep_report(connection, store.workspaces.find(connection, "default"))
    assert served_edits(anonymous)[1:] == [("without effect", f"the latest report does not show topic {SHOWN}")] * 2


def test_edits_of_merged_and_adopted_topics_stand(anonymous: Engine) -> None:
    """A merge stands while the report shows the other topic, an adoption while it shows the theme, ignoring always."""
    with anonymous.begin() as connection:
        keep_report(connection, store.workspaces.find(connection, "default"), SHOWN, HIDDEN)
    edit(anonymous, EditKind.MERGE, HIDDEN, into=SHOWN)
    edit(anonymous, EditKind.ADOPT, SHOWN, name="Parcels", theme="parcels")
    with anonymous.begin() as connection:
        workspace_id = store.workspaces.find(connection, "default")
        run = store.runs.start(connection, workspace_id, "core-1")
        adopted = replace(INVOICES, kind="theme", id="parcels", theme="parcels")
        store.reports.save(connection, workspace_id, run.id, replace(FULL, wave=ALL_WAVES, issues=(adopted,)))
    edit(anonymous, EditKind.IGNORE, SHOWN)
    assert served_edits(anonymous) == [("stands", None)] * 3
    details = read_topic(anonymous, "default", SHOWN, code_frame=load_code_frame())
    assert len(details.edits) == 3


@pytest.mark.parametrize("guess", [COMMENTS[0], COMMENTS[1], "What nobody wrote"])
def test_a_guessed_comment_cannot_be_tested(anonymous: Engine, guess: str) -> None:
    """Moving a comment, or splitting what is like it from a topic, is refused whether or not somebody wrote it."""
    for kind, arguments in (
        (EditKind.MOVE, {"comment": Comment(guess).content_hash, "into": SHOWN}),
        (EditKind.SPLIT, {"name": "Like that", "examples": [Comment(guess).content_hash]}),
    ):
        with pytest.raises(InvalidInput, match="cannot be moved, nor topics split"):
            edit(anonymous, kind, SHOWN, **arguments)
    assert served_edits(anonymous) == []
