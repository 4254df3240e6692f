"""How many responses name a cause: counts with the posterior of their rate, and counts by wave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scipy.stats import beta

from models.arrays import Integers
from saywhy.estimate import Estimate


@dataclass(frozen=True, slots=True)
class MentionCounts:
    """How many responses name a cause. The variance is `design_effect` times that of independent responses."""

    mentions: int
    responses: int
    design_effect: float = 1.0

    @property
    def share(self) -> float:
        """The rate, 0 … 1, of at least one response."""
        return self.mentions / self.responses

    @property
    def effective(self) -> tuple[float, float]:
        """Mentions and responses of independent customers that say as much: both divided by the design effect.

        n responses of customers who answered several times are as good as n/effect independent ones (Kish 1965).
        """
        return self.mentions / self.design_effect, self.responses / self.design_effect

    def posterior(self) -> tuple[float, float]:
        """The parameters of the Beta posterior of the rate under Jeffreys' prior, Beta(½, ½), of the effective counts
        (Franco and others 2019 for this interval).
        """
        return jeffreys(*self.effective)

    def rate(self) -> Estimate | None:
        """The rate with its 95 % Jeffreys interval (Brown, Cai and DasGupta 2001); None without responses.

        The interval begins at 0 where nobody names the cause, and ends at 1 where all do.
        """
        if not self.responses:
            return None
        low, high = beta.ppf([0.025, 0.975], *self.posterior()).tolist()
        return Estimate(self.share, low if self.mentions else 0.0, high if self.mentions < self.responses else 1.0)


class CountsByWave(NamedTuple):
    """How many responses of each of W waves name each of K causes, (K, W), and how many could, (W,)."""

    mentions: Integers
    responses: Integers

    def of(self, waves: Sequence[int]) -> CountsByWave:
        """Those of these waves, in this order."""
        return CountsByWave(self.mentions[:, waves], self.responses[waves])


def jeffreys(mentions: float, responses: float) -> tuple[float, float]:
    """The parameters of the Beta posterior of a rate under Jeffreys' prior."""
    return mentions + 0.5, responses - mentions + 0.5
