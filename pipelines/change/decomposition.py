"""From one wave to the next, or from one segment to another: how far the NPS moved, whether that can be chance, and
which causes moved it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from models.arrays import Floats, Integers
from pipelines.causes.analysis import SIDES
from pipelines.causes.novelty import is_new
from pipelines.causes.waves import complaints_by_wave
from pipelines.change.poststratification import largest_mix_change
from pipelines.impact.adjusted_wald import added_variance
from pipelines.impact.customers import clusters, jackknife_groups
from pipelines.impact.multiple_testing import MIN_MENTIONS, q_values
from pipelines.impact.nps import MAX_CHANGE, nps_change, nps_of, smallest_visible_change
from pipelines.tabulate.survey_data import SurveyData
from saywhy.estimate import Estimate
from saywhy.report import MIN_CLAIM, CauseChange, Change

#: Groups of the jackknife (Kott 2001), as many as for the Shapley shares.
_GROUPS = 40

# Ridge penalties: the prior weighs about as much as so many mentions of a rare cause. Both were chosen by hand and are
# in no benchmark. tests/change/test_decomposition.py checks the result: a cause that is named in one wave only has a
# severity near 0, and one that hurts more in the later wave has a severity below 0.

#: Of the effects in both waves together towards 0: only so that columns without variance have an effect.
_POOLED_RIDGE = 0.01

#: Of the effects in one wave towards those in both.
_WAVE_RIDGE = 5.0


def change_since(data: SurveyData, before: int, after: int) -> Change | None:
    """The wave of index `after` against that of `before`; None where either has no score on the 0-10 scale."""
    first, second = data.wave == before, data.wave == after
    change = difference(data, first, second, (data.waves[before], data.waves[after]))
    if change is None:
        return None
    is_forward = before < after and not change.is_small  # what is new is so since all waves before
    new, vanished = _new_and_vanished(data, before, after) if is_forward else ((), ())
    mix = largest_mix_change(data, first & data.scored, second & data.scored)
    return replace(change, mix=mix, new=new, vanished=vanished)


def difference(
    data: SurveyData, first: NDArray[np.bool_], second: NDArray[np.bool_], names: tuple[str, str]
) -> Change | None:
    """The responses of the mask `second`, (N,), against those of `first`, with which they share none; None where either
    has no score on the 0-10 scale. `names` are those of the two. What only waves have stays empty.
    """
    first, second = first & data.scored, second & data.scored
    earlier, later = (nps_of(data.points[group], data.account[group]) for group in (first, second))
    if earlier is None or later is None:
        return None
    change, p_value = nps_change(earlier, later)
    is_small = min(earlier.n, later.n) < MIN_CLAIM
    causes, writing, rest = _by_cause(data, first, second, is_small)
    return Change(
        before=names[0],
        after=names[1],
        nps=change,
        p_value=p_value,
        smallest_visible=smallest_visible_change(earlier, later),
        causes=causes,
        rest=rest,
        writing=writing,
        wrote_before=int((first & data.annotated).sum()),
        wrote_after=int((second & data.annotated).sum()),
        is_small=is_small,
    )


def _by_cause(
    data: SurveyData, first: NDArray[np.bool_], second: NDArray[np.bool_], is_small: bool
) -> tuple[tuple[CauseChange, ...], Estimate, Estimate]:
    """What each theme contributed to the change, by polarity, what another share of comments did, and the rest.

    Themes only: topics are parts of them. In each wave the points are regressed on the themes named and on having
    written nothing, so that the mean is the intercept plus the sum of rate times effect. The difference of two such
    sums is divided evenly (Kitagawa 1955; Oaxaca and Blinder 1973, with mean weights): (change of rate)·(mean effect) +
    (change of effect)·(mean rate). A rate is the share of those who write, c, times the rate among them, r, and its
    change is c̄·Δr + r̄·Δc: the second term is of all themes together, because fewer comments are no fewer causes.
    Effects are shrunk towards those of both waves together, so that a new cause does not count as having had no effect
    before.

    q-values are over all parts (Benjamini and Hochberg). Parts of causes with fewer than `MIN_MENTIONS` mentions, and
    of waves that are too small for claims (`is_small`), are not tested.

    The intervals are those of a jackknife over random groups of customers in both waves. What the adjusted-Wald
    interval adds (Rocks 2016) is added to the variances, because a few identical responses would show none. In a wave
    of one customer no variance can be estimated, and the interval is the whole possible range.
    """
    themes = [index for index, cause in enumerate(data.causes) if cause.kind == "theme"]
    columns = [(polarity, theme) for polarity in SIDES for theme in themes]
    group_of = _jackknife_groups(data.account[first], data.account[second])
    groups = [
        _group_moments(data, wave, themes, of_wave) for wave, of_wave in zip((first, second), group_of, strict=True)
    ]
    customers = [int(clusters(data.account[wave]).max()) + 1 for wave in (first, second)]
    moments = [group_moments.sum(axis=0) for group_moments in groups]
    value = _contributions(*moments)
    margin, p_value = _margins(groups, moments, value, customers)
    low, high = np.maximum(value - margin, -MAX_CHANGE), np.minimum(value + margin, MAX_CHANGE)

    def estimate(row: int, column: int) -> Estimate:
        return Estimate(float(value[row, column]), float(low[row, column]), float(high[row, column]))

    (_, before), (_, after) = map(_rates, moments)
    mentions = sum(moments)[0, 1:-2]
    q = np.ones_like(p_value)
    if not is_small:
        is_tested = np.tile(np.append(mentions >= MIN_MENTIONS, True), (3, 1))
        is_tested[2, :-2] = False  # empty
        q[is_tested] = q_values(p_value[is_tested])
    changes = []
    for column, (polarity, theme) in enumerate(columns):
        if mentions[column]:
            changes.append(
                CauseChange(
                    id=data.causes[theme].id,
                    label=data.causes[theme].label,
                    polarity=polarity.value,
                    rate_before=float(before[column]),
                    rate_after=float(after[column]),
                    frequency=estimate(0, column),
                    severity=estimate(1, column),
                    frequency_q=float(q[0, column]),
                    severity_q=float(q[1, column]),
                )
            )
    changes.sort(key=lambda cause: (-abs(cause.frequency.value + cause.severity.value), cause.id, cause.polarity))
    return tuple(changes), estimate(0, -1), estimate(2, -1)


def _jackknife_groups(before: NDArray[np.int32], after: NDArray[np.int32]) -> tuple[Integers, Integers]:
    """Random groups of the responses of both waves, by customer: who answers in both has the same group in both."""
    first, second = (jackknife_groups(customer, np.arange(len(customer)), _GROUPS) for customer in (before, after))
    known, index = np.unique(before, return_index=True)
    position = np.minimum(np.searchsorted(known, after), len(known) - 1)
    is_known = (after >= 0) & (known[position] == after)
    return first, np.where(is_known, first[index[position]], second)


def _group_moments(data: SurveyData, wave: NDArray[np.bool_], themes: list[int], group_of: Integers) -> Floats:
    """Sums of products of: 1, themes by polarity, no comment, points. Per jackknife group: (groups, P, P)."""
    points, wrote = data.points[wave], data.annotated[wave]
    writer_row = np.cumsum(wrote) - 1  # `named` has a row for each response that wrote, and the rows below one more
    silent = sparse.csr_array((~wrote)[:, None])
    named = []
    for polarity in SIDES:
        by_writer = data.named(polarity, wave & data.annotated)[:, themes].astype(bool)
        blank = sparse.csr_array((1, len(themes)), dtype=bool)
        rows = np.where(wrote, writer_row, by_writer.shape[0])
        named.append(sparse.vstack([by_writer, blank], format="csr")[rows])
    ones = sparse.csr_array(np.ones((len(points), 1)))
    outcome = sparse.csr_array(points.astype(np.float64)[:, None])
    columns = sparse.csr_array(sparse.hstack([ones, *named, silent, outcome], format="csr", dtype=np.float64))
    groups = [columns[group_of == group] for group in range(_GROUPS)]
    return np.stack([(group.T @ group).toarray() for group in groups])


def _contributions(before: Floats, after: Floats) -> Floats:
    """Rows: by frequency, by severity, and the rest in the last entry of the third: (3, columns).

    The columns are the themes by polarity, then having written no comment, whose frequency is that of writing at all.
    """
    effects = _effects_by_wave(before, after)
    mean_effect = (effects[0] + effects[1]) / 2
    (wrote_before, rate_before), (wrote_after, rate_after) = _rates(before), _rates(after)
    frequency = np.append((wrote_before + wrote_after) / 2 * (rate_after - rate_before), 0.0) * mean_effect
    per_comment = np.append((rate_before + rate_after) / 2, -1.0) @ mean_effect
    frequency[-1] = (wrote_after - wrote_before) * per_comment
    rates = [moments[0, 1:-1] / moments[0, 0] for moments in (before, after)]
    severity = (effects[1] - effects[0]) * (rates[0] + rates[1]) / 2
    rest = np.zeros(len(frequency))
    means = [moments[0, -1] / moments[0, 0] for moments in (before, after)]
    rest[-1] = means[1] - means[0] - frequency.sum() - severity[:-1].sum()
    return np.stack([frequency, severity, rest])


def _rates(moments: Floats) -> tuple[float, Floats]:
    """The share of responses with a comment, and of these the share that names each column, 0 where nobody wrote."""
    n, silent = moments[0, 0], moments[0, -2]
    return float(1 - silent / n), moments[0, 1:-2] / max(n - silent, 1.0)


def _margins(groups: list[Floats], moments: list[Floats], value: Floats, customers: list[int]) -> tuple[Floats, Floats]:
    """Half the width of the 95 % intervals of the contributions and their two-sided p-values, in their shape.

    `customers` are their numbers in each wave.
    """
    if min(customers) <= 1:
        return np.full_like(value, MAX_CHANGE), np.ones_like(value)
    without_group = np.stack(
        [_contributions(moments[0] - one, moments[1] - other) for one, other in zip(*groups, strict=True)]
    )
    variance = (_GROUPS - 1) / _GROUPS * ((without_group - without_group.mean(axis=0)) ** 2).sum(axis=0)
    added = sum(added_variance(size) for size in customers)
    effects = _effects_by_wave(*moments)
    variance[0] += added * ((effects[0] + effects[1]) / 2) ** 2
    variance[2] += added * 100**2
    error, freedom = np.sqrt(variance), min(_GROUPS, *customers) - 1
    p_value = 2 * stats.t.sf(np.abs(value) / np.maximum(error, np.finfo(np.float64).tiny), freedom)
    return error * stats.t.ppf(0.975, freedom), p_value


def _effects_by_wave(before: Floats, after: Floats) -> list[Floats]:
    pooled = _effects(before + after, np.zeros(len(before) - 2), _POOLED_RIDGE)
    return [_effects(moments, pooled, _WAVE_RIDGE) for moments in (before, after)]


def _effects(moments: Floats, prior: Floats, ridge: float) -> Floats:
    """The effect of each column on the points, by ridge regression towards `prior`."""
    n = moments[0, 0]
    means, mean = moments[0, 1:-1] / n, moments[0, -1] / n
    covariance = moments[1:-1, 1:-1] - n * np.outer(means, means)
    outcome = moments[1:-1, -1] - n * means * mean
    step: Floats = np.linalg.solve(covariance + ridge * np.eye(len(means)), outcome - covariance @ prior)
    return prior + step


def _new_and_vanished(data: SurveyData, before: int, after: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels of complaints that are new since all waves up to `before`, and of those named in `before` and no more."""
    counts = complaints_by_wave(data)
    new = is_new(*counts.of(range(after + 1)))
    vanished = is_new(*counts.of([after, before]))
    labels = np.array([cause.label for cause in data.causes], dtype=object)
    return tuple(labels[new].tolist()), tuple(labels[vanished].tolist())
