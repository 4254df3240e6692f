"""From one wave to the next: how far the NPS moved, whether that can be chance, and which causes moved it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from pipelines.causes.novelty import is_new
from pipelines.change.poststratification import moved_mix
from pipelines.impact.nps import nps_change, nps_of, smallest_visible_change
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.estimate import Estimate
from saywhy.report import CauseChange, Change

_SIDES = (Polarity.NEGATIVE, Polarity.POSITIVE)

#: Groups of the jackknife, and as how many responses it counts that an effect is taken to be that of both waves.
_GROUPS = 40
_RIDGE = 5.0


def change_since(frame: SurveyData, before: int, after: int) -> Change | None:
    """The wave at place `after` against that at `before`; None where either has no score on the 0-10 scale."""
    first, second = (frame.scored & (frame.wave == wave) for wave in (before, after))
    earlier, later = nps_of(frame.points[first]), nps_of(frame.points[second])
    if earlier is None or later is None:
        return None
    moved, p_value = nps_change(earlier, later)
    causes, rest = _by_cause(frame, first, second)
    new, vanished = _come_and_gone(frame, before, after)
    return Change(
        before=frame.waves[before],
        after=frame.waves[after],
        nps=moved,
        p_value=p_value,
        smallest_visible=smallest_visible_change(earlier, later),
        causes=causes,
        rest=rest,
        mix=moved_mix(frame, first, second),
        new=new,
        vanished=vanished,
    )


def _by_cause(
    frame: SurveyData, first: NDArray[np.bool_], second: NDArray[np.bool_]
) -> tuple[tuple[CauseChange, ...], Estimate]:
    """What each theme did, by polarity, and the rest. Themes only: topics are parts of them.

    In each wave the points are regressed on the themes named and on having written nothing, so that the mean is the
    intercept and the sum of rate times effect; the difference of two such sums is shared out evenly (Kitagawa 1955;
    Oaxaca and Blinder 1973, with mean weights): (change of rate)·(mean effect) + (change of effect)·(mean rate).
    Effects are pulled a little towards that of both waves, so that a new cause has been no less grave before it came.
    The intervals are those of a jackknife over random groups of responses in both waves, widened where a wave has few
    responses, of which alike ones say little: by what the adjusted Wald interval adds (Rocks 2016). In a wave of one
    there is nothing to go by, and the interval is all that is possible.
    """
    themes = [place for place, cause in enumerate(frame.causes) if cause.kind == "theme"]
    columns = [(polarity, theme) for polarity in _SIDES for theme in themes]
    groups = [_grouped(frame, rows, themes) for rows in (first, second)]
    wholes = [moments.sum(axis=0) for moments in groups]
    value = _decomposed(*wholes)
    sizes = [int(moments[0, 0]) for moments in wholes]
    few = sum(1.5 / (size + 3) / size for size in sizes)
    if min(sizes) > 1:
        without = np.stack(
            [_decomposed(wholes[0] - one, wholes[1] - other) for one, other in zip(groups[0], groups[1], strict=True)]
        )
        variance = (_GROUPS - 1) / _GROUPS * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
        variance[0] += few * _mean_effects(*wholes) ** 2
        variance[2] += few * 100**2
        spread = np.sqrt(variance) * stats.t.ppf(0.975, min(_GROUPS, *sizes) - 1)
    else:
        spread = np.full_like(value, 200.0)
    ends = np.maximum(value - spread, -200), np.minimum(value + spread, 200)
    rates = [moments[0, 1 : 1 + len(columns)] / moments[0, 0] for moments in wholes]
    found = []
    for place, (polarity, theme) in enumerate(columns):
        if rates[0][place] or rates[1][place]:
            cause = frame.causes[theme]
            frequency, severity = (
                Estimate(float(value[row, place]), float(ends[0][row, place]), float(ends[1][row, place]))
                for row in (0, 1)
            )
            before, after = float(rates[0][place]), float(rates[1][place])
            found.append(CauseChange(cause.id, cause.label, polarity.value, before, after, frequency, severity))
    found.sort(key=lambda cause: (-abs(cause.frequency.value + cause.severity.value), cause.id, cause.polarity))
    rest = Estimate(float(value[2, -1]), float(ends[0][2, -1]), float(ends[1][2, -1]))
    return tuple(found), rest


def _grouped(frame: SurveyData, rows: NDArray[np.bool_], themes: list[int]) -> NDArray[np.float64]:
    """Sums of products of 1, the themes by polarity, silence and the points: (groups, P, P)."""
    points, wrote = frame.points[rows], frame.annotated[rows]
    order = np.cumsum(wrote) - 1  # the row of each response among those who wrote, for whom alone there are names
    silent = sparse.csr_array((~wrote)[:, None])
    named = []
    for polarity in _SIDES:
        by_writer = frame.named(polarity, rows & frame.annotated)[:, themes].astype(bool)
        blank = sparse.csr_array((1, len(themes)), dtype=bool)
        named.append(sparse.vstack([by_writer, blank], format="csr")[np.where(wrote, order, by_writer.shape[0])])
    ones = sparse.csr_array(np.ones((len(points), 1)))
    outcome = sparse.csr_array(points.astype(np.float64)[:, None])
    columns = sparse.csr_array(sparse.hstack([ones, *named, silent, outcome], format="csr", dtype=np.float64))
    member = np.random.default_rng(0).permutation(len(points)) % _GROUPS
    parts = [columns[member == group] for group in range(_GROUPS)]
    return np.stack([(part.T @ part).toarray() for part in parts])


def _decomposed(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows: by frequency, by severity; the last entry of a third row is the rest. (3, themes · 2 + 1)."""
    effects = _both_effects(before, after)
    rates = [moments[0, 1:-1] / moments[0, 0] for moments in (before, after)]
    frequency = (rates[1] - rates[0]) * (effects[0] + effects[1]) / 2
    severity = (effects[1] - effects[0]) * (rates[0] + rates[1]) / 2
    rest = np.zeros(len(frequency))
    means = [moments[0, -1] / moments[0, 0] for moments in (before, after)]
    rest[-1] = means[1] - means[0] - frequency[:-1].sum() - severity[:-1].sum()  # the last column is silence
    return np.stack([frequency, severity, rest])


