"""Merges that a language model proposes: only people make them, and what they decided stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.topics.language_model.endpoint import LabelEndpoint
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.errors import Conflict, ProposalNotFound, TopicEnded
from saywhy.store import Engine
from saywhy.topic import EditKind, Verdict
from service.topics import proposals, views
from service.topics.editing import Attribution, undo_edit
from tests.builders.language_model import LanguageModel, language_model
from tests.builders.proposed_merges import AT, fill

ADA = Attribution("Ada", "weekly")
CODE_FRAME = load_code_frame()


def same(message: dict[str, Any]) -> dict[str, Any]:
    """All topics of a message are one, and so is its known cause."""
    ids = [entry["id"] for entry in (*message["topics"], *message["causes"])]
    return {"same": [{"ids": ids, "reason": "All the same."}]}


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    """A model that takes all topics for one."""
    with language_model(same) as server:
        yield server


def propose(engine: Engine, workspace_id: int, model: LanguageModel) -> list[tuple[str, str]]:
    """Ask the model; the topic and target of all open proposals, the first one first."""
    proposals.propose_merges(engine, workspace_id, LabelEndpoint(model.url, "m", timeout=2))
    return [
        (view.proposal.topic, view.proposal.into)
        for view in reversed(proposals.list_proposals(engine, "default"))
        if view.is_open
    ]


def labels(engine: Engine) -> set[str]:
    """The labels of all topics."""
    return {topic.label for topic in views.list_topics(engine, "default")}


def test_proposals_are_kept_and_nothing_is_merged(engine: Engine, model: LanguageModel) -> None:
    """Complaint and praise are asked apart, with the clauses that the report quotes; themes are no topics."""
    workspace_id, before = fill(engine), labels(engine)
    pairs = [("hours", "performance.slow"), ("exports", "performance.slow"), ("nurses", "staff")]
    assert propose(engine, workspace_id, model) == pairs
    complaint, praise = model.messages
    assert complaint["topics"][0] == {"id": "t1", "name": "Hours for a file", "quotes": ["Hours for a file here."]}
    assert complaint["causes"] == [{"id": "c1", "name": "App is slow"}]
    assert (len(praise["topics"]), praise["causes"]) == (2, [])
    assert labels(engine) == before
    view = proposals.list_proposals(engine, "default")[-1]
    assert (view.topic_label, view.into_label) == ("Hours for a file", "App is slow")
    assert view.proposal.reason == "All the same."


def test_an_accepted_proposal_is_an_edit_that_can_be_undone(engine: Engine, model: LanguageModel) -> None:
    """It is in the history with author and note; accepting again returns the edit until it is undone."""
    workspace_id = fill(engine)
    propose(engine, workspace_id, model)
    edit = proposals.accept(engine, "default", 1, ADA, code_frame=CODE_FRAME)
    assert (edit.kind, edit.topic, edit.arguments["into"]) == (EditKind.MERGE, "hours", "performance.slow")
    assert (edit.author, edit.note) == ("Ada", "weekly")
    assert "Hours for a file" not in labels(engine)
    assert proposals.accept(engine, "default", 1, Attribution("Bob"), code_frame=CODE_FRAME) == edit
    (accepted,) = [view.proposal for view in proposals.list_proposals(engine, "default") if view.proposal.decision]
    assert accepted.decision is not None
    assert (accepted.decision.verdict, accepted.decision.edit) == (Verdict.ACCEPTED, edit.id)
    with pytest.raises(Conflict, match=f"accepted as edit {edit.id}"):
        proposals.dismiss(engine, "default", 1, ADA)
    undo_edit(engine, "default", edit.id, ADA)
    assert "Hours for a file" in labels(engine)
    assert ("hours", "performance.slow") not in propose(engine, workspace_id, model)
    again = proposals.accept(engine, "default", 1, ADA, code_frame=CODE_FRAME)
    assert again.id != edit.id
    assert "Hours for a file" not in labels(engine)


def test_a_dismissed_pair_is_not_proposed_again(engine: Engine, model: LanguageModel) -> None:
    """In neither direction; nor are pairs that are still open. Who dismissed it stays, and may change their mind."""
    workspace_id = fill(engine)
    pairs = propose(engine, workspace_id, model)
    dismissed = proposals.dismiss(engine, "default", 3, ADA)
    assert not dismissed.is_open
    assert proposals.dismiss(engine, "default", 3, Attribution("Bob")) == dismissed
    assert dismissed.proposal.decision is not None
    assert (dismissed.proposal.decision.author, dismissed.proposal.decision.note) == ("Ada", "weekly")
    model.reply = lambda message: {"same": [{"ids": ["t2", "t1"], "reason": "x"}]} if not message["causes"] else {}
    assert propose(engine, workspace_id, model) == pairs[:2]
    assert len(proposals.list_proposals(engine, "default")) == 3
    proposals.accept(engine, "default", 3, ADA, code_frame=CODE_FRAME)
    assert "Lovely nurses" not in labels(engine)


def test_a_proposal_is_out_of_date_when_a_topic_is_gone(engine: Engine) -> None:
    """It is no longer open, and accepting it says what became of the topic."""
    workspace_id = fill(engine)
    with engine.begin() as connection:
        proposed = [("hours", "exports", "Both wait."), ("exports", "performance.slow", "Slow.")]
        store.merge_proposals.add(connection, workspace_id, proposed, at=AT)
    proposals.accept(engine, "default", 1, ADA, code_frame=CODE_FRAME)
    with engine.begin() as connection:
        more = [("hours", "performance.slow", "Slow.")]
        store.merge_proposals.add(connection, workspace_id, more, at=AT)
    assert [(view.proposal.id, view.is_open) for view in proposals.list_proposals(engine, "default")] == [
        (3, False),
        (2, True),
        (1, False),
    ]
    with pytest.raises(TopicEnded, match="topic hours is merged into exports"):
        proposals.accept(engine, "default", 3, ADA, code_frame=CODE_FRAME)


def test_an_unknown_proposal_is_refused(engine: Engine, model: LanguageModel) -> None:
    """Also one of another workspace."""
    propose(engine, fill(engine), model)
    fill(engine, "other")
    for workspace, number in (("default", 9), ("other", 1)):
        with pytest.raises(ProposalNotFound, match=f"no proposal {number}"):
            proposals.accept(engine, workspace, number, ADA, code_frame=CODE_FRAME)
        with pytest.raises(ProposalNotFound, match=f"no proposal {number}"):
            proposals.dismiss(engine, workspace, number, ADA)


def test_nothing_is_sent_for_an_anonymous_workspace(engine: Engine, model: LanguageModel) -> None:
    """Its texts are sent to nobody."""
    with engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "default"))
    assert propose(engine, fill(engine), model) == []
    assert model.asked == []


def test_a_model_that_fails_proposes_nothing(engine: Engine, model: LanguageModel) -> None:
    """No error reaches the analysis."""
    model.failure = "error"
    assert propose(engine, fill(engine), model) == []
