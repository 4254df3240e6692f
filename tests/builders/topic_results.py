"""Topics of clauses as an analysis finds them the first time: all clauses clustered, no edits."""

from __future__ import annotations

from collections.abc import Sequence

from models.arrays import Vectors
from pipelines.topics.clauses import ClauseSet, ClauseText
from pipelines.topics.edits.apply import apply
from pipelines.topics.tracking.refit import refit
from saywhy.code_frame import load_code_frame
from saywhy.topic import Assignment, Topic
from tests.builders.topic_clauses import FIRST

#: Topics, and the topic of each clause that is in one.
TopicsAndAssignments = tuple[list[Topic], list[Assignment]]


def find_topics(clauses: Sequence[ClauseText], vectors: Vectors) -> TopicsAndAssignments:
    """The topics that are shown, largest first, and their clauses. `vectors` (clauses, d) are of unit length."""
    clause_set = ClauseSet.of(clauses, vectors)
    update = refit(None, clause_set, code_frame=load_code_frame(), model="m1", now=FIRST)
    edited = apply((), update.clusters, update.lineage, lambda *_: ())
    assignments = [
        Assignment(*member.key, edited.topic_of[member.cluster], member.confidence)
        for member in update.memberships
        if member.cluster in edited.topic_of
    ]
    return list(edited.topics), assignments
