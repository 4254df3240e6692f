"""The people and the money behind a cause. They stand beside the points and are never mixed into them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.feedback import Segment
from saywhy.issue import Stake

# The segments by which a company marks whom it has lost or is about to lose: `status=churned`, `at risk=yes`.
_STATUS = re.compile(r"status|lifecycle|health|状态|狀態", re.IGNORECASE)
_IS_LEAVING = re.compile(
    r"churn(ed|ing)?|at[ _-]?risk|cancel(l?ed|ling)|lost|leaving|"
    r"gekündigt|kündigt|abgewandert|verloren|(abwanderungs)?gefährdet|(已|即将|即將)?流失|有?流失(风险|風險)|已取消|已解[约約]",
    re.IGNORECASE,
)
_LEAVES = re.compile(
    r"(is[ _-]?)?(churn(ed|[ _-]?risk)?|at[ _-]?risk)|abwanderung|gekündigt|流失(风险|風險)?", re.IGNORECASE
)
_YES = re.compile(r"yes|y|true|1|high|ja|hoch|是|高", re.IGNORECASE)


def churn_segments(segments: Sequence[Segment]) -> NDArray[np.intp]:
    """Which of the segments (their places) mark customers who left or are about to."""
    found = [
        place
        for place, segment in enumerate(segments)
        if (_STATUS.search(segment.dimension) and _IS_LEAVING.fullmatch(segment.value.strip()))
        or (_LEAVES.fullmatch(segment.dimension.strip()) and _YES.fullmatch(segment.value.strip()))
    ]
    return np.array(found, dtype=np.intp)


def value_at_stake(frame: SurveyData, rows: NDArray[np.bool_], polarity: Polarity) -> list[Stake]:
    """For each of K causes: the detractors who blame it, or the promoters who praise it.

    `rows` chooses the responses, scored and read. Each account counts once, at its latest known revenue; accounts of
    unknown revenue add nothing, and the revenue is None where none is known at all. The same holds of the lifetime
    value, and of customers who are leaving.
    """
    of_side = frame.points < 0 if polarity is Polarity.NEGATIVE else frame.points > 0
    chosen = rows & of_side
    named = sparse.csr_array(frame.named(polarity, chosen).astype(np.int64).T)
    everyone = max(int(chosen.sum()), 1)
    account = frame.account[chosen]
    known = np.flatnonzero(account >= 0)
    by_account = sparse.csr_array(
        (np.ones(len(known), dtype=np.int64), (known, account[known])), (len(account), len(frame.revenue))
    )
    touched = (named @ by_account).astype(bool)  # (K, accounts)
    revenue, lifetime_value = (
        (touched @ np.nan_to_num(money)).tolist() if np.isfinite(money).any() else [None] * len(frame.causes)
        for money in (frame.revenue, frame.lifetime_value)
    )
    marks = churn_segments(frame.segments)
    lost = named @ (frame.segmented[chosen][:, marks].sum(axis=1) > 0).astype(np.int64) if len(marks) else None
    people, accounts = named.sum(axis=1).tolist(), touched.sum(axis=1).tolist()
    return [
        Stake(
            share=people[cause] / everyone,
            accounts=accounts[cause] if len(known) else None,
            leaving=None if lost is None else int(lost[cause]),
            revenue=revenue[cause],
            lifetime_value=lifetime_value[cause],
        )
        for cause in range(len(frame.causes))
    ]
