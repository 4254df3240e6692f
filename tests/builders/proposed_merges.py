"""A small analysed workspace whose report has three topics of complaint and two of praise, written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from saywhy import store
from saywhy.issue import Issue, Quote, TopicState
from saywhy.store import Engine
from saywhy.topic import Cluster, ClusteringFit
from service.topics.state import save_edited_topics
from tests.builders.reports import FULL, INVOICES

AT = datetime(2026, 2, 3, 8, 30, tzinfo=UTC)
VECTOR = np.array([1, 0], "<f2").tobytes()

#: Topics: label, polarity, stability (None for a cause of the library).
TOPICS = {
    "hours": ("Hours for a file", "negative", 0.9),
    "performance.slow": ("App is slow", "negative", None),
    "exports": ("Exports take ages", "negative", 0.8),
    "staff": ("Kind people", "positive", 0.9),
    "nurses": ("Lovely nurses", "positive", 0.9),
}


def fill(engine: Engine, workspace: str = "default") -> int:
    """The id of the workspace. Each issue quotes a clause in a longer comment."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, workspace)
        clusters = [
            Cluster(key, "performance", label, (), polarity, 5, VECTOR, 0.5, "m", AT, stability)
            for key, (label, polarity, stability) in TOPICS.items()
        ]
        store.clusters.save(connection, workspace_id, ClusteringFit("m", AT, 25, ("en",), VECTOR * 2), clusters, ())
        save_edited_topics(connection, workspace_id)
        run = store.runs.start(connection, workspace_id, "m")
        issues, delights = (
            tuple(_issue(key) for key, (_, side, _) in TOPICS.items() if side == polarity)
            for polarity in ("negative", "positive")
        )
        theme = replace(INVOICES, kind="theme", id="performance")
        report = replace(FULL, wave="all", issues=(theme, *issues), delights=delights)
        store.reports.save(connection, workspace_id, run.id, report)
    return workspace_id


def _issue(key: str) -> Issue:
    label, _, stability = TOPICS[key]
    text = f"Hello. {label} here. Bye."
    return replace(
        INVOICES,
        id=key,
        label=label,
        topic=TopicState(stability, False, False, None, 0),
        quotes=(Quote(text, 7, len(text) - 5, "en", 3),),
    )
