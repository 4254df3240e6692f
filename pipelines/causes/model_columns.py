"""The columns of the two models of the score: that of the themes, and that of the topics and the rests of themes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.causes.analysis import SIDES, Analysis
from pipelines.tabulate.survey_data import Cause
from saywhy.annotation import Polarity

#: Themes are measured in one model; topics in another, because a topic is a part of its theme.
KINDS = ("theme", "topic")


@dataclass(frozen=True, slots=True)
class ModelColumns:
    """Who names what, of one kind: the same columns for every part of a survey, whatever is named in it."""

    causes: NDArray[np.intp]  # (K,) indices of `SurveyData.causes`
    rests: NDArray[np.intp]  # (R,) indices of the themes with a column for mentions in none of their topics
    named: tuple[
        sparse.csr_array, sparse.csr_array
    ]  # of each of `SIDES`: (B, K + R) bool, of the causes, then the rests

    @classmethod
    def of(cls, analysis: Analysis, kind: str) -> ModelColumns:
        """In the model of the topics are the rests too, so that a topic does not get the points of other mentions."""
        causes = analysis.data.causes
        columns = indices(causes, kind)
        rests = indices(causes, "theme") if kind == "topic" else np.zeros(0, dtype=np.intp)
        sides = []
        for polarity in SIDES:
            matrix = analysis.named[polarity]
            blocks = [without_opposite(causes, matrix, polarity)[:, columns]]
            if kind == "topic":
                blocks.append(theme_only(causes, matrix))
            sides.append(sparse.csr_array(sparse.hstack(blocks, format="csr")).astype(bool))
        return cls(columns, rests, (sides[0], sides[1]))

    def both(self) -> sparse.csr_array:
        """Complaints, then praise: (B, 2·(K + R))."""
        return sparse.csr_array(sparse.hstack(self.named, format="csr"))


def indices(causes: Sequence[Cause], kind: str) -> NDArray[np.intp]:
    """The indices of the causes of one kind."""
    return np.array([index for index, cause in enumerate(causes) if cause.kind == kind], dtype=np.intp)


def without_opposite(causes: Sequence[Cause], named: sparse.csr_array, polarity: Polarity) -> sparse.csr_array:
    """Without the mentions of topics of the other polarity: a complaint is not ranked as praise, nor the reverse."""
    opposite = Polarity.POSITIVE if polarity is Polarity.NEGATIVE else Polarity.NEGATIVE
    kept = sparse.diags_array([cause.polarity != opposite for cause in causes], dtype=bool)
    return sparse.csr_array(named @ kept)


def theme_only(causes: Sequence[Cause], named: sparse.csr_array) -> sparse.csr_array:
    """Which responses name a theme but none of its topics: (B, themes)."""
    themes, topics = indices(causes, "theme"), indices(causes, "topic")
    theme_column = {causes[theme].id: column for column, theme in enumerate(themes.tolist())}
    pairs = [
        (topic_column, theme_column[causes[topic].theme])
        for topic_column, topic in enumerate(topics.tolist())
        if causes[topic].theme in theme_column
    ]
    rows, columns = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    is_part_of = sparse.csr_array((np.ones(len(pairs), dtype=bool), (rows, columns)), (len(topics), len(themes)))
    by_topic = (named[:, topics].astype(bool) @ is_part_of).astype(bool)
    by_theme = sparse.csr_array(named[:, themes].astype(bool))
    return sparse.csr_array(by_theme.astype(np.int8) - by_theme.multiply(by_topic).astype(np.int8)).astype(bool)
