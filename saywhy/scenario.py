"""What it would bring if causes were named less often: a scenario of a report."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Scenario:
    """The NPS if fewer responses named any of these causes and all else stayed as it is. An association, not a promise.

    The intervals are joint: those of a set are not the sums of those of its causes, and that of the NPS accounts for
    the same sample giving the NPS and the gain.
    """

    causes: tuple[str, ...]  # their keys, `kind:id`
    fewer: float  # the share of the responses naming any of them that would name none: 0.5 half of them, 1 all
    responses: int  # that name any of them now
    gain: Estimate  # NPS points
    nps: Estimate  # with that gain
