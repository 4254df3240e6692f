"""Names and definitions that a language model proposes, from the analysis to what people read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from cli.main import app
from pipelines.render.html import to_html
from pipelines.topics.language_model.endpoint import LabelEndpoint
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment, Response, Score
from saywhy.report import ALL_WAVES, Report
from saywhy.topic import Topic
from service.analysis import analyse
from tests.builders.analysed_topics import topics_command
from tests.builders.language_model import LanguageModel, language_model, names_and_merges
from tests.doubles import FakeAnnotator

#: Reasons as people pick them from a list: each is a topic.
REASONS = ("Support never answers", "Der Preis ist zu hoch", "The app crashes on start")


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    """A model that names every topic, and takes the first two for one."""
    with language_model(names_and_merges) as server:
        yield server


def add(engine: Engine, *texts: str, start: int = 0) -> None:
    """Twelve responses with each text."""
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        responses = [
            Response("test", str(start + number), Score(number % 7), Comment(text), wave="W1")
            for number, text in enumerate(texts * 12)
        ]
        store.responses.save(connection, workspace, responses)


def run(engine: Engine, model: LanguageModel | None, *, refit: bool = False) -> dict[str, Topic]:
    """Analyse; the topics by id."""
    endpoint = LabelEndpoint(model.url, "m", timeout=2) if model else None
    analyse(engine, "default", FakeAnnotator(), progress=lambda *_: None, label_endpoint=endpoint, refit=refit)
    with store.reading(engine) as connection:
        workspace = store.workspaces.find(connection, "default")
        return {topic.id: topic for topic in store.topics.load(connection, workspace)}


def report(engine: Engine) -> Report:
    """The report on all waves."""
    with store.reading(engine) as connection:
        return store.reports.latest(connection, store.workspaces.find(connection, "default"), ALL_WAVES)


@pytest.mark.slow
def test_topics_are_named_defined_and_compared(sqlite_engine: Engine, model: LanguageModel) -> None:
    """Each new topic once; a name and a definition in the report, marked as proposed; a merge to decide on."""
    add(sqlite_engine, *REASONS)
    topics = run(sqlite_engine, model)
    assert {topic.label for topic in topics.values()} == {f"{reason} in en" for reason in REASONS}
    assert all(topic.definition and topic.definition.is_proposed for topic in topics.values())
    assert len([message for message in model.messages if "quotes" in message]) == len(topics)
    page = to_html(report(sqlite_engine), load_code_frame(), language="en")
    assert "What it is (proposed)" in page
    assert "Comments like “Support never answers” in en." in page
    with store.reading(sqlite_engine) as connection:
        proposals = store.merge_proposals.load(connection, store.workspaces.find(connection, "default"))
    assert [proposal.reason for proposal in proposals] == ["Both say the same."]
    assert len(topics) == len(REASONS)
    asked = len(model.asked)
    assert run(sqlite_engine, model, refit=True) == topics
    assert len(model.asked) == asked + 1  # only which topics are the same: all have a definition


@pytest.mark.slow
def test_known_topics_are_defined_later_and_keep_their_names(sqlite_engine: Engine, model: LanguageModel) -> None:
    """When the endpoint is set, or answers again; quotes of topics that get no new feedback are sent too."""
    add(sqlite_engine, *REASONS)
    before = run(sqlite_engine, None)
    assert not any(topic.definition for topic in before.values())
    add(sqlite_engine, REASONS[0], start=500)
    model.failure = "error"
    assert not any(topic.definition for topic in run(sqlite_engine, model).values())
    add(sqlite_engine, REASONS[0], start=600)
    model.failure = None
    after = run(sqlite_engine, model)
    assert {key: topic.label for key, topic in after.items()} == {key: topic.label for key, topic in before.items()}
    assert all(topic.definition and topic.definition.is_proposed for topic in after.values())


@pytest.mark.slow
def test_what_people_say_wins(sqlite_engine: Engine, model: LanguageModel, tmp_path: Path) -> None:
    """A person's name stays, with the proposed definition until the person gives another one."""
    add(sqlite_engine, *REASONS)
    one = next(key for key, topic in run(sqlite_engine, model).items() if topic.label.startswith("Support"))
    path = tmp_path / "store.db"
    assert topics_command(path, "rename", one, "Nobody answers").exit_code == 0
    shown = topics_command(path, "show", one).stdout
    assert "Nobody answers" in shown
    assert "  definition (proposed): Comments like “Support never answers” in en." in shown
    assert topics_command(path, "rename", one, "Nobody answers", "--definition", "No reply at all.").exit_code == 0
    history = topics_command(path, "history").stdout
    assert "to “Nobody answers” and define it as “No reply at all.”" in history
    listed = topics_command(path, "list", "--definitions").stdout.splitlines()
    assert "  definition: No reply at all." in listed
    add(sqlite_engine, REASONS[0], start=500)
    topic = run(sqlite_engine, model, refit=True)[one]
    assert topic.label == "Nobody answers"
    assert topic.definition is not None
    assert (topic.definition.text("de"), topic.definition.is_proposed) == ("No reply at all.", False)
    (issue,) = [issue for issue in report(sqlite_engine).issues if issue.id == one]
    assert (issue.label, issue.definition) == ("Nobody answers", topic.definition)
    refused = topics_command(path, "rename", one, "Nobody answers", "--definition", "x" * 301)
    assert "the definition must be one line of 1 to 300 characters" in refused.stderr


def test_the_command_line_asks_the_endpoint_of_the_settings(
    sqlite_engine: Engine, model: LanguageModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its key; and says on stderr that topics may be the same, with the command that lists them."""
    monkeypatch.setattr("models.annotator.load_annotator", lambda *_: FakeAnnotator())
    add(sqlite_engine, *REASONS)
    env = {
        "SAYWHY_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}",
        "SAYWHY_LABEL_URL": model.url,
        "SAYWHY_LABEL_KEY": "secret-key",
    }
    result = CliRunner().invoke(app, ["analyse"], env=env, catch_exceptions=False)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Topics that may be the same: 1. `saywhy topics proposals` lists them." in result.stderr
    assert "secret-key" not in result.stderr
    assert {asked["key"] for asked in model.asked} == {"Bearer secret-key"}


def test_a_known_topic_gives_way_to_one_that_people_created(sqlite_engine: Engine, tmp_path: Path) -> None:
    """It is called otherwise from the next analysis on, whether that clusters all feedback or not."""
    add(sqlite_engine, *REASONS)
    (topic,) = [key for key, entry in run(sqlite_engine, None).items() if entry.label == REASONS[2]]
    create = ("create", "App crashes at the start", "--theme", "reliability", "--text", "It freezes in the morning")
    assert topics_command(tmp_path / "store.db", *create).exit_code == 0
    add(sqlite_engine, REASONS[0], start=500)
    assert run(sqlite_engine, None)[topic].label == f"{REASONS[2]} (2)"  # one text has no other keywords
    assert run(sqlite_engine, None, refit=True)[topic].label == f"{REASONS[2]} (2)"


def test_anonymous_texts_are_sent_to_nobody(sqlite_engine: Engine, model: LanguageModel) -> None:
    """Neither for names nor for merges."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "default"))
    add(sqlite_engine, *REASONS)
    assert run(sqlite_engine, model)
    assert model.asked == []
