"""A response that waits for four others influences nothing that is published."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from models.annotator import Annotator
from saywhy import store
from saywhy.feedback import Comment, Response, Score
from service.analysis import analyse
from service.reports.reading import list_waves, read_report
from service.topics.views import list_topics
from tests.builders.analysed_topics import TEXTS


def published(path: Path, annotator: Annotator, waiting: list[Response]) -> dict[str, Any]:
    """What is served after two analyses of an anonymous survey; the second one has the waiting responses too."""
    engine = store.open_store(f"sqlite:///{path}")
    everyone = [Response("hr", str(at), Score(at % 11), Comment(text), wave="W1") for at, text in enumerate(TEXTS)]
    everyone += [
        Response("hr", f"again {at}", Score(at % 11), Comment(f"{text} again"), wave="W1")
        for at, text in enumerate(TEXTS)
    ]
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, "default")
        store.workspaces.promise_anonymity(connection, workspace_id)
        store.responses.save(connection, workspace_id, everyone)
    analyse(engine, "default", annotator, progress=lambda *_: None)
    with engine.begin() as connection:
        store.responses.save(connection, workspace_id, waiting)
    analyse(engine, "default", annotator, progress=lambda *_: None, refit=True)
    served: dict[str, Any] = {
        wave: asdict(read_report(engine, "default", wave)) | {"generated_at": ""}
        for wave in list_waves(engine, "default")
    }
    served["topics"] = list_topics(engine, "default")
    engine.dispose()
    return served


@pytest.mark.slow
def test_a_waiting_response_changes_nothing(tmp_path: Path, annotator: Annotator) -> None:
    """Reports and topics, with labels, keywords and quotes, are the same with four newcomers who all write the same
    words, so that these would be a topic or the label of one.
    """
    texts = [f"{text}, said the man in the canteen" for text in TEXTS[:12:3]]
    waiting = [Response("hr", f"new {at}", Score(0), Comment(text), wave="W1") for at, text in enumerate(texts)]
    without, with_waiting = (
        published(tmp_path / f"{name}.db", annotator, responses)
        for name, responses in (("without", []), ("with", waiting))
    )
    assert without["W1"]["issues"]
    assert with_waiting == without
