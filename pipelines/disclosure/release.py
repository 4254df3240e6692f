"""Which responses of an anonymous survey may be in the next publication: new ones wait until there are five."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.disclosure.thresholds import is_disclosive
from saywhy.feedback import Response
from saywhy.report import ALL_WAVES, Report

#: A number of responses for each wave; None stands for the responses without a wave.
CountByWave = Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What an anonymous workspace may publish this time, and what it published before."""

    limits: CountByWave  # how many responses of each wave may be counted, in the order in which they were saved
    hidden_waves: frozenset[str | None]  # waves of 1 to 4 responses or scores
    history: Mapping[str, Sequence[Report]]  # the published reports by wave, newest first

    @classmethod
    def of(cls, responses: Iterable[Response], history: Mapping[str, Sequence[Report]]) -> ReleasePlan:
        """Read the responses once, in the order in which they were saved, and decide.

        A wave takes its new responses in only if none of these is 1 to 4: the new responses, those among them with a
        score, with a comment, and with both. Hidden waves are left out of the report on all waves too, as its
        difference from the other waves would be the hidden one.
        """
        limits: dict[str | None, int] = {}
        hidden: set[str | None] = set()
        for wave, (counted, new) in _tally(responses, published_counts(history)).items():
            if may_publish(new):
                counted = counted + new
            limits[wave] = counted.responses
            if is_disclosive(counted.responses) or is_disclosive(counted.scored):
                hidden.add(wave)
        return cls(limits, frozenset(hidden), history)

    def select(self, responses: Iterable[Response]) -> Iterator[Response]:
        """The responses that may be published, from all of them in the order in which they were saved."""
        seen: dict[str | None, int] = {}
        for response in responses:
            seen[response.wave] = seen.get(response.wave, 0) + 1
            if response.wave not in self.hidden_waves and seen[response.wave] <= self.limits.get(response.wave, 0):
                yield response

    def latest(self) -> dict[str, Report]:
        """The last published report on each wave."""
        return {wave: reports[0] for wave, reports in self.history.items()}


@dataclass(frozen=True, slots=True)
class ResponseCounts:
    """Sizes of a set of responses and of its subsets with a score on 0-10, with a comment, and with both."""

    responses: int = 0
    scored: int = 0
    with_comment: int = 0
    scored_with_comment: int = 0

    def __add__(self, other: ResponseCounts) -> ResponseCounts:
        return ResponseCounts(
            self.responses + other.responses,
            self.scored + other.scored,
            self.with_comment + other.with_comment,
            self.scored_with_comment + other.scored_with_comment,
        )

    @classmethod
    def of(cls, response: Response) -> ResponseCounts:
        is_scored = response.score is not None and response.score.group is not None
        has_comment = response.comment is not None
        return cls(1, int(is_scored), int(has_comment), int(is_scored and has_comment))


def may_publish(new: ResponseCounts) -> bool:
    """Whether the new responses of a wave can be added to its published ones: none of their counts is 1 to 4."""
    counts = (new.responses, new.scored, new.with_comment, new.scored_with_comment)
    return not any(map(is_disclosive, counts))


def published_counts(history: Mapping[str, Sequence[Report]]) -> dict[str | None, int]:
    """Responses of each wave in the last published reports; None stands for the responses without a wave."""
    counts: dict[str | None, int] = {wave: reports[0].counts.responses for wave, reports in history.items()}
    total = counts.pop(ALL_WAVES, 0)
    counts[None] = max(total - sum(counts.values()), 0)
    return counts


def _tally(
    responses: Iterable[Response], published: CountByWave
) -> dict[str | None, tuple[ResponseCounts, ResponseCounts]]:
    """For each wave the counts of the published responses, which come first, and of the new ones."""
    tallies: dict[str | None, tuple[ResponseCounts, ResponseCounts]] = {}
    for response in responses:
        counted, new = tallies.get(response.wave, (ResponseCounts(), ResponseCounts()))
        if counted.responses < published.get(response.wave, 0):
            counted += ResponseCounts.of(response)
        else:
            new += ResponseCounts.of(response)
        tallies[response.wave] = counted, new
    return tallies
