"""The ranking of causes: what each costs or adds, where and since when it is named, what is at risk, who says so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.causes.novelty import is_new
from pipelines.causes.quotes import quotes, witnesses
from pipelines.causes.segment_rates import by_segment, concentrated_in
from pipelines.causes.value_at_stake import value_at_stake
from pipelines.impact.estimates import measure, ranked
from pipelines.tabulate.segments import comparable
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.estimate import Impact
from saywhy.issue import Issue


def impacts(frame: SurveyData, rows: NDArray[np.bool_]) -> dict[Polarity, list[Impact]]:
    """Themes and topics in one ranking, blamed ones and praised ones; the keys are places in `SurveyData.causes`.

    All counts are of responses that have a score on the 0-10 scale and a comment that a model has read. Only who has
    written can name a cause: with the silent on the other side every cause would look bad. The points are those of the
    NPS of all scored responses. Themes are measured beside each other, and topics beside each other and beside what
    is left of their themes, since a topic is a part of its theme. Where nobody has such a score, causes go by their
    mentions and the interval of the impact is all that is possible.
    """
    base = measured_on(frame, rows)
    named = {polarity: frame.named(polarity, base) for polarity in (Polarity.NEGATIVE, Polarity.POSITIVE)}
    kinds = {kind: _places(frame, kind) for kind in ("theme", "topic")}
    if not (frame.scored & base).any():
        return {
            polarity: _by_mentions(_drop_opposite_polarity(frame, found, polarity)) for polarity, found in named.items()
        }
    points, controls = frame.points[base], controls_of(frame, base)
    responses = int((rows & frame.scored).sum())
    found: dict[Polarity, list[Impact]] = {polarity: [] for polarity in named}
    for kind, places in kinds.items():
        own = [_drop_opposite_polarity(frame, by_cause, polarity)[:, places] for polarity, by_cause in named.items()]
        if not any(columns.nnz for columns in own):
            continue
        rest = [_theme_only(frame, by_cause) if kind == "topic" else by_cause[:, []] for by_cause in named.values()]
        blamed, praised = (sparse.csr_array(sparse.hstack(pair, format="csr")) for pair in zip(own, rest, strict=True))
        keys = [*map(str, places.tolist()), *[""] * rest[0].shape[1]]
        both = measure(points, blamed, praised, keys, keys, controls=controls, responses=responses)
        for polarity, ranking in zip(named, both, strict=True):
            found[polarity] += [impact for impact in ranking if impact.key]
    return {polarity: ranked(ranking) for polarity, ranking in found.items()}


def measured_on(frame: SurveyData, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The responses on which impact is measured: scored and read, or merely read where none is scored."""
    counted = rows & frame.annotated
    scored = counted & frame.scored
    return scored if scored.any() else counted


def _places(frame: SurveyData, kind: str) -> NDArray[np.intp]:
    return np.array([place for place, cause in enumerate(frame.causes) if cause.kind == kind], dtype=np.intp)


def _drop_opposite_polarity(frame: SurveyData, named: sparse.csr_array, polarity: Polarity) -> sparse.csr_array:
    """Without the topics of the other polarity: a cause of complaint is not ranked as one of praise."""
    wrong = Polarity.POSITIVE if polarity is Polarity.NEGATIVE else Polarity.NEGATIVE
    kept = sparse.diags_array([cause.polarity != wrong for cause in frame.causes], dtype=bool)
    return sparse.csr_array(named @ kept)


def _theme_only(frame: SurveyData, named: sparse.csr_array) -> sparse.csr_array:
    """Which responses name a theme but none of its topics: (N, themes)."""
    themes, topics = _places(frame, "theme"), _places(frame, "topic")
    place = {frame.causes[theme].id: code for code, theme in enumerate(themes.tolist())}
    above = [(code, place[frame.causes[topic].theme]) for code, topic in enumerate(topics.tolist())
             if frame.causes[topic].theme in place]  # fmt: skip
    rows, columns = np.array(above, dtype=np.intp).reshape(-1, 2).T
    parent = sparse.csr_array((np.ones(len(above), dtype=bool), (rows, columns)), (len(topics), len(themes)))
    told = named[:, topics].astype(bool) @ parent
    whole = sparse.csr_array(named[:, themes].astype(bool))
    return sparse.csr_array(whole.astype(np.int8) - whole.multiply(told.astype(bool)).astype(np.int8)).astype(bool)


