"""The gate: whether a candidate may take the place of the champion, and if not, why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from training.retrain.comparison import Comparison
from training.retrain.options import RetrainOptions

#: Comparisons that a reason lists; more are counted. Characters of a comment that it quotes.
_LISTED, _QUOTED = 5, 80


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidate does not pass: `reason_KEY` of the texts, the values of that sentence, and what it lists.

    `further` comparisons are not listed. Each language writes numbers and names in its own way.
    """

    key: str
    values: dict[str, str | float] = field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()
    further: int = 0


def judge(
    taught: Sequence[Comparison],
    reference: Sequence[Comparison],
    errors: Mapping[str, tuple[float, float]],
    leaked: Sequence[str],
    suspects: float,
    options: RetrainOptions,
    kinds: Collection[str],
) -> tuple[Reason, ...]:
    """The reasons against a candidate; it passes if there are none.

    `taught` are comparisons on comments like those that were trained on, which were kept out of it; `reference` those
    on texts that nobody labelled now. `errors` are the calibration errors of champion and candidate, by kind.
    `suspects` is the share of labels that look wrong; `kinds` are those that were trained on.

    A group is worse if it lost more than the margin, and more than chance explains (the interval lies below 0).
    """
    reasons: list[Reason] = []
    if leaked:
        quote = " ".join(leaked[0].split())[:_QUOTED]
        reasons.append(Reason("leaked", {"n": len(leaked), "text": quote}))
    if suspects > options.most_suspects:
        reasons.append(Reason("suspects", {"share": suspects, "most": options.most_suspects}))
    reasons += _not_better(taught, kinds)
    reasons += _worse("worse_taught", taught, options.margin)
    reasons += _worse("worse_reference", reference, options.margin)
    reasons += [
        Reason("calibration", {"kind": kind, "before": before, "after": after, "margin": options.calibration_margin})
        for kind, (before, after) in errors.items()
        if after - before > options.calibration_margin
    ]
    return tuple(reasons)


def _not_better(taught: Sequence[Comparison], kinds: Collection[str]) -> list[Reason]:
    """Nothing that was taught is better beyond noise."""
    overall = tuple(one for one in taught if one.group == ("all", "") and one.kind in kinds)
    if not overall:
        return [Reason("too_few")]
    if any(one.low > 0 for one in overall):
        return []
    return [Reason("not_better", comparisons=overall)]


def _worse(key: str, comparisons: Sequence[Comparison], margin: float) -> list[Reason]:
    worse = sorted(
        (one for one in comparisons if one.difference < -margin and one.high < 0), key=lambda one: one.difference
    )
    if not worse:
        return []
    return [Reason(key, {"margin": margin}, tuple(worse[:_LISTED]), max(len(worse) - _LISTED, 0))]
