"""Reads responses one by one into the columns of `SurveyData`."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.annotate.columns import Annotations
from pipelines.tabulate.cause_mentions import CauseMentions, ClauseCauses
from pipelines.tabulate.survey_data import SCALES, Cause, SurveyData
from saywhy.annotation import Polarity
from saywhy.feedback import Comment, Customer, Response, Segment


class ResponseColumns:
    """Collects responses in compact arrays; `survey_data` joins them with the annotations."""

    def __init__(self) -> None:
        self._points, self._score, self._scale = array("b"), array("b"), array("b")
        self._comment, self._wave, self._account = array("i"), array("i"), array("i")
        self._answered_at = array("d")
        self._segment, self._segment_ends = array("i"), array("q", [0])  # indices and row pointers, as in a CSR matrix
        self._comments: dict[str, Comment] = {}
        self._comment_indices: dict[str, int] = {}
        self._waves: dict[str, int] = {}
        self._first_answer: list[float] = []  # of each wave
        self._segments: dict[Segment, int] = {}
        self._accounts: dict[tuple[str, str], int] = {}
        self._revenue, self._lifetime_value = _LatestAmounts(), _LatestAmounts()

    def add(self, response: Response) -> None:
        score, answered_at = response.score, _seconds(response.answered_at)
        group = score.group if score else None
        self._points.append(group.points if group else 0)
        self._score.append(score.value if score else -1)
        self._scale.append(SCALES.index(score.scale) if score else -1)
        self._comment.append(self._comment_index(response.comment))
        self._wave.append(self._wave_index(response.wave, answered_at))
        self._answered_at.append(np.nan if answered_at is None else answered_at)
        self._account.append(self._account_index(response.customer, answered_at))
        segments = (self._segments.setdefault(segment, len(self._segments)) for segment in response.segments)
        self._segment.extend(dict.fromkeys(segments))
        self._segment_ends.append(len(self._segment))

    def comment_index(self, hashes: tuple[str, ...]) -> NDArray[np.int32]:
        """The index of each content hash among the comments, -1 for a comment that no response has."""
        return np.array([self._comment_indices.get(content_hash, -1) for content_hash in hashes], dtype=np.int32)

    def responses_naming(self, mentions: ClauseCauses, hashes: tuple[str, ...], causes: int) -> NDArray[np.int64]:
        """How many responses name each cause, (causes,). `hashes` are those that `mentions.comment` indexes."""
        comments = np.array(self._comment, dtype=np.int64)
        responses = np.bincount(comments[comments >= 0], minlength=len(self._comments))
        comment = self.comment_index(hashes)[mentions.comment]
        is_counted = (mentions.cause >= 0) & (comment >= 0)
        pairs = np.unique(np.stack([mentions.cause[is_counted], comment[is_counted]]), axis=1)
        return np.bincount(pairs[0], weights=responses[pairs[1]], minlength=causes).astype(np.int64)

    def survey_data(
        self, annotations: Annotations, causes: tuple[Cause, ...], cause_mentions: Mapping[Polarity, CauseMentions]
    ) -> SurveyData:
        waves = sorted(self._waves, key=lambda wave: (self._first_answer[self._waves[wave]], wave))
        order_of_wave = np.array([waves.index(wave) for wave in self._waves] + [-1], dtype=np.int32)  # [-1] stays -1
        comments = tuple(self._comments.values())
        comment, scale = np.array(self._comment, dtype=np.int32), np.array(self._scale, dtype=np.int8)
        is_answer = np.array([comment.is_answer for comment in comments] + [False], dtype=bool)
        answered = is_answer[comment]
        index = self.comment_index(annotations.hashes)
        sentiment, is_verdict = np.full(len(comments), -1, dtype=np.int8), np.zeros(len(comments), dtype=bool)
        sentiment[index[index >= 0]] = annotations.sentiment[index >= 0]
        is_verdict[index[index >= 0]] = annotations.is_verdict[index >= 0]
        segmented = sparse.csr_array(
            (np.ones(len(self._segment), dtype=bool), np.array(self._segment), np.array(self._segment_ends)),
            shape=(len(comment), len(self._segments)),
        )
        return SurveyData(
            points=np.array(self._points, dtype=np.int8),
            scored=np.isin(scale, [index for index, scale in enumerate(SCALES) if scale.is_nps]),
            score=np.array(self._score, dtype=np.int8),
            scale=scale,
            comment=comment,
            answered=answered,
            annotated=answered & np.append(sentiment >= 0, False)[comment],
            wave=order_of_wave[np.array(self._wave, dtype=np.int32)],
            answered_at=np.array(self._answered_at, dtype=np.float64),
            account=np.array(self._account, dtype=np.int32),
            segmented=segmented,
            comments=comments,
            hashes=tuple(self._comments),
            sentiment=sentiment,
            is_verdict=is_verdict,
            waves=tuple(waves),
            segments=tuple(self._segments),
            revenue=np.array(self._revenue.amounts, dtype=np.float64),
            lifetime_value=np.array(self._lifetime_value.amounts, dtype=np.float64),
            causes=causes,
            cause_mentions=cause_mentions,
            vectors=annotations.vectors,
        )

    def _comment_index(self, comment: Comment | None) -> int:
        if comment is None:
            return -1
        content_hash = comment.content_hash
        self._comments.setdefault(content_hash, comment)
        return self._comment_indices.setdefault(content_hash, len(self._comment_indices))

    def _wave_index(self, wave: str | None, answered_at: float | None) -> int:
        if wave is None:
            return -1
        index = self._waves.setdefault(wave, len(self._waves))
        if index == len(self._first_answer):
            self._first_answer.append(np.inf)
        if answered_at is not None:
            self._first_answer[index] = min(self._first_answer[index], answered_at)
        return index

    def _account_index(self, customer: Customer | None, answered_at: float | None) -> int:
        """Accounts go by the account's name, else the customer's id, else the address; amounts are the latest given."""
        if customer is None:
            return -1
        names = {"account": customer.account, "id": customer.id, "email": customer.email}
        # A customer of whom only the revenue is known gets a new account.
        key = next(((kind, name) for kind, name in names.items() if name), ("row", str(len(self._account))))
        index = self._accounts.setdefault(key, len(self._accounts))
        self._revenue.add(index, customer.revenue, answered_at)
        self._lifetime_value.add(index, customer.lifetime_value, answered_at)
        return index


class _LatestAmounts:
    """One amount of money per account: that of the latest answer that gives one, nan where none does."""

    def __init__(self) -> None:
        self.amounts, self._given_at = array("d"), array("d")

    def add(self, account: int, amount: Decimal | None, answered_at: float | None) -> None:
        """Take an answer's amount. A new account has the next free number."""
        if account == len(self.amounts):
            self.amounts.append(np.nan)
            self._given_at.append(-np.inf)
        given_at = -np.inf if answered_at is None else answered_at
        if amount is not None and given_at >= self._given_at[account]:
            self.amounts[account], self._given_at[account] = float(amount), given_at


def _seconds(at: datetime | None) -> float | None:
    """Seconds since the epoch. A time without a zone counts as UTC, so that all times can be compared."""
    return None if at is None else (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
