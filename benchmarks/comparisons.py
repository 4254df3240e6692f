"""How often a benchmark claims a difference where there is none, and how often its intervals hold the true difference.

`python -m benchmarks.comparisons [SHARE]` prints the tables of "Comparisons" in docs/benchmarks.md; SHARE (1 by
default) scales the number of simulated surveys. All data are simulated (`tests/builders/simulated_data.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import chain
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from pipelines.benchmark import comparison
from pipelines.benchmark.profile import Profile
from pipelines.impact.estimates import FEW_MENTIONS
from pipelines.impact.nps import nps_change, nps_of
from pipelines.tabulate.survey_data import SurveyData
from saywhy.benchmark import Against, Benchmark
from saywhy.estimate import Estimate, Nps
from tests.builders.simulated_data import QuietWaves

_RARE = tuple(np.geomspace(0.002, 0.05, 60).tolist())

#: Surveys in which nothing differs, and the segment that is compared with the rest; None for the first wave.
SURVEYS = {
    "500 and 500": (QuietWaves(500), None),
    "2,000 and 2,000": (QuietWaves(2_000), None),
    "60 and 60": (QuietWaves(60), None),
    "about 50 and 950 (a segment)": (QuietWaves(500), "dimension 3=07"),
    "about 330 and 670 (a segment)": (QuietWaves(500), "dimension 0=01"),
    "500 and 500, 60 rare causes": (QuietWaves(500, rates=_RARE), None),
    "500 and 500, every customer answers 4 times": (QuietWaves(500, answers=4), None),
}


#: Surveys with causes that few name, for the second table: points of however few mentions are compared.
FEW_NAMED = ("60 and 60", "about 50 and 950 (a segment)", "500 and 500, 60 rare causes")


def main() -> None:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    _print_table(SURVEYS, share)
    print(f"\nPoints compared from 1 mention on, not from {FEW_MENTIONS}:\n")
    with patch.object(comparison, "FEW_MENTIONS", 1):
        _print_table(FEW_NAMED, share)
    print("\nThe NPS of a segment of 330 of 1,000 responses beside:\n")
    _print_part(*SURVEYS["about 330 and 670 (a segment)"], int(share * 200))


def _print_part(survey: QuietWaves, segment: str | None, surveys: int) -> None:
    """How far the NPS of a part differs from that of the rest and from that of the whole, by chance alone."""
    print("| reference | standard deviation of the difference | mean width of the interval | intervals that hold 0 |")
    print("|---|--:|--:|--:|")
    differences: dict[str, list[Estimate]] = {"the rest": [], "the whole": []}
    for seed in range(surveys):
        data = survey.draw(seed)
        outside, inside = _masks(data, segment)
        part, *references = (_score(data, mask) for mask in (inside, outside, inside | outside))
        for of_reference, reference in zip(differences.values(), references, strict=True):
            of_reference.append(nps_change(reference, part)[0])
    for name, estimates in differences.items():
        deviation, width = (
            np.std([each.value for each in estimates]),
            np.mean([each.high - each.low for each in estimates]),
        )
        coverage = np.mean([each.low <= 0 <= each.high for each in estimates])
        print(f"| {name} | {deviation:.1f} | {width:.1f} | {coverage:.1%} |")


def _score(data: SurveyData, mask: NDArray[np.bool_]) -> Nps:
    score = nps_of(data.points[mask], data.account[mask])
    assert score is not None
    return score


def _print_table(names: Iterable[str], share: float) -> None:
    print("| responses of both groups | any false claim | rate intervals | points intervals | NPS intervals |")
    print("|---|--:|--:|--:|--:|")
    for name in names:
        survey, segment = SURVEYS[name]
        benchmarks = [benchmark_of(survey.draw(seed), segment) for seed in range(int(share * 200))]
        columns: list[list[bool]] = [[any_claim(each) for each in benchmarks]]
        columns += [list(chain.from_iterable(of_kind)) for of_kind in zip(*map(hold, benchmarks), strict=True)]
        shares = [f"{np.mean(column):.1%}" if column else "–" for column in columns]
        print(f"| {name} | " + " | ".join(shares) + " |", flush=True)


def benchmark_of(data: SurveyData, segment: str | None) -> Benchmark:
    """The second wave against the first, or the responses outside the segment against those in it."""
    group, reference = _masks(data, segment)
    of_group, of_reference = (Profile.of_responses(data, mask, "model", "a group") for mask in (group, reference))
    return comparison.compare(Against("segment", "the reference"), of_group, of_reference)


def _masks(data: SurveyData, segment: str | None) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The group and the reference of `benchmark_of`, (N,)."""
    if segment is None:
        reference = data.wave == 0
    else:
        column = list(map(str, data.segments)).index(segment)
        reference = data.segmented[:, [column]].toarray().ravel()
    return ~reference, reference


def any_claim(benchmark: Benchmark) -> bool:
    """Whether anything is called different among the causes; the NPS is one test, at 5 %."""
    causes = benchmark.causes
    return any(each and each.significant for cause in causes for each in (cause.rate, cause.points))


def hold(benchmark: Benchmark) -> tuple[list[bool], list[bool], list[bool]]:
    """Whether each interval holds 0, the true difference: of the rates, the points and the NPS."""
    rates = [cause.rate for cause in benchmark.causes]
    points = [cause.points for cause in benchmark.causes]
    first, second, third = (
        [each.difference.low <= 0 <= each.difference.high for each in comparisons if each and each.difference]
        for comparisons in (rates, points, [benchmark.nps])
    )
    return first, second, third


if __name__ == "__main__":
    main()
