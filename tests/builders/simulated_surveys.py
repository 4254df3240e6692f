"""Simulated surveys with known truth: causes that are named together, with known effects on the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import norm

from models.arrays import Floats

Scores = NDArray[np.int8]

#: Thresholds of satisfaction between the scores 0|1 … 9|10; at 6|7 and 8|9 those between the groups.
THRESHOLDS = np.array([-4.2, -3.6, -3.0, -2.5, -2.0, -1.1, -0.5, 0.05, 0.8, 1.7])

#: Correlation of the latent variables between the answers of one customer.
_LIKENESS = 0.8


@dataclass(frozen=True)
class SimulatedSurvey:
    """Complaints and praise: how often each is named, and its effect on satisfaction, in logits.

    Satisfaction is a latent variable with ten thresholds, which part the eleven scores (ordered logit). `overlap` makes
    those who name one complaint more likely to name others. Each customer gives so many `answers`, in succession: what
    they name, and their scores, correlate by `_LIKENESS`. Every single response is distributed as without, so that the
    truth is the same. With a `departure` effects are not proportional (multinomial logit): by this share every other
    complaint weighs more between detractors and passives and less between passives and promoters, the others the
    reverse.
    """

    blamed: tuple[float, ...] = (0.25, 0.2, 0.15, 0.12, 0.1, 0.1, 0.08, 0.08)
    costs: tuple[float, ...] = (1.5, 0.0, 1.2, 0.8, 0.5, 0.0, 1.6, 0.3)
    praised: tuple[float, ...] = (0.2, 0.15, 0.1)
    adds: tuple[float, ...] = (1.0, 0.8, 0.5)
    overlap: float = 0.7
    answers: int = 1
    departure: float = 0.0

    def customer(self, responses: int) -> NDArray[np.int32]:
        """The customer of each response, (N,)."""
        return np.arange(responses, dtype=np.int32) // self.answers

    def draw(self, responses: int, seed: int) -> tuple[Scores, sparse.csr_array, sparse.csr_array]:
        """Scores (N,), who blames what (N, K), who praises what (N, L)."""
        generator = np.random.default_rng(seed)
        blamed, praised = self._named(responses, generator)
        satisfaction = self._satisfaction(blamed, praised)
        promoter, detractor = self._probabilities(satisfaction)
        drawn = self._uniform(generator, (responses,))
        group = np.where(drawn < promoter, 2, np.where(drawn < 1 - detractor, 1, 0))
        # The score within its group, by the satisfaction between the departures.
        above = 1 / (1 + np.exp(THRESHOLDS - satisfaction.mean(axis=0)[:, None]))
        most, least = (
            np.choose(group, [ends[0], ends[1], ends[2]])
            for ends in ((1.0, above[:, 6], above[:, 8]), (above[:, 6], above[:, 8], 0.0))
        )
        within = least + self._uniform(generator, (responses,)) * (most - least)
        return (
            (above > within[:, None]).sum(axis=1).astype(np.int8),
            sparse.csr_array(blamed),
            sparse.csr_array(praised),
        )

    def truth(self, responses: int = 400_000, seed: int = 0) -> Floats:
        """The true recoverable points of each complaint, (K,): the expected NPS without its mentions, less the NPS."""
        blamed, praised = self._named(responses, np.random.default_rng(seed))
        satisfaction = self._satisfaction(blamed, praised)
        score = np.subtract(*self._probabilities(satisfaction)).mean()
        costs = self._costs()
        without = [satisfaction + costs[:, column, None] * blamed[:, column] for column in range(len(self.costs))]
        return 100 * np.array([np.subtract(*self._probabilities(one)).mean() - score for one in without])

    def _costs(self) -> Floats:
        """The effect of each complaint on being a detractor, and on being a promoter: (2, K)."""
        sign = np.where(np.arange(len(self.costs)) % 2, -1, 1)
        return np.array(self.costs) * (1 + self.departure * np.array([[1], [-1]]) * sign)

    def _named(self, responses: int, generator: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        shared = self.overlap * self._normal(generator, (responses, 1))
        limits = norm.ppf(self.blamed) * np.sqrt(1 + self.overlap**2)
        blamed = self._normal(generator, (responses, len(self.blamed))) + shared < limits
        return blamed, self._uniform(generator, (responses, len(self.praised))) < np.array(self.praised)

    def _normal(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        drawn = generator.normal(size=shape)
        if self.answers == 1:
            return drawn
        of_customers = generator.normal(size=shape)[: -(-shape[0] // self.answers)]
        own, common = np.sqrt(1 - _LIKENESS), np.sqrt(_LIKENESS)
        correlated: Floats = own * drawn + common * of_customers[self.customer(shape[0])]
        return correlated

    def _uniform(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        drawn: Floats = generator.random(shape) if self.answers == 1 else norm.cdf(self._normal(generator, shape))
        return drawn

    def _satisfaction(self, blamed: NDArray[np.bool_], praised: NDArray[np.bool_]) -> Floats:
        """Of detractors or not, and of promoters or not: (2, N)."""
        satisfaction: Floats = 0.6 - self._costs() @ blamed.T + praised @ np.array(self.adds)
        return satisfaction

    def _probabilities(self, satisfaction: Floats) -> tuple[Floats, Floats]:
        """Of being promoter and detractor."""
        if self.departure:
            promoter, detractor = np.exp(satisfaction[1] - 0.2), np.exp(0.4 - satisfaction[0])
            everyone = 1 + promoter + detractor
            return promoter / everyone, detractor / everyone
        return 1 / (1 + np.exp(THRESHOLDS[8] - satisfaction[1])), 1 / (1 + np.exp(satisfaction[0] - THRESHOLDS[6]))


def random_effects(seed: int, overlap: float, departure: float = 0.0) -> SimulatedSurvey:
    """Twelve complaints: named by 4 to 22 %, four of them without effect, the others costing 0.2 to 2.2 logits."""
    generator = np.random.default_rng(seed)
    rates = np.exp(generator.uniform(np.log(0.04), np.log(0.22), 12))
    costs = generator.uniform(0.2, 2.2, 12)
    costs[generator.permutation(12)[:4]] = 0
    return SimulatedSurvey(tuple(rates.tolist()), tuple(costs.tolist()), overlap=overlap, departure=departure)
