"""What every theme and topic costs or adds, in one ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.causes.analysis import Analysis
from pipelines.impact.estimates import measure, ranked
from pipelines.tabulate.survey_data import Cause
from saywhy.annotation import Polarity
from saywhy.estimate import Impact


@dataclass(slots=True)
class CauseImpacts:
    """The impacts of one ranking, in order, and those of what is in a theme but in none of its topics."""

    ranking: list[Impact] = field(default_factory=list)  # the keys are indices of `SurveyData.causes`
    rests: dict[int, Impact] = field(default_factory=dict)  # by the index of the theme


def impacts(analysis: Analysis) -> dict[Polarity, CauseImpacts]:
    """Themes and topics in one ranking, blamed ones and praised ones.

    All counts are of responses with a score on the 0-10 scale and an annotated comment (`Analysis.base`): who wrote no
    comment could not name a cause, and as part of the reference group would bias every effect. The points are those of
    the NPS of all scored responses. Themes are measured in one model; topics in another, together with the mentions of
    their themes that are in no topic, because a topic is a part of its theme. Where no response has such a score,
    causes are ordered by mentions and the interval of the impact is the whole possible range.
    """
    causes, named = analysis.data.causes, analysis.named
    of_side = {polarity: without_opposite(causes, matrix, polarity) for polarity, matrix in named.items()}
    if not analysis.is_scored:
        return {polarity: CauseImpacts(_by_mentions(matrix)) for polarity, matrix in of_side.items()}
    points, controls = analysis.data.points[analysis.base], analysis.controls()
    impacts_of = {polarity: CauseImpacts() for polarity in named}
    for kind in ("theme", "topic"):
        columns = indices(causes, kind)
        ranked_causes = [matrix[:, columns] for matrix in of_side.values()]
        if not any(matrix.nnz for matrix in ranked_causes):
            continue
        # Rests are in the model, so that a topic does not get the points of other mentions of its theme.
        remainder = [theme_only(causes, matrix) if kind == "topic" else matrix[:, []] for matrix in named.values()]
        blamed, praised = (
            sparse.csr_array(sparse.hstack(pair, format="csr")) for pair in zip(ranked_causes, remainder, strict=True)
        )
        rest_of = {f"rest:{theme}": theme for theme in indices(causes, "theme").tolist()} if kind == "topic" else {}
        keys = [*map(str, columns.tolist()), *rest_of]
        measured = measure(
            points,
            blamed,
            praised,
            keys,
            keys,
            controls=controls,
            responses=analysis.responses,
            customer=analysis.customer,
        )
        for polarity, ranking in zip(named, measured, strict=True):
            impacts_of[polarity].ranking += [impact for impact in ranking if impact.key not in rest_of]
            impacts_of[polarity].rests |= {rest_of[rest.key]: rest for rest in ranking if rest.key in rest_of}
    for side in impacts_of.values():
        side.ranking = ranked(side.ranking)
    return impacts_of


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


def _by_mentions(named: sparse.csr_array) -> list[Impact]:
    """Without scores: most mentions first, with an impact of 0 and the whole possible range as its interval."""
    mentions = named.astype(np.int64).sum(axis=0).tolist()
    unmeasured = [Impact(str(cause), 0.0, -100.0, 100.0, count, 0, 0) for cause, count in enumerate(mentions) if count]
    return sorted(unmeasured, key=lambda impact: -impact.mentions)
