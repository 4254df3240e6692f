"""Topics of plain texts, as `saywhy topics` finds them on stdin."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models.annotator import Annotator
from models.arrays import Vectors
from pipelines.topics.plain_texts import cluster_texts
from tests.builders.topic_sentences import ALL_SENTENCES


def test_plain_texts_are_clustered_in_their_order(vectors: Vectors) -> None:
    """One assignment per text, in order; equal texts get the same one; ids are those of the topics returned."""
    texts = [sentence.text for sentence in ALL_SENTENCES] + [ALL_SENTENCES[0].text.upper() + "!", "  "]
    topics, assignments = cluster_texts(texts, np.concatenate([vectors, vectors[:1], vectors[5:6]]))
    assert len(assignments) == len(texts)
    assert assignments[-2] == assignments[0]
    assert (assignments[-1].topic, assignments[-1].confidence) == (None, 0.0)
    sizes = Counter(assignment.topic for assignment in assignments if assignment.topic)
    assert sizes == {topic.id: topic.size for topic in topics}
    assert all(0 < assignment.confidence <= 1 for assignment in assignments if assignment.topic)
    assert all(topic.label and topic.keywords for topic in topics)


def test_no_texts_have_no_topics() -> None:
    """An empty input is no error."""
    assert cluster_texts([], np.empty((0, 384), np.float32)) == ([], [])


@pytest.mark.parametrize("name", ["two_reasons", "picked_reasons"])
def test_reasons_that_people_picked_are_topics(annotator: Annotator, name: str) -> None:
    """Each reason of a list that many people picked, in English or German, is a topic of its own."""
    file = Path(__file__).parents[1] / "fixtures" / "reported" / f"{name}.jsonl"
    texts = [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]
    _, assignments = cluster_texts(texts, annotator.vectors(texts))
    topics = {text: assignment.topic for text, assignment in zip(texts, assignments, strict=True)}
    picked = [topics[text] for text, count in Counter(texts).items() if count >= 8]
    assert None not in picked
    assert len({*picked}) == len(picked) >= 2
