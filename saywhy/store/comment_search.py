"""Searching responses with a comment: conditions that the database checks, page by page from the newest on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.annotation import Polarity
from saywhy.correction import CorrectionKind
from saywhy.feedback import Group, Scale
from saywhy.store.page_tables import corrections
from saywhy.store.score_groups import is_in_group
from saywhy.store.tables import annotations as annotations_table
from saywhy.store.tables import comments, responses
from saywhy.store.topic_tables import assignments

#: The values of each dimension.
Segments = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class CommentFilter:
    """Which responses are searched for; None: whatever the value.

    `topics` are the ids of topics of which the comment names one; `theme` is named by the comment, or is that of one of
    `theme_topics`. `words` are in the comment, in any case of letters. `score` is on 0-10. `model` is the version of
    the annotations that `sentiment` and `theme` are taken from; comments with corrections pass by these two, and the
    caller looks at them. `source` is where responses came from, `hashes` are those of their comments, and `ids` their
    own in the store.
    """

    wave: str | None = None
    group: Group | None = None
    score: int | None = None
    language: str | None = None
    words: Collection[str] = ()
    topics: Collection[str] | None = None
    theme: str | None = None
    theme_topics: Collection[str] = ()
    sentiment: Polarity | None = None
    model: str | None = None
    source: str | None = None
    hashes: Collection[str] | None = None
    ids: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A response that is found, with what the caller looks at."""

    id: int
    content_hash: str
    segments: Segments


def sources(connection: Connection, workspace_id: int) -> list[str]:
    """Where the responses of a workspace came from, in alphabetical order."""
    query = sa.select(responses.c.source).distinct().where(responses.c.workspace_id == workspace_id)
    return sorted(connection.scalars(query))


def hits(
    connection: Connection, workspace_id: int, wanted: CommentFilter, limit: int | None, before: int | None
) -> list[Hit]:
    """At most `limit` responses, from the last saved one on, or from before an id.

    Ids only grow, so what is saved between two pages shifts none of them.
    """
    # "+ 0": no index begins with the id after the workspace, and sorting what another index gives reads all responses.
    is_searched = (responses.c.workspace_id + 0 == workspace_id) & responses.c.content_hash.is_not(None)
    query = (
        sa.select(responses.c.id, responses.c.content_hash, responses.c.segments)
        .where(is_searched, *_conditions(workspace_id, wanted))
        .order_by(responses.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(responses.c.id < before)
    return [Hit(row.id, row.content_hash, row.segments or {}) for row in connection.execute(query)]


def _conditions(workspace_id: int, wanted: CommentFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.wave is not None:
        yield responses.c.wave == wanted.wave
    if wanted.group is not None:
        yield is_in_group(wanted.group)
    if wanted.score is not None:
        yield (responses.c.scale == Scale.NPS.value) & (responses.c.score == wanted.score)
    if wanted.language is not None:
        yield _has_comment(comments.c.language == wanted.language)
    if wanted.source is not None:
        yield responses.c.source == wanted.source
    if wanted.hashes is not None:
        yield responses.c.content_hash.in_(list(wanted.hashes))
    if wanted.ids is not None:
        yield responses.c.id.in_(list(wanted.ids))
    for word in wanted.words:
        yield _has_comment(sa.func.lower(comments.c.verbatim).contains(word.lower(), autoescape=True))
    if wanted.topics is not None:
        yield responses.c.content_hash.in_(_naming(workspace_id, wanted.topics))
    if wanted.theme is not None:
        # Clauses have themes too, also without a mention: the caller looks at the themes of the comment.
        has_theme = sa.cast(annotations_table.c.labels, sa.Text).contains(f'"theme":"{wanted.theme}"', autoescape=True)
        names_topic = responses.c.content_hash.in_(_naming(workspace_id, wanted.theme_topics))
        yield _is_annotated(wanted, has_theme) | names_topic | _is_corrected(workspace_id, CorrectionKind.THEME)
    if wanted.sentiment is not None:
        has_label = annotations_table.c.labels["sentiment"]["label"].as_string() == wanted.sentiment.value
        yield _is_annotated(wanted, has_label) | _is_corrected(workspace_id, CorrectionKind.SENTIMENT)


def _naming(workspace_id: int, topics: Collection[str]) -> sa.CompoundSelect[tuple[str]]:
    """The comments that name one of the topics. A union, as each part has an index."""
    return sa.union(
        *(
            sa.select(assignments.c.content_hash).where(
                assignments.c.workspace_id == workspace_id, column.in_(list(topics))
            )
            for column in (assignments.c.topic_id, assignments.c.second_topic_id)
        )
    )


def _is_corrected(workspace_id: int, kind: CorrectionKind) -> sa.ColumnElement[bool]:
    """Whether people have corrected this of the comment, or have taken it back."""
    return responses.c.content_hash.in_(
        sa.select(corrections.c.content_hash).where(
            corrections.c.workspace_id == workspace_id, corrections.c.kind == kind.value
        )
    )


def _has_comment(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        comments.c.content_hash == responses.c.content_hash,
        comments.c.workspace_id == responses.c.workspace_id,
        condition,
    )


def _is_annotated(wanted: CommentFilter, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        annotations_table.c.content_hash == responses.c.content_hash,
        annotations_table.c.workspace_id == responses.c.workspace_id,
        annotations_table.c.model == wanted.model,
        condition,
    )
