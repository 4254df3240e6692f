"""The vectors of the sentences of `tests.builders.topic_sentences`, by the model that ships."""

from __future__ import annotations

import pytest

from models.annotator import load_annotator
from models.arrays import Vectors
from tests.builders.topic_sentences import ALL_SENTENCES


@pytest.fixture(scope="session")
def vectors() -> Vectors:
    """One row per sentence."""
    return load_annotator(threads=1).vectors([sentence.text for sentence in ALL_SENTENCES])
