"""What is known of the slopes of the score model before the responses of a wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from models.arrays import Floats

#: Prior standard deviation of a slope of which nothing is known, in logits. It has hardly any effect on a cause with
#: thirty mentions, but keeps the slope finite of a cause that only detractors name (Gelman and others 2008).
SLOPE_SD = 2.5

#: The same of a departure from proportionality.
DEPARTURE_SD = 0.4


@dataclass(frozen=True, slots=True)
class EffectPrior:
    """A normal prior of the slopes β, γ_D, γ_P of P columns, in logits: mean (3, P) and covariance (3, P, 3, P)."""

    mean: Floats
    covariance: Floats

    @classmethod
    def weak(cls, columns: int, sd: float | Floats = SLOPE_SD) -> EffectPrior:
        """Mean 0 and independent slopes; β with one standard deviation or that of each, (P,)."""
        variances = np.full((3, columns), DEPARTURE_SD**2)
        variances[0] = np.square(sd)
        return cls(np.zeros((3, columns)), np.diag(variances.ravel()).reshape(3, columns, 3, columns))

    @property
    def precision(self) -> Floats:
        """Of the raveled slopes: (3P, 3P)."""
        precision: Floats = linalg.inv(self.covariance.reshape(self.mean.size, self.mean.size))
        return precision

    def of(self, columns: NDArray[np.intp]) -> EffectPrior:
        """Of some of the columns."""
        return EffectPrior(self.mean[:, columns], self.covariance[:, columns][..., columns])

    def beside(self, other: EffectPrior) -> EffectPrior:
        """Of both, independent of each other."""
        own, width = self.mean.shape[1], self.mean.shape[1] + other.mean.shape[1]
        covariance = np.zeros((3, width, 3, width))
        covariance[:, :own, :, :own] = self.covariance
        covariance[:, own:, :, own:] = other.covariance
        return EffectPrior(np.concatenate([self.mean, other.mean], axis=1), covariance)
