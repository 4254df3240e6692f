"""Which dimensions of the responses are segments, and for which of them the impact is adjusted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from saywhy.feedback import Segment

#: A dimension with more values than this is an identifier or free text, not a segment.
MAX_VALUES = 50

# Dimensions that a low score may have set: whether the customer left or may leave, who looks after the customer since,
# and other measures of satisfaction. As controls they would take the points of the causes behind the score.
_CONSEQUENCE = re.compile(
    r"(?:(?:account|customer|client|contract|subscription|renewal|lifecycle|ticket|case|follow up|kunden|vertrags) ?)?"
    r"(?:status|stage|health(?: score)?|owner)"
    r"|.*\b(?:churn\w*|at risk|cancel\w*|renew(?:al|ed|s)?|csm|account manager|follow(?:ed)? up"
    r"|nps|csat|satisfaction|sentiment|promoters?|detractors?)\b.*"
    r"|.*(?:kündig|gekuendigt|abwander|gefährde|verlänger|zufriedenheit|kundenbetreuer|kundenberater|nachverfolg).*"
    r"|zuständig(?:er?)?"
    r"|.*(?:流失|续约|續約|续费|續費|退订|退訂|取消|客户状态|客戶狀態|客户经理|客戶經理|负责人|負責人|跟进|跟進|满意度|滿意度).*"
    r"|状态|狀態",
    re.IGNORECASE,
)


def comparable(segments: Sequence[Segment]) -> tuple[NDArray[np.intp], list[str]]:
    """The indices of the segments whose dimension has at most `MAX_VALUES` values, and the other dimensions."""
    values = Counter(segment.dimension for segment in segments)
    kept = [index for index, segment in enumerate(segments) if values[segment.dimension] <= MAX_VALUES]
    return np.array(kept, dtype=np.intp), sorted(name for name, count in values.items() if count > MAX_VALUES)


def adjustable(segments: Sequence[Segment]) -> NDArray[np.intp]:
    """The indices of the comparable segments whose dimension cannot be a consequence of the score, by its name."""
    columns, _ = comparable(segments)
    kept = [column for column in columns.tolist() if not is_consequence(segments[column].dimension)]
    return np.array(kept, dtype=np.intp)


def is_consequence(dimension: str) -> bool:
    """Whether the name of a dimension says that a low score may have set its values ("churned", "account owner")."""
    return _CONSEQUENCE.fullmatch(re.sub(r"[\s_-]+", " ", dimension).strip()) is not None
