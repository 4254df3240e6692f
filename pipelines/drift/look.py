"""A look: every aspect of the newest comments against those before, corrected for all that is tested."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from scipy import sparse

from models.arrays import Integers, Vectors, as_float32, unit
from pipelines.annotate.columns import POLARITIES, Annotations
from pipelines.drift.groups import MIN_COMMENTS, Groups, groups_of
from pipelines.drift.shares import Shares, shares_of_codes
from pipelines.drift.texts import content_test, length_test, sampled
from pipelines.tabulate.survey_data import Cause, SurveyData
from saywhy.annotation import Polarity
from saywhy.drift import (
    FALSE_ALARM_RATE,
    SMALLEST_CONTENT,
    SMALLEST_LENGTH,
    SMALLEST_SHARE,
    AspectDrift,
    Drift,
    DriftAspect,
    DriftState,
    MovedShare,
)

#: Comments of each side whose vectors are compared: enough for the smallest change that counts, and half a second.
VECTORS = 800

#: Fewest comments of each side that a person has looked at.
MIN_LOOKED_AT = 20

#: Seed of what is drawn: the same comments have the same look.
_SEED = 7


@dataclass(frozen=True, slots=True)
class _Test:
    """One aspect before the correction for all aspects: the p-value, and what is said of it. `moved` are its properties
    that changed by more than little, with the p-value of each, the largest change first.
    """

    p_value: float
    result: AspectDrift
    moved: tuple[tuple[float, MovedShare], ...] = ()


def look_at(
    data: SurveyData,
    annotations: Annotations,
    corrected: Mapping[str, bool],
    library: Collection[str],
    model: str,
    now: datetime,
) -> Drift | None:
    """Compare the newest comments with those before; None where there are too few to compare.

    `corrected`: for each comment, by content hash, that people looked at since this model serves, whether they found
    something wrong. `library`: the ids of its causes. Each aspect has a test; within one, properties are corrected
    by Holm's method, and aspects by Bonferroni's: where nothing has changed, the probability of any alarm is at most
    `FALSE_ALARM_RATE`, and less since small changes raise none.
    """
    groups = groups_of(data)
    if groups is None:
        return None
    tests = {
        test.result.aspect: test
        for test in (
            _shares(DriftAspect.LANGUAGES, _languages(data, groups)),
            *_texts(data, annotations, groups),
            _shares(DriftAspect.SENTIMENT, _sentiments(data, groups)),
            *_names(data, groups, library),
            _corrections(data, groups, corrected),
        )
        if test is not None
    }
    aspects = (
        _concluded(tests[aspect], len(tests)) if aspect in tests else AspectDrift(aspect, DriftState.UNTESTED)
        for aspect in DriftAspect
    )
    return Drift(model, now.isoformat(timespec="milliseconds"), groups.wave, groups.since, tuple(aspects))


def _concluded(test: _Test, tests: int) -> AspectDrift:
    """The result, given the number of all tests."""
    p_value = min(1.0, test.p_value * tests)
    is_drift = p_value <= FALSE_ALARM_RATE and abs(test.result.effect or 0.0) >= (test.result.smallest or 0.0)
    state = DriftState.DRIFTED if is_drift else DriftState.STEADY
    moved = tuple(share for p_moved, share in test.moved if p_moved * tests <= FALSE_ALARM_RATE)
    return replace(test.result, state=state, p_value=p_value, moved=moved)


def _languages(data: SurveyData, groups: Groups) -> Shares:
    codes, names = _language_codes(data)
    return shares_of_codes(names, codes[data.comment[groups.newest]], codes[data.comment[groups.before]])


def _language_codes(data: SurveyData) -> tuple[Integers, tuple[str, ...]]:
    """The language of each comment, (H,), as an index into the languages."""
    names: dict[str, int] = {}
    codes = [names.setdefault(comment.language or "und", len(names)) for comment in data.comments]
    return np.array(codes, np.int64), tuple(names)


def _sentiments(data: SurveyData, groups: Groups) -> Shares:
    newest, before = (data.sentiment[data.comment[rows]].astype(np.int64) for rows in (groups.newest, groups.before))
    return shares_of_codes(tuple(polarity.value for polarity in POLARITIES), newest, before)


def _texts(data: SurveyData, annotations: Annotations, groups: Groups) -> Iterator[_Test | None]:
    """Length and content."""
    codes, _ = _language_codes(data)
    lengths = np.array([len(comment.verbatim) for comment in data.comments], np.int64)
    newest, before = (data.comment[rows].astype(np.int64) for rows in (groups.newest, groups.before))
    length = length_test(lengths[newest], lengths[before], codes[newest], codes[before])
    if length is not None:
        medians = (float(np.median(lengths[before])), float(np.median(lengths[newest])))
        result = AspectDrift(
            DriftAspect.LENGTH, DriftState.STEADY, None, length.effect, SMALLEST_LENGTH, *medians,
            len(before), len(newest),
        )  # fmt: skip
        yield _Test(length.p_value, result)
    rng = np.random.default_rng(_SEED)
    drawn, drawn_before = (sampled(comments, VECTORS, rng) for comments in (newest, before))
    vectors, vectors_before = (comment_vectors(data, annotations, comments) for comments in (drawn, drawn_before))
    content = content_test(vectors, vectors_before, codes[drawn], codes[drawn_before], rng)
    if content is not None:
        result = AspectDrift(
            DriftAspect.CONTENT, DriftState.STEADY, None, content.effect, SMALLEST_CONTENT,
            comments_before=len(drawn_before), comments_after=len(drawn),
        )  # fmt: skip
        yield _Test(content.p_value, result)


def comment_vectors(data: SurveyData, annotations: Annotations, comments: Integers) -> Vectors:
    """The mean vector of the clauses of each comment, (n,) → (n, d), scaled to unit length."""
    row_of = {content_hash: row for row, content_hash in enumerate(annotations.hashes)}
    rows = np.array([row_of[data.hashes[comment]] for comment in comments.tolist()], np.int64)
    bounds = np.searchsorted(annotations.clauses.comment, [rows, rows + 1])
    vectors = np.zeros((len(rows), annotations.vectors.shape[1]), np.float32)
    for index, (start, end) in enumerate(bounds.T.tolist()):
        if end > start:
            vectors[index] = as_float32(annotations.vectors[start:end]).mean(axis=0)
    return unit(vectors)


def _names(data: SurveyData, groups: Groups, library: Collection[str]) -> Iterator[_Test | None]:
    """What comments name: themes and causes of the library, with any opinion, and no such cause."""
    newest, before = _named(data, groups.newest), _named(data, groups.before)
    themes = _columns(data, lambda cause: cause.kind == "theme" and cause.is_coded)
    causes = _columns(data, lambda cause: cause.kind == "topic" and cause.id in library)
    for aspect, columns in ((DriftAspect.THEMES, themes), (DriftAspect.CAUSES, causes)):
        ids = tuple(data.causes[column].id for column in columns.tolist())
        counts, counts_before = (np.asarray(side[:, columns].sum(axis=0)).ravel() for side in (newest, before))
        yield _shares(aspect, Shares(ids, counts, len(groups.newest), counts_before, len(groups.before)))
    if len(causes):
        (n, outside), (m, outside_before) = (_outside(side, themes, causes) for side in (newest, before))
        if min(n, m) >= MIN_COMMENTS:
            yield _rate(DriftAspect.OUTSIDE, outside, n, outside_before, m)


def _columns(data: SurveyData, is_chosen: Callable[[Cause], bool]) -> Integers:
    return np.array([column for column, cause in enumerate(data.causes) if is_chosen(cause)], np.int64)


def _named(data: SurveyData, rows: Integers) -> sparse.csr_array:
    """Whether each response names each cause, (n, K), to blame or to praise it: 1 or 0."""
    mask = np.zeros(len(data.comment), bool)
    mask[rows] = True
    named = data.named(Polarity.NEGATIVE, mask).astype(np.int64) + data.named(Polarity.POSITIVE, mask).astype(np.int64)
    named.data[:] = 1
    return sparse.csr_array(named)


def _outside(side: sparse.csr_array, themes: Integers, causes: Integers) -> tuple[int, int]:
    """How many responses name a theme, and how many of them name no cause of the library."""
    names_theme, names_cause = (np.asarray(side[:, columns].sum(axis=1)).ravel() > 0 for columns in (themes, causes))
    return int(names_theme.sum()), int((names_theme & ~names_cause).sum())


def _corrections(data: SurveyData, groups: Groups, corrected: Mapping[str, bool]) -> _Test | None:
    """The share that was wrong of the comments that people looked at."""
    sides = []
    for rows in (groups.newest, groups.before):
        hashes = {data.hashes[comment] for comment in data.comment[rows].tolist()}
        sides.append([is_wrong for content_hash, is_wrong in corrected.items() if content_hash in hashes])
    newest, before = sides
    if min(len(newest), len(before)) < MIN_LOOKED_AT:
        return None
    return _rate(DriftAspect.CORRECTIONS, sum(newest), len(newest), sum(before), len(before))


def _rate(aspect: DriftAspect, count: int, n: int, count_before: int, n_before: int) -> _Test:
    """A test of one share."""
    shares = Shares((aspect.value,), np.array([count]), n, np.array([count_before]), n_before)
    result = AspectDrift(
        aspect, DriftState.STEADY, None, float(shares.effects[0]), SMALLEST_SHARE,
        count_before / n_before, count / n, n_before, n,
    )  # fmt: skip
    return _Test(float(shares.p_values[0]), result)


def _shares(aspect: DriftAspect, shares: Shares) -> _Test | None:
    """A test of all shares of an aspect: the most significant of those that changed by more than little, or of all."""
    p_values, effects = shares.p_values, shares.effects
    if not len(p_values):
        return None
    is_large = np.abs(effects) >= SMALLEST_SHARE
    first = min(np.flatnonzero(is_large).tolist() or range(len(p_values)), key=lambda index: p_values[index])
    moved = tuple(
        (
            float(p_values[index]),
            MovedShare(
                shares.ids[index],
                float(shares.counts_before[index] / shares.n_before),
                float(shares.counts[index] / shares.n),
                float(effects[index]),
            ),
        )
        for index in np.argsort(-np.abs(effects)).tolist()
        if is_large[index]
    )
    result = AspectDrift(
        aspect, DriftState.STEADY, None, float(effects[first]), SMALLEST_SHARE,
        comments_before=shares.n_before, comments_after=shares.n,
    )  # fmt: skip
    return _Test(float(p_values[first]), result, moved)
