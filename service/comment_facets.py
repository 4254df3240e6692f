"""By what comments can be searched: the waves, sources, segments, languages, themes and causes that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywhy import store
from saywhy.report import ALL_WAVES, Report
from saywhy.store import Engine
from saywhy.topic import Topic
from service.cases import following_up
from service.workspaces import reading


@dataclass(frozen=True, slots=True)
class Facets:
    """What there is to choose; segments (`dimension=value`) and languages are those of the latest report.

    `topics` are the causes, the largest first.
    """

    waves: tuple[str, ...]
    sources: tuple[str, ...]
    segments: tuple[str, ...]
    languages: tuple[str, ...]
    topics: tuple[Topic, ...]


def read_facets(engine: Engine, workspace: str, report: Report | None) -> Facets:
    """What there is; `report` is the latest on all waves. Raises `WorkspaceNotFound`, and `NoFollowUp` for an anonymous
    workspace.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        waves: Sequence[str] = store.responses.waves(connection, workspace_id)
        return Facets(
            waves=tuple(wave for wave in waves if wave != ALL_WAVES),
            sources=tuple(store.comment_search.sources(connection, workspace_id)),
            segments=tuple(group.name for group in report.segments) if report else (),
            languages=tuple(tag for tag, _ in report.languages if tag != "und") if report else (),
            topics=store.topics.load(connection, workspace_id),
        )
