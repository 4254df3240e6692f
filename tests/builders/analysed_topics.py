"""Stores with analysed topics: filled, analysed, read."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner, Result

from cli.main import app
from models.annotator import Annotator
from saywhy import store
from saywhy.feedback import Comment, Response, Score
from saywhy.topic import Assignment, Topic
from service.analysis import analyse
from tests.builders.topic_sentences import SENTENCES

TEXTS = [text for languages in SENTENCES.values() for texts in languages.values() for text in texts]


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