def _both_effects(before: NDArray[np.float64], after: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    pooled = _effects(before + after, np.zeros(len(before) - 2), 0.01)
    return [_effects(moments, pooled, _RIDGE) for moments in (before, after)]


def _mean_effects(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    effects = _both_effects(before, after)
    mean: NDArray[np.float64] = (effects[0] + effects[1]) / 2
    return mean


def _effects(moments: NDArray[np.float64], prior: NDArray[np.float64], ridge: float) -> NDArray[np.float64]:
    """What each column does to the points where it is named; where hardly anyone names it, what the prior says."""
    n = moments[0, 0]
    means, mean = moments[0, 1:-1] / n, moments[0, -1] / n
    covariance = moments[1:-1, 1:-1] - n * np.outer(means, means)
    outcome = moments[1:-1, -1] - n * means * mean
    step: NDArray[np.float64] = np.linalg.solve(covariance + ridge * np.eye(len(means)), outcome - covariance @ prior)
    return prior + step


def _come_and_gone(frame: SurveyData, before: int, after: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels of complaints that came up since all waves up to `before`, and of those named in `before` and no more."""
    counted = frame.annotated & (frame.wave >= 0)
    waves = [counted & (frame.wave == wave) for wave in range(after + 1)]
    mentions = np.stack([frame.named(Polarity.NEGATIVE, rows).astype(bool).sum(axis=0) for rows in waves], axis=1)
    responses = np.array([int(rows.sum()) for rows in waves])
    new = is_new(mentions, responses)
    gone = is_new(mentions[:, [after, before]], responses[[after, before]])
    labels = np.array([cause.label for cause in frame.causes], dtype=object)
    return tuple(labels[new].tolist()), tuple(labels[gone].tolist())
