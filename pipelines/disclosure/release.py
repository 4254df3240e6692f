"""Which responses of an anonymous survey may be in the next publication: new ones wait until there are five."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure.combinations import Mask
from pipelines.disclosure.groups import KnownGroups, groups_of
from pipelines.disclosure.thresholds import is_disclosive
from pipelines.tabulate.survey_data import SurveyData
from saywhy.feedback import Response
from saywhy.publication import PublishedGroup
from saywhy.report import ALL_WAVES, Report

#: A number of responses for each wave; None stands for the responses without a wave.
CountByWave = Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What an anonymous workspace may publish this time, and what it published before."""

    selected: Mask  # (T,) which of all responses, in the order in which they were saved, may be counted
    history: Mapping[str, Sequence[Report]]  # the published reports by wave, newest first
    groups: Collection[PublishedGroup]  # of which they told something

    @classmethod
    def of(
        cls,
        responses: Iterable[Response],
        history: Mapping[str, Sequence[Report]],
        groups: Collection[PublishedGroup] = (),
    ) -> ReleasePlan:
        """Read the responses once, in the order in which they were saved, and decide.

        A wave takes its new responses in only if none of these is 1 to 4: the new responses, those among them with a
        score, with a comment, and with both. A wave of 1 to 4 responses or scores is left out of the report on all
        waves too, as its difference from the other waves would be the hidden one.
        """
        published = published_counts(history)
        waves: list[str | None] = []
        tallies: dict[str | None, tuple[ResponseCounts, ResponseCounts]] = {}  # of published responses, and of new ones
        for response in responses:
            waves.append(response.wave)
            counted, new = tallies.get(response.wave, (ResponseCounts(), ResponseCounts()))
            if counted.responses < published.get(response.wave, 0):
                counted += ResponseCounts.of(response)
            else:
                new += ResponseCounts.of(response)
            tallies[response.wave] = counted, new
        limits = {wave: _limit(counted, new) for wave, (counted, new) in tallies.items()}
        return cls(_first_of_waves(waves, limits), history, groups)

    def select(self, responses: Iterable[Response]) -> Iterator[Response]:
        """The responses that may be published, from all of them in the order in which they were saved."""
        return compress(responses, self.selected)

    @property
    def positions(self) -> NDArray[np.intp]:
        """Where the selected responses are among all: ascending, (N,)."""
        return np.flatnonzero(self.selected)

    def known(self, data: SurveyData) -> KnownGroups:
        """The groups that were published before; `data` are the selected responses."""
        return KnownGroups.read(self.groups, self.positions) if self.groups else _rebuilt(self.history, data)


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


def _limit(counted: ResponseCounts, new: ResponseCounts) -> int:
    """How many responses of a wave may be counted, those that were saved first: published ones, then new ones."""
    total = counted + new if may_publish(new) else counted
    return 0 if is_disclosive(total.responses) or is_disclosive(total.scored) else total.responses


def _first_of_waves(waves: Iterable[str | None], limits: CountByWave) -> Mask:
    """The first responses of each wave, as many as `limits` says, as a mask over the waves of the responses, (T,)."""
    seen = Counter[str | None]()
    selected: list[bool] = []
    for wave in waves:
        seen[wave] += 1
        selected.append(seen[wave] <= limits.get(wave, 0))
    return np.array(selected, dtype=bool)


def _rebuilt(history: Mapping[str, Sequence[Report]], data: SurveyData) -> KnownGroups:
    """The groups of reports of earlier versions, which did not keep them: those who are in them today of the responses
    that the report counted, where they are as many as it says.
    """
    waves = [data.waves[code] if code >= 0 else None for code in data.wave.tolist()]
    publications: dict[str, dict[str, list[Report]]] = {}
    for report in (report for reports in history.values() for report in reports):
        publications.setdefault(report.generated_at, {})[report.wave] = [report]
    known = KnownGroups.none(len(waves))
    for reports in publications.values():
        counted = _first_of_waves(waves, published_counts(reports))
        for wave, (report,) in reports.items():
            if wave in (ALL_WAVES, *data.waves):
                known = known.including(groups_of(report, data, counted & data.responses_of(wave)))
    return known
