"""What is known of the slopes of the score model before the responses of a wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats

#: Prior standard deviation of a slope of which nothing is known, in logits. It has hardly any effect on a cause with
#: thirty mentions, but keeps the slope finite of a cause that only detractors name (Gelman and others 2008).
SLOPE_SD = 2.5


@dataclass(frozen=True, slots=True)
class EffectPrior:
    """A normal prior of P slopes, in logits: the mean, (P,), and the covariance, (P, P)."""

    mean: Floats
    covariance: Floats

    @classmethod
    def weak(cls, slopes: int, sd: float | Floats = SLOPE_SD) -> EffectPrior:
        """Mean 0 and independent slopes, with one standard deviation or that of each, (P,)."""
        return cls(np.zeros(slopes), np.diag(np.broadcast_to(np.square(sd), slopes).astype(np.float64)))

    def of(self, columns: NDArray[np.intp]) -> EffectPrior:
        """Of some of the slopes."""
        return EffectPrior(self.mean[columns], self.covariance[np.ix_(columns, columns)])

    def beside(self, other: EffectPrior) -> EffectPrior:
        """Of both, independent of each other."""
        zeros = np.zeros((len(self.mean), len(other.mean)))
        covariance = np.block([[self.covariance, zeros], [zeros.T, other.covariance]])
        return EffectPrior(np.concatenate([self.mean, other.mean]), covariance)