def controls_of(frame: SurveyData, base: NDArray[np.bool_]) -> sparse.csr_array:
    """Segments and waves, as what the impact is adjusted for: (N, properties)."""
    segments, _ = comparable(frame.segments)
    waves = frame.wave[base]
    known = np.flatnonzero(waves >= 0)
    by_wave = sparse.csr_array((np.ones(len(known), dtype=bool), (known, waves[known])), (len(waves), len(frame.waves)))
    found = sparse.csr_array(sparse.hstack([frame.segmented[base][:, segments], by_wave], format="csr", dtype=bool))
    members = found.astype(np.int64).sum(axis=0)
    return found[:, np.flatnonzero((members > 0) & (members < len(waves)))]


def rank_causes(
    frame: SurveyData,
    rows: NDArray[np.bool_],
    latest: int,
    polarity: Polarity,
    ranking: Sequence[Impact],
) -> tuple[Issue, ...]:
    """The rows of the ranking of blamed causes (NEGATIVE) or praised ones (POSITIVE): see `impacts`.

    `rows` chooses the responses; `latest` is the place of the wave in which a cause can be new.
    """
    base = measured_on(frame, rows)
    is_scored = bool((frame.scored & base).any())
    counted = frame.scored & frame.annotated if is_scored else frame.annotated
    named = frame.named(polarity, base)
    segments, _ = comparable(frame.segments)
    where = concentrated_in(named, frame.segmented[base][:, segments])
    known = [frame.segments[place] for place in segments.tolist()]
    rates = by_segment(named, frame.segmented[base][:, segments], known)
    language_names, languages = _languages(frame, base, named)
    in_waves = counted & (frame.wave >= 0)
    waves = _meet(frame.named(polarity, in_waves), frame.wave[in_waves], len(frame.waves)).toarray()
    asked = np.bincount(frame.wave[in_waves], minlength=len(frame.waves))
    new = is_new(waves[:, : latest + 1], asked[: latest + 1])
    staked = value_at_stake(frame, base, polarity) if is_scored else None
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
                labels=dict(cause.labels),
                theme=cause.theme,
                impact=found.impact,
                low=found.low,
                high=found.high,
                mentions=found.mentions,
                detractors=found.detractors,
                promoters=found.promoters,
                significant=found.significant,
                keywords=cause.keywords,
                languages=tuple(language_names[place] for place in by_language if languages[code, place]),
                waves=tuple(zip(frame.waves, waves[code].tolist(), strict=True)),
                is_new=bool(new[code]),
                concentrated_in=str(frame.segments[segments[where[code]]]) if where[code] >= 0 else None,
                revenue_at_risk=staked[code].revenue if staked and polarity is Polarity.NEGATIVE else None,
                quotes=quotes(frame, code, polarity, witness),
                passives=found.passives,
                leave_out=found.leave_out,
                shapley=found.shapley,
                q_value=found.q_value,
                top_three=found.top_three,
                few_mentions=found.few_mentions,
                stake=staked[code] if staked else None,
                segments=rates[code],
                topic=cause.state,
            )
        )
    return tuple(issues)


def _by_mentions(named: sparse.csr_array) -> list[Impact]:
    """Without scores: the most frequent first, of an impact of which nothing is known."""
    mentions = named.astype(np.int64).sum(axis=0).tolist()
    found = [Impact(str(code), 0.0, -100.0, 100.0, count, 0, 0) for code, count in enumerate(mentions) if count]
    return sorted(found, key=lambda impact: -impact.mentions)


def _meet(named: sparse.csr_array, codes: NDArray[np.int32], size: int) -> sparse.csr_array:
    """How many responses have both a cause and a code: (N, K) and (N,) codes in 0 … size - 1 → (K, size)."""
    member = sparse.csr_array((np.ones(len(codes), dtype=np.int64), (np.arange(len(codes)), codes)), (len(codes), size))
    return sparse.csr_array(named.astype(np.int64).T @ member)


def _languages(
    frame: SurveyData, base: NDArray[np.bool_], named: sparse.csr_array
) -> tuple[list[str], NDArray[np.int64]]:
    """The languages of the comments, and how often each cause is named in each: (K, languages)."""
    spoken = [comment.language or "und" for comment in frame.comments]
    names = sorted(set(spoken))
    place = {name: code for code, name in enumerate(names)}
    codes = np.array([place[name] for name in spoken], dtype=np.int32)
    return names, _meet(named, codes[frame.comment[base]], len(names)).toarray()
