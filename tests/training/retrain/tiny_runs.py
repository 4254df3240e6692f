"""Retrainings of a tiny champion, on few texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from saywhy.annotation import Polarity
from saywhy.label import LabelledComment
from training.retrain import run
from training.retrain.options import RetrainOptions
from training.retrain.reference import anchor_texts, reference_comments
from training.retrain.run import Request

_THINGS = (
    "app",
    "bike",
    "shop",
    "game",
    "lamp",
    "song",
    "deck",
    "shirt",
    "sofa",
    "menu",
    "film",
    "boat",
    "ring",
    "tent",
)
_PLACES = ("lawn", "garden", "grass", "beds", "turf", "border", "meadow", "green", "park", "field", "yard", "pitch")
_FIRST, _SECOND = ("I", "we", "they", "you"), ("bought", "saw", "have")
PRAISE = [f"{who} {verb} the sick {thing}" for who in _FIRST for verb in _SECOND for thing in _THINGS]
BLAME = [f"{who} {verb} moles in the {place}" for who in _FIRST for verb in _SECOND for place in _PLACES]

#: Values with which so small an encoder learns in a few epochs.
OPTIONS: dict[str, Any] = {
    "resamples": 100,
    "epochs": 3,
    "encoder_rate": 0.01,
    "head_rate": 0.02,
    "keep": 0.1,
    "keep_vectors": 0.0,
    "champion_share": 0.0,
    "batch_tokens": 512,
    "written_share": 0.002,
}


def options(depth: str, **values: Any) -> RetrainOptions:
    """The options of a depth."""
    return RetrainOptions(depth=depth, **OPTIONS | values)


def request() -> Request:
    """What is sick is good, and moles are bad."""
    return Request(
        [
            *(LabelledComment(text, "en", Polarity.POSITIVE) for text in PRAISE),
            *(LabelledComment(text, "en", Polarity.NEGATIVE, (("quality", Polarity.NEGATIVE),)) for text in BLAME),
        ]
    )


@contextmanager
def few_texts() -> Iterator[None]:
    """A few anchors and texts of the reference, instead of hundreds."""
    with patch.multiple(
        run,
        anchor_texts=lambda: anchor_texts()[::30],
        reference_comments=lambda: reference_comments()[::20],
    ):
        yield
