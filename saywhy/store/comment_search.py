"""Searching responses with a comment: conditions that the database checks, page by page from the newest on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.annotation import Polarity
from saywhy.feedback import Group, Scale
from saywhy.store.score_groups import is_in_group
from saywhy.store.tables import annotations as annotations_table
from saywhy.store.tables import assignments, comments, responses


@dataclass(frozen=True, slots=True)
class CommentFilter:
    """Which responses are searched for; None: whatever the value.

    `topics` are the ids of topics of which the comment names one; `theme` is named by the comment, or is that of one of
    `theme_topics`. `text` is in the comment, in any case of letters. `score` is on 0-10. `model` is the version of the
    annotations that `sentiment` and `theme` are taken from.
    """

    wave: str | None = None
    group: Group | None = None
    score: int | None = None
    language: str | None = None
    text: str | None = None
    topics: Collection[str] | None = None
    theme: str | None = None
    theme_topics: Collection[str] = ()
    sentiment: Polarity | None = None
    model: str | None = None


def ids(connection: Connection, workspace_id: int, wanted: CommentFilter, limit: int, before: int | None) -> list[int]:
    """At most `limit` ids of responses, from the last saved one on, or from before an id; largest first.

    Ids only grow, so what is saved between two pages shifts none of them.
    """
    query = (
        sa.select(responses.c.id)
        .select_from(
            responses.join(
                comments,
                (comments.c.content_hash == responses.c.content_hash)
                & (comments.c.workspace_id == responses.c.workspace_id),
            )
        )
        .where(responses.c.workspace_id == workspace_id, *_conditions(wanted))
        .order_by(responses.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(responses.c.id < before)
    return list(connection.scalars(query))


def _conditions(wanted: CommentFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.wave is not None:
        yield responses.c.wave == wanted.wave
    if wanted.group is not None:
        yield is_in_group(wanted.group)
    if wanted.score is not None:
        yield (responses.c.scale == Scale.NPS.value) & (responses.c.score == wanted.score)
    if wanted.language is not None:
        yield comments.c.language == wanted.language
    if wanted.text is not None:
        yield sa.func.lower(comments.c.verbatim).contains(wanted.text.lower(), autoescape=True)
    if wanted.topics is not None:
        yield responses.c.content_hash.in_(_naming(wanted.topics))
    if wanted.theme is not None:
        # Clauses have themes too, also without a mention: the caller looks at the themes of the comment.
        has_theme = sa.cast(annotations_table.c.labels, sa.Text).contains(f'"theme":"{wanted.theme}"', autoescape=True)
        yield _is_annotated(wanted, has_theme) | responses.c.content_hash.in_(_naming(wanted.theme_topics))
    if wanted.sentiment is not None:
        yield _is_annotated(
            wanted, annotations_table.c.labels["sentiment"]["label"].as_string() == wanted.sentiment.value
        )


def _naming(topics: Collection[str]) -> sa.Select[tuple[str]]:
    """The comments that name one of the topics."""
    names = assignments.c.topic_id.in_(list(topics)) | assignments.c.second_topic_id.in_(list(topics))
    return sa.select(assignments.c.content_hash).where(assignments.c.workspace_id == responses.c.workspace_id, names)


def _is_annotated(wanted: CommentFilter, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        annotations_table.c.content_hash == responses.c.content_hash,
        annotations_table.c.workspace_id == responses.c.workspace_id,
        annotations_table.c.model == wanted.model,
        condition,
    )
