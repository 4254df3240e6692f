"""The gate: whether a candidate may take the place of the champion, and if not, why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from saywhy.model_version import Verdict
from saywhy.text import counted
from training.retrain.comparison import Comparison
from training.retrain.options import RetrainOptions

#: Reasons of one sort that are listed; more are counted.
_LISTED = 5


def judge(
    champion: str,
    taught: Sequence[Comparison],
    reference: Sequence[Comparison],
    errors: Mapping[str, tuple[float, float]],
    leaked: Sequence[str],
    suspects: float,
    options: RetrainOptions,
    kinds: Collection[str],
) -> Verdict:
    """The verdict. `taught` are comparisons on comments like those that were trained on, which were kept out of it;
    `reference` those on texts that nobody labelled now. `errors` are the calibration errors of champion and candidate,
    by kind. `suspects` is the share of labels that look wrong; `kinds` are those that were trained on.

    A group is worse if it lost more than the margin, and more than chance explains (the interval lies below 0).
    """
    reasons: list[str] = []
    if leaked:
        reasons.append(
            f"{counted(len(leaked), 'comment')} of the training data are tested on as well, so the test proves "
            f"nothing: {leaked[0]!r:.80}"
        )
    if suspects > options.most_suspects:
        reasons.append(
            f"{suspects:.0%} of the labels look wrong, more than {options.most_suspects:.0%}: the versions are sure "
            "of others, also one that has not seen them. Check the labels that the report lists"
        )
    reasons += _not_better(taught, kinds)
    reasons += _worse("of what was taught", taught, options.margin)
    reasons += _worse("of the reference", reference, options.margin)
    reasons += [
        f"the calibration error of the {kind} grew from {before:.3f} to {after:.3f}, "
        f"by more than {options.calibration_margin}"
        for kind, (before, after) in errors.items()
        if after - before > options.calibration_margin
    ]
    return Verdict(champion, not reasons, tuple(reasons))


def _not_better(taught: Sequence[Comparison], kinds: Collection[str]) -> list[str]:
    """Nothing that was taught is better beyond noise."""
    overall = [one for one in taught if one.group == ("all", "") and one.kind in kinds]
    if not overall:
        return ["too few of the comments that were kept out of training have labels to show that anything is better"]
    if any(one.low > 0 for one in overall):
        return []
    return [
        "nothing that was taught is better beyond noise: "
        + "; ".join(f"{one.kind} F1 {one.difference:+.3f} ({one.low:+.3f} … {one.high:+.3f})" for one in overall)
    ]


def _worse(where: str, comparisons: Sequence[Comparison], margin: float) -> list[str]:
    worse = sorted(
        (one for one in comparisons if one.difference < -margin and one.high < 0), key=lambda one: one.difference
    )
    if not worse:
        return []
    listed = "; ".join(
        f"{_name(one)} {one.champion:.3f} → {one.candidate:.3f} ({one.low:+.3f} … {one.high:+.3f})"
        for one in worse[:_LISTED]
    )
    more = f", and {len(worse) - _LISTED} more" if len(worse) > _LISTED else ""
    return [f"worse by more than {margin} {where}: {listed}{more}"]


def _name(comparison: Comparison) -> str:
    dimension, value = comparison.group
    if dimension == "all":
        return f"{comparison.kind} F1"
    return (
        f"{comparison.kind} F1 of {value}"
        if dimension == comparison.kind
        else (f"{comparison.kind} F1 of {dimension} {value}")
    )
