"""The people and the revenue behind a cause. They are shown beside the points and never mixed into them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.causes.analysis import Analysis
from saywhy.annotation import Polarity
from saywhy.feedback import Segment
from saywhy.issue import Stake

# Segments by which a company marks customers whom it has lost or may lose: `status=churned`, `at risk=yes`.
_STATUS_DIMENSION = re.compile(r"status|lifecycle|health|状态|狀態", re.IGNORECASE)
_LEAVING_VALUE = re.compile(
    r"churn(ed|ing)?|at[ _-]?risk|cancel(l?ed|ling)|lost|leaving|"
    r"gekündigt|kündigt|abgewandert|verloren|(abwanderungs)?gefährdet|(已|即将|即將)?流失|有?流失(风险|風險)|已取消|已解[约約]",
    re.IGNORECASE,
)
_LEAVING_DIMENSION = re.compile(
    r"(is[ _-]?)?(churn(ed|[ _-]?risk)?|at[ _-]?risk)|abwanderung|gekündigt|流失(风险|風險)?", re.IGNORECASE
)
_YES_VALUE = re.compile(r"yes|y|true|1|high|ja|hoch|是|高", re.IGNORECASE)


def churn_segments(segments: Sequence[Segment]) -> NDArray[np.intp]:
    """The indices of the segments that mark customers who left or may leave."""
    indices = [
        index
        for index, segment in enumerate(segments)
        if (_STATUS_DIMENSION.search(segment.dimension) and _LEAVING_VALUE.fullmatch(segment.value.strip()))
        or (_LEAVING_DIMENSION.fullmatch(segment.dimension.strip()) and _YES_VALUE.fullmatch(segment.value.strip()))
    ]
    return np.array(indices, dtype=np.intp)


def value_at_stake(analysis: Analysis, polarity: Polarity) -> list[Stake]:
    """For each of K causes: the detractors who blame it (NEGATIVE), or the promoters who praise it (POSITIVE).

    Each account counts once, with its latest known revenue; accounts of unknown revenue add nothing, and the revenue is
    None where none is known at all. The same holds for the lifetime value. `leaving` is None without churn segments.
    """
    data = analysis.data
    on_side = data.points < 0 if polarity is Polarity.NEGATIVE else data.points > 0
    mask = analysis.base & on_side
    named = sparse.csr_array(analysis.named[polarity][on_side[analysis.base]].astype(np.int64).T)
    account = data.account[mask]
    with_account = np.flatnonzero(account >= 0)
    cells = (np.ones(len(with_account), dtype=np.int64), (with_account, account[with_account]))
    by_account = sparse.csr_array(cells, (len(account), len(data.revenue)))
    is_affected = (named @ by_account).astype(bool)  # (K, accounts)
    revenue, lifetime_value = (
        (is_affected @ np.nan_to_num(amount)).tolist() if np.isfinite(amount).any() else [None] * len(data.causes)
        for amount in (data.revenue, data.lifetime_value)
    )
    churned = churn_segments(data.segments)
    leaving = named @ (data.segmented[mask][:, churned].sum(axis=1) > 0).astype(np.int64) if len(churned) else None
    responses, accounts = named.sum(axis=1).tolist(), is_affected.sum(axis=1).tolist()
    responses_on_side = max(int(mask.sum()), 1)
    return [
        Stake(
            share=responses[cause] / responses_on_side,
            accounts=accounts[cause] if len(with_account) else None,
            leaving=None if leaving is None else int(leaving[cause]),
            revenue=revenue[cause],
            lifetime_value=lifetime_value[cause],
        )
        for cause in range(len(data.causes))
    ]
