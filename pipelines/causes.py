"""The ranking of causes: what each costs or adds, where and since when it is named, what is at risk, who says so."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.frame import Frame
from pipelines.impact import added, leave_out
from pipelines.quotes import quotes, witnesses
from pipelines.segments import comparable, concentrated_in, is_new
from saywhy.annotation import Annotation, Polarity
from saywhy.report import Impact, Issue


def rank_causes(
    frame: Frame, rows: NDArray[np.bool_], latest: int, polarity: Polarity, annotations: Mapping[str, Annotation]
) -> tuple[Issue, ...]:
    """Themes and topics in one ranking: blamed ones (NEGATIVE; `impact` is what they cost) or praised ones (POSITIVE;
    what they add). `rows` chooses the responses; `latest` is the place of the wave in which a cause can be new.

    All counts are of responses that have a score on the 0-10 scale and a comment that a model has read. Only who has
    written can name a cause: with the silent on the other side every cause would look bad. The points are those of the
    NPS of all scored responses. Where nobody has such a score, causes go by their mentions and the interval of the
    impact is all that is possible.
    """
    counted = frame.scored & frame.annotated
    is_scored = bool((rows & counted).any())
    counted = counted if is_scored else frame.annotated
    base = rows & counted
    keys = [str(code) for code in range(len(frame.causes))]
    named = frame.named(polarity, base)
    if is_scored:
        ranking = leave_out(frame.points[base], named, keys, responses=int((rows & frame.scored).sum()))
    else:
        ranking = _by_mentions(named, keys)
    if polarity is Polarity.POSITIVE:
        ranking = added(ranking)
    wrong_side = Polarity.POSITIVE if polarity is Polarity.NEGATIVE else Polarity.NEGATIVE
    ranking = [found for found in ranking if frame.causes[int(found.key)].polarity != wrong_side]

    segments, _ = comparable(frame.segments)
    where = concentrated_in(named, frame.segmented[base][:, segments])
    language_names, languages = _languages(frame, base, named)
    in_waves = counted & (frame.wave >= 0)
    waves = _meet(frame.named(polarity, in_waves), frame.wave[in_waves], len(frame.waves)).toarray()
    asked = np.bincount(frame.wave[in_waves], minlength=len(frame.waves))
    new = is_new(waves[:, : latest + 1], asked[: latest + 1])
    at_risk = _revenue_at_risk(frame, base, named) if is_scored and polarity is Polarity.NEGATIVE else None
    witness = witnesses(frame, rows & frame.annotated, polarity)

    issues = []
    for rank, found in enumerate(ranking, 1):
        code = int(found.key)
        cause = frame.causes[code]
        by_language = np.argsort(-languages[code], kind="stable").tolist()
        issues.append(
            Issue(
                rank=rank,
                kind=cause.kind,
                id=cause.id,
                label=cause.label,
                theme=cause.theme,
                impact=found.impact,
                low=found.low,
                high=found.high,
                mentions=found.mentions,
                detractors=found.detractors,
                promoters=found.promoters,
                significant=found.low > 0,
                keywords=cause.keywords,
                languages=tuple(language_names[place] for place in by_language if languages[code, place]),
                waves=tuple(zip(frame.waves, waves[code].tolist(), strict=True)),
                is_new=bool(new[code]),
                concentrated_in=str(frame.segments[segments[where[code]]]) if where[code] >= 0 else None,
                revenue_at_risk=None if at_risk is None else float(at_risk[code]),
                quotes=quotes(frame, code, polarity, witness, annotations),
            )
        )
    return tuple(issues)


def _by_mentions(named: sparse.csr_array, keys: list[str]) -> list[Impact]:
    """Without scores: the most frequent first, of an impact of which nothing is known."""
    mentions = named.astype(np.int64).sum(axis=0).tolist()
    found = [Impact(key, 0.0, -100.0, 100.0, count, 0, 0) for key, count in zip(keys, mentions, strict=True) if count]
    return sorted(found, key=lambda impact: -impact.mentions)


def _meet(named: sparse.csr_array, codes: NDArray[np.int32], size: int) -> sparse.csr_array:
    """How many responses have both a cause and a code: (N, K) and (N,) codes in 0 … size - 1 → (K, size)."""
    member = sparse.csr_array((np.ones(len(codes), dtype=np.int64), (np.arange(len(codes)), codes)), (len(codes), size))
    return sparse.csr_array(named.astype(np.int64).T @ member)


def _languages(frame: Frame, base: NDArray[np.bool_], named: sparse.csr_array) -> tuple[list[str], NDArray[np.int64]]:
    """The languages of the comments, and how often each cause is named in each: (K, languages)."""
    spoken = [comment.language or "und" for comment in frame.comments]
    names = sorted(set(spoken))
    place = {name: code for code, name in enumerate(names)}
    codes = np.array([place[name] for name in spoken], dtype=np.int32)
    return names, _meet(named, codes[frame.comment[base]], len(names)).toarray()


def _revenue_at_risk(frame: Frame, base: NDArray[np.bool_], named: sparse.csr_array) -> NDArray[np.float64] | None:
    """Annual revenue of the accounts with at least one detractor who names the cause, each account once: (K,).

    Accounts of unknown revenue add nothing; None where no revenue is known at all.
    """
    if not np.isfinite(frame.revenue).any():
        return None
    account = frame.account[base]
    chosen = (frame.points[base] < 0) & (account >= 0)
    touched = _meet(named[chosen], account[chosen], len(frame.revenue)).astype(bool).astype(np.float64)
    at_risk: NDArray[np.float64] = touched @ np.nan_to_num(frame.revenue)
    return at_risk
