"""Responses and what they name, column by column, so that a million of them are tabulated in seconds."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.annotate.columns import VERDICT, Annotations
from pipelines.impact.nps import POINTS
from pipelines.tabulate.cause_mentions import CauseMentions, mentions_of, theme_mentions, topic_mentions
from saywhy.annotation import Polarity
from saywhy.code_frame import CodeFrame
from saywhy.feedback import Comment, Customer, Response, Scale, Segment
from saywhy.issue import TopicState
from saywhy.topic import Assignment, Topic

SCALES = tuple(Scale)


@dataclass(frozen=True, slots=True)
class Cause:
    """What can cost points: a theme (`kind` "theme") or a topic ("topic", under `theme`)."""

    kind: str
    id: str
    label: str
    theme: str
    keywords: tuple[str, ...] = ()
    polarity: str | None = None  # of a topic
    labels: Mapping[str, str] = field(default_factory=dict)  # of a topic, by language of the reader
    state: TopicState | None = None  # of a topic
    is_coded: bool = False  # a theme of the code frame, by which people can label comments


@dataclass(frozen=True, slots=True)
class SurveyData:
    """N responses, their H distinct comments, and the K causes and S segments they name. -1 stands for none."""

    points: NDArray[np.int8]  # (N,) 100, 0, -100; meaningful only where `scored`
    scored: NDArray[np.bool_]  # (N,) on the 0-10 scale, the only one that is NPS
    score: NDArray[np.int8]  # (N,) as given
    scale: NDArray[np.int8]  # (N,) into SCALES
    comment: NDArray[np.int32]  # (N,) into comments
    answered: NDArray[np.bool_]  # (N,) the comment is an answer
    annotated: NDArray[np.bool_]  # (N,) and a model has read it
    wave: NDArray[np.int32]  # (N,) into waves
    account: NDArray[np.int32]  # (N,) into revenue
    segmented: sparse.csr_array  # (N, S) bool
    comments: tuple[Comment, ...]
    hashes: tuple[str, ...]  # content hash of each comment
    sentiment: NDArray[np.int8]  # (H,) into POLARITIES, -1 where no model has read the comment
    is_verdict: NDArray[np.bool_]  # (H,) the comment is about nothing but the verdict
    waves: tuple[str, ...]  # in order of their first answer, then of their name
    segments: tuple[Segment, ...]
    revenue: NDArray[np.float64]  # per account, annual; nan where unknown
    lifetime_value: NDArray[np.float64]  # per account, likewise
    causes: tuple[Cause, ...]
    evidence: Mapping[Polarity, CauseMentions]  # NEGATIVE and POSITIVE
    vectors: NDArray[np.float16]  # (C, d) of the clauses, rows of unit length

    def named(self, polarity: Polarity, rows: NDArray[np.bool_]) -> sparse.csr_array:
        """Which of the chosen responses, all with a comment, name which cause so: bool, shape (chosen, K)."""
        found = self.evidence[polarity]
        shape = (len(self.comments), len(self.causes))
        by_comment = sparse.csr_array((np.ones(len(found.cause), dtype=bool), (found.comment, found.cause)), shape)
        return by_comment[self.comment[rows]]

    def vectors_of(self, clauses: NDArray[np.int32]) -> NDArray[np.float32]:
        """The vectors (M, d) of clauses (M,); zeros for -1."""
        found = np.zeros((len(clauses), self.vectors.shape[1]), dtype=np.float32)
        found[clauses >= 0] = self.vectors[clauses[clauses >= 0]]
        return found

    def segments_of(self, row: int) -> list[Segment]:
        """The segments of one response."""
        places = self.segmented.indices[self.segmented.indptr[row] : self.segmented.indptr[row + 1]]
        return [self.segments[place] for place in places.tolist()]


def tabulate(
    responses: Iterable[Response],
    annotations: Annotations,
    topics: Sequence[Topic],
    assignments: Iterable[Assignment],
    code_frame: CodeFrame,
) -> SurveyData:
    """Read everything once.

    A theme praised and blamed by one clause (mixed) counts both as blamed and as praised. A topic is blamed or praised
    where the clause assigned to it is.
    """
    rows = _Rows()
    for response in responses:
        rows.add(response)
    # Topics that people adopted as one theme are one cause.
    causes = tuple({(cause.kind, cause.id): cause for cause in _causes(code_frame, topics, annotations)}.values())
    code = {(cause.kind, cause.id): place for place, cause in enumerate(causes)}
    of_topic = {topic.id: ("theme", topic.theme) if topic.is_adopted else ("topic", topic.id) for topic in topics}
    position = np.array([rows.comment_codes.get(found, -1) for found in annotations.hashes], dtype=np.int32)
    named = (
        theme_mentions(annotations, {name: place for (kind, name), place in code.items() if kind == "theme"}),
        topic_mentions(
            annotations,
            assignments,
            {
                topic.id: (code[of_topic[topic.id]], Polarity(topic.polarity))
                for topic in topics
                if of_topic[topic.id] in code
            },
        ),
    )
    evidence = {side: mentions_of(side, position, named) for side in (Polarity.NEGATIVE, Polarity.POSITIVE)}
    return rows.frame(annotations, position, causes, evidence)


def _causes(code_frame: CodeFrame, topics: Sequence[Topic], annotations: Annotations) -> Iterator[Cause]:
    """Themes in order of the code frame, then those only the annotations know, then topics; no bare verdicts."""
    names = {theme.id: theme.name() for theme in code_frame}
    used = {annotations.themes[place] for place in np.unique(annotations.mentions.theme).tolist()}
    for theme in [*names, *sorted(used - names.keys())]:
        if theme != VERDICT:
            yield Cause("theme", theme, names.get(theme, theme), theme, is_coded=theme in names)
    for topic in topics:
        if topic.theme != VERDICT and topic.is_ranked:
            yield _cause(topic)


def _cause(topic: Topic) -> Cause:
    """A topic as a cause; one that people have adopted is a theme, which may be blamed and praised."""
    if topic.is_adopted:
        return Cause("theme", topic.theme, topic.label, topic.theme, topic.keywords)
    state = TopicState(
        topic.stability,
        topic.is_unstable,
        topic.is_emerging,
        topic.first_seen.date().isoformat() if topic.first_seen else None,
        topic.growth,
        tuple((part.label, part.size) for part in topic.parts),
    )
    return Cause("topic", topic.id, topic.label, topic.theme, topic.keywords, topic.polarity, topic.labels, state)


class _Rows:
    """Grows into the response columns of a `SurveyData`."""

    def __init__(self) -> None:
        self.points, self.score, self.scale = array("b"), array("b"), array("b")
        self.comment, self.wave, self.account = array("i"), array("i"), array("i")
        self.segment, self.segment_ends = array("i"), array("q", [0])
        self.comments: dict[str, Comment] = {}
        self.comment_codes: dict[str, int] = {}
        self.waves: dict[str, int] = {}
        self.first_answer: list[float] = []
        self.segments: dict[Segment, int] = {}
        self.accounts: dict[tuple[str, str], int] = {}
        self.revenue, self.lifetime_value = _LatestKnown(), _LatestKnown()

    def add(self, response: Response) -> None:
        score, at = response.score, _seconds(response.answered_at)
        group = score.group if score else None
        self.points.append(POINTS[group] if group else 0)
        self.score.append(score.value if score else -1)
        self.scale.append(SCALES.index(score.scale) if score else -1)
        self.comment.append(self._comment(response.comment))
        self.wave.append(self._wave(response.wave, at))
        self.account.append(self._account(response.customer, at))
        codes = dict.fromkeys(self.segments.setdefault(segment, len(self.segments)) for segment in response.segments)
        self.segment.extend(codes)
        self.segment_ends.append(len(self.segment))

    def _comment(self, comment: Comment | None) -> int:
        if comment is None:
            return -1
        content_hash = comment.content_hash
        code = self.comment_codes.setdefault(content_hash, len(self.comment_codes))
        self.comments.setdefault(content_hash, comment)
        return code

    def _wave(self, wave: str | None, at: float | None) -> int:
        if wave is None:
            return -1
        code = self.waves.setdefault(wave, len(self.waves))
        if code == len(self.first_answer):
            self.first_answer.append(np.inf)
        if at is not None:
            self.first_answer[code] = min(self.first_answer[code], at)
        return code

    def _account(self, customer: Customer | None, at: float | None) -> int:
        """Accounts by their name, else by the customer's id; the money of the latest answer that gives it."""
        if customer is None:
            return -1
        names = {"account": customer.account, "id": customer.id, "email": customer.email}
        # A customer of whom only the money is known is an account of its own.
        key = next(((kind, name) for kind, name in names.items() if name), ("row", str(len(self.account))))
        code = self.accounts.setdefault(key, len(self.accounts))
        self.revenue.add(code, customer.revenue, at)
        self.lifetime_value.add(code, customer.lifetime_value, at)
        return code

    def frame(
        self,
        annotations: Annotations,
        position: NDArray[np.int32],
        causes: tuple[Cause, ...],
        evidence: Mapping[Polarity, CauseMentions],
    ) -> SurveyData:
        """`position` is that of each annotated comment among the comments, -1 for one that nobody has written."""
        waves = sorted(self.waves, key=lambda wave: (self.first_answer[self.waves[wave]], wave))
        place = np.array([waves.index(wave) for wave in self.waves] + [-1], dtype=np.int32)  # [-1] stays -1
        comments = tuple(self.comments.values())
        comment, scale = np.array(self.comment, dtype=np.int32), np.array(self.scale, dtype=np.int8)
        is_answer = np.array([comment.is_answer for comment in comments] + [False], dtype=bool)
        answered = is_answer[comment]
        sentiment, is_verdict = np.full(len(comments), -1, dtype=np.int8), np.zeros(len(comments), dtype=bool)
        sentiment[position[position >= 0]] = annotations.sentiment[position >= 0]
        is_verdict[position[position >= 0]] = annotations.is_verdict[position >= 0]
        segmented = sparse.csr_array(
            (np.ones(len(self.segment), dtype=bool), np.array(self.segment), np.array(self.segment_ends)),
            shape=(len(comment), len(self.segments)),
        )
        return SurveyData(
            points=np.array(self.points, dtype=np.int8),
            scored=scale == SCALES.index(Scale.NPS),
            score=np.array(self.score, dtype=np.int8),
            scale=scale,
            comment=comment,
            answered=answered,
            annotated=answered & np.append(sentiment >= 0, False)[comment],
            wave=place[np.array(self.wave, dtype=np.int32)],
            account=np.array(self.account, dtype=np.int32),
            segmented=segmented,
            comments=comments,
            hashes=tuple(self.comments),
            sentiment=sentiment,
            is_verdict=is_verdict,
            waves=tuple(waves),
            segments=tuple(self.segments),
            revenue=np.array(self.revenue.amounts, dtype=np.float64),
            lifetime_value=np.array(self.lifetime_value.amounts, dtype=np.float64),
            causes=causes,
            evidence=evidence,
            vectors=annotations.vectors,
        )


class _LatestKnown:
    """An amount of money of each account: the one of the latest answer that gives it, nan where none does."""

    def __init__(self) -> None:
        self.amounts, self._at = array("d"), array("d")

    def add(self, account: int, amount: Decimal | None, at: float | None) -> None:
        """What an answer says of an account; the numbers of accounts are given in order."""
        if account == len(self.amounts):
            self.amounts.append(np.nan)
            self._at.append(-np.inf)
        when = -np.inf if at is None else at
        if amount is not None and when >= self._at[account]:
            self.amounts[account], self._at[account] = float(amount), when


def _seconds(at: datetime | None) -> float | None:
    """Since the epoch; a time without a zone is taken as UTC, so that all compare."""
    return None if at is None else (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
