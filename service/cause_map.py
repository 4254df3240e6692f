"""The causes and discovered topics of a report, with what is needed to draw them in the plane."""

from __future__ import annotations

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.cause_map import MappedCause
from saywhy.feedback import Group
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES
from saywhy.store import Engine
from service.anonymity import Withheld, refuse
from service.reports.reading import latest_report
from service.workspaces import reading


def read_cause_map(engine: Engine, workspace: str) -> tuple[MappedCause, ...]:
    """The complaints of all waves that are topics, those that most detractors name first.

    Those that are in the ranking have its numbers; of discovered topics that are too vague for it, all responses with a
    clause of the topic count. Topics that no detractor names are left out. Raises `WorkspaceNotFound`, `WaveNotFound`
    before the first analysis, and `Conflict` for an anonymous workspace.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.CAUSE_MAP)
        report = latest_report(connection, workspace_id, ALL_WAVES)
        issues = {issue.key: issue for issue in report.issues}
        topics = {
            key: topic
            for topic in store.topics.load(connection, workspace_id)
            if topic.polarity == Polarity.NEGATIVE.value and not topic.is_adopted
            if (key := CauseKey.of(topic)) in issues or topic.is_discovered
        }
        unranked = [topic.id for key, topic in topics.items() if key not in issues]
        detractors = store.topics.people(connection, workspace_id, Group.DETRACTOR, unranked)
    mapped = []
    for key, topic in topics.items():
        issue = issues.get(key)
        mapped.append(
            MappedCause(
                key=key,
                label=topic.label,
                theme=topic.theme,
                detractors=issue.detractors if issue else detractors.get(topic.id, 0),
                mentions=issue.mentions if issue else topic.size,
                vector=topic.centroid,
                is_ranked=issue is not None,
                is_discovered=topic.is_discovered,
                labels=topic.labels,
                impact=issue.impact if issue and report.nps else None,
            )
        )
    return tuple(sorted((cause for cause in mapped if cause.detractors), key=lambda cause: -cause.detractors))
