"""The clauses that topics are made of."""

from __future__ import annotations

import numpy as np

from models.arrays import NONE
from pipelines.topics.clauses import ClauseSet
from pipelines.topics.clustering.language_centring import LanguageCentring
from tests.builders.topic_clauses import clause_set, texts_about


def test_a_reason_that_many_picked_is_a_topic() -> None:
    """Seven comments, each the answer of thirty people, are seven topics; said once each, they are none."""
    one_of_each = clause_set([texts_about(cause, 1)[0] for cause in range(7)])
    vectors = one_of_each.distinct.vectors[one_of_each.distinct.row_of]
    picked = ClauseSet.of(one_of_each.clauses, vectors, {clause.content_hash: 30 for clause in one_of_each.clauses})
    assert picked.frequency.tolist() == [30] * 7
    for clauses, topics in ((picked, set(range(7))), (one_of_each, {NONE})):
        centring = LanguageCentring(clauses.languages).fit(clauses.distinct.vectors)
        assert set(clauses.cluster(np.arange(7), centring).labels.tolist()) == topics
