"""`saywhy topics …` and `/v1/topics`: edits are shown at once and stay after the next analysis."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from api.app import create_app
from api.http.dependencies import Resources
from cli.main import app
from models.annotator import Annotator, load_annotator
from saywhy import store
from saywhy.feedback import Comment, Response, Score
from saywhy.settings import Settings
from saywhy.topic import Assignment, Fate, Lineage, Topic
from service.analysis import analyse
from tests.builders.topic_sentences import SENTENCES

TEXTS = [text for languages in SENTENCES.values() for texts in languages.values() for text in texts]


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    """The bundled model."""
    return load_annotator(threads=1)


def add(path: Path, texts: list[str], start: int = 0) -> None:
    """Import one response for each text."""
    engine = store.open_store(f"sqlite:///{path}")
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        responses = [
            Response("test", str(start + at), Score(at % 11), Comment(text), wave="w1") for at, text in enumerate(texts)
        ]
        store.responses.save(connection, workspace, responses)
    engine.dispose()


def run(path: Path, annotator: Annotator, *, refit: bool = False) -> None:
    """Analyse what is in the store."""
    engine = store.open_store(f"sqlite:///{path}")
    analyse(engine, "default", annotator, progress=lambda *_: None, refit=refit)
    engine.dispose()


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory, annotator: Annotator) -> Path:
    """A store with topics."""
    path = tmp_path_factory.mktemp("topics") / "store.db"
    add(path, TEXTS)
    run(path, annotator)
    return path


@pytest.fixture
def path(analysed: Path, tmp_path: Path) -> Path:
    """A copy of the store with topics, to be edited."""
    return Path(shutil.copy(analysed, tmp_path / "store.db"))


def read(path: Path) -> tuple[dict[str, Topic], list[Assignment]]:
    """All topics by id, and the assigned clauses of those that are not ignored."""
    engine = store.open_store(f"sqlite:///{path}")
    with store.reading(engine) as connection:
        workspace = store.workspaces.find(connection, "default")
        topics = {topic.id: topic for topic in store.topics.load(connection, workspace, ignored=True)}
        assigned = list(store.topics.assignments(connection, workspace))
    engine.dispose()
    return topics, assigned


def topics_command(path: Path, *arguments: str) -> Result:
    """Run a command of `saywhy topics` on that store."""
    env = {"SAYWHY_DATABASE_URL": f"sqlite:///{path}"}
    return CliRunner().invoke(app, ["topics", *arguments], env=env, catch_exceptions=False)


def largest(path: Path) -> list[str]:
    """The ids of all topics, largest first."""
    return list(read(path)[0])


def comments_in(path: Path, topic: str) -> list[str]:
    """The ids of comments that `show` prints."""
    shown = topics_command(path, "show", topic, "--examples", "200").stdout
    return re.findall(r"^  comment ([0-9a-f]{12}) ", shown, re.MULTILINE)


def test_every_edit_stays_after_new_feedback_and_after_a_refit(path: Path, annotator: Annotator) -> None:
    """Edits of six topics hold after new comments and after a refit, and can be undone."""
    one, two, three, four, five, six, *_ = largest(path)
    before = read(path)
    example = comments_in(path, three)[0]
    stray = comments_in(path, four)[-1]
    edits = [
        ("rename", one, "What we call it"),
        ("merge", two, one),
        ("split", three, "Split off", "--example", example),
        ("move", stray, one, "--from", four),
        ("ignore", five),
        ("adopt", six, "Our own theme"),
        ("pin", four),
    ]
    for arguments in edits:
        assert topics_command(path, *arguments, "--author", "Ada", "--note", "weekly").exit_code == 0, arguments

    def holds() -> None:
        topics, assigned = read(path)
        where = {(a.content_hash, a.topic) for a in assigned}
        assert topics[one].label == "What we call it"
        assert two not in topics
        assert topics[one].size >= before[0][one].size + before[0][two].size
        (made,) = [topic for topic in topics.values() if topic.label == "Split off"]
        assert any(content_hash.startswith(example) and topic == made.id for content_hash, topic in where)
        assert any(content_hash.startswith(stray) and topic == one for content_hash, topic in where)
        assert not any(content_hash.startswith(stray) and topic == four for content_hash, topic in where)
        assert topics[five].is_ignored
        assert not any(topic == five for _, topic in where)
        assert (topics[six].theme, topics[six].is_adopted) == ("our-own-theme", True)
        assert topics[four].is_pinned

    holds()
    add(path, [f"{text} again" for text in TEXTS[::6]], start=1000)
    run(path, annotator)
    holds()
    run(path, annotator, refit=True)
    holds()
    engine = store.open_store(f"sqlite:///{path}")
    with store.reading(engine) as connection:
        report = store.reports.latest(connection, store.workspaces.find(connection, "default"), "all")
    issues = {(issue.kind, issue.id) for issue in (*report.issues, *report.delights)}
    assert ("theme", "our-own-theme") in issues
    assert not issues & {("topic", six), ("topic", five), ("topic", two)}
    for number in range(len(edits), 0, -1):
        assert topics_command(path, "undo", str(number)).exit_code == 0
    topics, _ = read(path)
    assert {one, two, three, four, five, six} <= set(topics)
    assert not any(topic.is_pinned or topic.is_ignored or topic.is_adopted for topic in topics.values())
    assert topics[one].label == before[0][one].label
    assert topics_command(path, "history").stdout.count("[undone by") == len(edits)


def test_an_undo_restores_the_topics_exactly(path: Path) -> None:
    """After an edit and its undo, the topics and their clauses are exactly as before."""
    before = read(path)
    one, two, *_ = before[0]
    for arguments in (("merge", two, one), ("split", one, "Half", "--example", comments_in(path, one)[0])):
        assert topics_command(path, *arguments).exit_code == 0
        assert read(path) != before
        number = topics_command(path, "history").stdout.split()[0]
        assert topics_command(path, "undo", number).exit_code == 0
        assert read(path) == before


def test_a_repeated_edit_returns_the_first_one(path: Path) -> None:
    """The same edit again returns the first one, and so does a second undo."""
    one = largest(path)[0]
    assert [topics_command(path, "rename", one, "Mine").stdout[:2] for _ in range(2)] == ["1:", "1:"]
    assert topics_command(path, "rename", one, "Yours").stdout[:2] == "2:"
    assert topics_command(path, "rename", one, "Mine").stdout[:2] == "3:"
    assert [topics_command(path, "undo", "3").stdout[:2] for _ in range(2)] == ["4:", "4:"]
    assert read(path)[0][one].label == "Yours"


def test_refusals_say_what_and_why(path: Path) -> None:
    """Unknown or ended topics, comments and edits, names in use and invalid arguments: exit code 1 and one line."""
    one, two, three, *_ = largest(path)
    label = read(path)[0][two].label
    example = comments_in(path, one)[0]
    topics_command(path, "merge", three, two)
    for arguments, message in (
        (("rename", "nope", "x"), "there is no topic 'nope'"),
        (("rename", three, "x"), f"topic {three} is merged into {two}"),
        (("rename", one, label), "is called"),
        (("rename", one, " "), "must be one line of 1 to 120 characters"),
        (("rename", one, "x" * 121), "must be one line of 1 to 120 characters"),
        (("merge", one, one), "cannot be merged into itself"),
        (("merge", one, "nope"), "there is no topic 'nope'"),
        (("split", one, "New"), "either which part, or which comments"),
        (("split", one, "New", "--part", "nope"), "has no part 'nope'"),
        (("split", two, "New", "--example", example), f"comment {example} has nothing in topic {two}"),
        (("move", "xyz", one), "'xyz' is not a comment"),
        (("move", "0123456789ab", one), "there is no comment 0123456789ab"),
        (("move", example, one, "--from", two), f"has nothing in topic {two} to move"),
        (("adopt", one, "Billing"), "billing is a theme of the code frame already"),
        (("adopt", one, "x", "--theme", "No Id"), "cannot be the id of a theme"),
        (("undo", "99"), "there is no edit 99"),
    ):
        result = topics_command(path, *arguments)
        assert (result.exit_code, result.stdout) == (1, ""), arguments
        assert message in result.stderr, arguments
        assert len(result.stderr.splitlines()) == 1
    assert len(topics_command(path, "history").stdout.splitlines()) == 1


def test_an_ended_topic_is_refused_with_its_fate(path: Path) -> None:
    """The error for a topic that was merged or retired says which, into what, and when."""
    engine = store.open_store(f"sqlite:///{path}")
    with engine.begin() as connection:
        workspace = store.workspaces.find(connection, "default")
        fit = store.clusters.fit(connection, workspace)
        assert fit is not None
        one = store.topics.load(connection, workspace)[0].id
        at = fit.fitted_at
        events = [Lineage(at, Fate.MERGED, "gone", one, 0.9), Lineage(at, Fate.RETIRED, "void")]
        store.clusters.save(connection, workspace, fit, (), events)
    engine.dispose()
    assert f"topic gone was merged into {one} on {at:%Y-%m-%d}" in topics_command(path, "pin", "gone").stderr
    assert "topic void was retired" in topics_command(path, "pin", "void").stderr


def test_an_anonymous_workspace_shows_no_examples(tmp_path: Path, annotator: Annotator) -> None:
    """An anonymous workspace lists only the topics of the published report, and shows no clauses."""
    path = tmp_path / "store.db"
    engine = store.open_store(f"sqlite:///{path}")
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        store.workspaces.promise_anonymity(connection, workspace)
    engine.dispose()
    add(path, TEXTS)
    run(path, annotator)
    topics = largest(path)
    listed = topics_command(path, "list").stdout
    shown = [topic for topic in topics if topic in listed]
    assert len(shown) < len(topics)
    hidden = next(topic for topic in topics if topic not in shown)
    assert "there is no topic" in topics_command(path, "show", hidden).stderr
    for topic in shown:
        assert "comment" not in topics_command(path, "show", topic).stdout


@pytest.fixture
def client(path: Path, annotator: Annotator) -> Any:
    """An HTTP client on that store."""
    engine = store.open_store(f"sqlite:///{path}")
    with TestClient(create_app(Settings(), Resources(engine, "default", annotator))) as client:
        yield client


def test_topics_are_read_and_edited_over_http(client: TestClient, path: Path, annotator: Annotator) -> None:
    """Every kind of edit is shown at once, kept with author and note, holds after an analysis, and can be undone."""
    topics = client.get("/v1/topics").json()["topics"]
    one, two, three, four, five, *_ = (topic["id"] for topic in topics)
    assert all(0 <= topic["stability"] <= 1 and topic["first_seen"] for topic in topics)
    read_three = client.get(f"/v1/topics/{three}").json()
    example = read_three["examples"][0]["comment"]
    stray = client.get(f"/v1/topics/{four}").json()["examples"][-1]["comment"]
    assert [event["fate"] for event in read_three["lineage"]] == ["found"]
    for number, body in enumerate(
        (
            {"kind": "rename", "topic": one, "name": "Name of ours"},
            {"kind": "merge", "topic": two, "into": one},
            {"kind": "split", "topic": three, "name": "Split off", "examples": [example]},
            {"kind": "move", "topic": four, "comment": stray, "into": one},
            {"kind": "ignore", "topic": five},
            {"kind": "pin", "topic": four},
            {"kind": "adopt", "topic": three, "name": "Our own theme"},
        ),
        1,
    ):
        answer = client.post("/v1/topic-edits", json={**body, "author": "Ada", "note": "weekly"})
        assert answer.status_code == 200, answer.text
        assert {"id": number, "kind": body["kind"], "author": "Ada", "note": "weekly"}.items() <= answer.json().items()
    run(path, annotator)
    after = {topic["id"]: topic for topic in client.get("/v1/topics").json()["topics"]}
    assert after[one]["label"] == "Name of ours"
    assert two not in after
    assert (after[four]["is_pinned"], after[five]["is_ignored"], after[three]["is_adopted"]) == (True, True, True)
    assert any(topic["label"] == "Split off" for topic in after.values())
    assert next(iter(after)) == four
    assert list(after)[-1] == five
    history = client.get("/v1/topic-edits").json()["edits"]
    assert [edit["id"] for edit in history] == list(range(7, 0, -1))
    assert {edit["standing"] for edit in history} == {"stands"}
    undone = client.post("/v1/topic-edits/2/undo", json={"author": "Bob"})
    assert (undone.status_code, undone.json()["kind"]) == (200, "undo")
    assert two in {topic["id"] for topic in client.get("/v1/topics").json()["topics"]}
    assert client.get("/v1/topic-edits").json()["edits"][-2]["undone_by"] == 8


def test_http_refusals_are_problem_documents(client: TestClient) -> None:
    """Each refusal has its own type and status, and a detail."""
    one, two, *_ = (topic["id"] for topic in client.get("/v1/topics").json()["topics"])
    client.post("/v1/topic-edits", json={"kind": "merge", "topic": two, "into": one, "author": "Ada"})
    by = {"author": "Ada"}
    for method, url, body, status, kind in (
        ("GET", "/v1/topics/nope", None, 404, "topic-not-found"),
        ("GET", f"/v1/topics/{two}", None, 409, "topic-ended"),
        ("POST", "/v1/topic-edits", {"kind": "pin", "topic": "nope", **by}, 404, "topic-not-found"),
        ("POST", "/v1/topic-edits", {"kind": "pin", "topic": two, **by}, 409, "topic-ended"),
        ("POST", "/v1/topic-edits", {"kind": "merge", "topic": one, "into": one, **by}, 400, "invalid-input"),
        ("POST", "/v1/topic-edits", {"kind": "adopt", "topic": one, "name": "Price", **by}, 409, "conflict"),
        ("POST", "/v1/topic-edits", {"kind": "pin", "topic": one}, 422, "invalid-request"),
        ("POST", "/v1/topic-edits", {"kind": "praise", "topic": one, **by}, 422, "invalid-request"),
        ("POST", "/v1/topic-edits/99/undo", by, 404, "edit-not-found"),
    ):
        answer = client.request(method, url, json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), body
        assert answer.json()["type"] == f"urn:saywhy:problem:{kind}"
        assert answer.json()["detail"]
