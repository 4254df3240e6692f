"""How often reports claim what is not so: surveys in which nothing changed and no segment differs.

`python -m benchmarks.claims [SHARE]` prints the tables "Claims" of docs/benchmarks.md; SHARE (1 by default) scales the
number of simulated surveys. All data are simulated (`tests/builders/simulated_data.py`).
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from pipelines.change.decomposition import change_since
from pipelines.impact.nps import nps_of
from pipelines.report.findings import findings
from pipelines.report.summary import nps_by_segment
from pipelines.tabulate.survey_data import SurveyData
from saywhy.report import Counts, Report
from tests.builders.simulated_data import QuietWaves

#: Claims that a report can make, by the key of the finding (the last: `Change.new` and `Change.vanished`).
CLAIMS = {
    "named more often": "oftener",
    "weighs more": "graver",
    "segment lower": "segment",
    "new or vanished": "new",
}

_RARE = tuple(np.geomspace(0.002, 0.05, 60).tolist())

SURVEYS = {
    "100 answers a wave": QuietWaves(100),
    "500 answers a wave": QuietWaves(500),
    "2,000 answers a wave": QuietWaves(2_000),
    "500, 60 rare causes": QuietWaves(500, rates=_RARE),
    "500, 70 % write, then 35 %": QuietWaves(500, wrote=(0.7, 0.35)),
    "2,000, 70 % write, then 35 %": QuietWaves(2_000, wrote=(0.7, 0.35)),
}


def main() -> None:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    print(f"| quiet survey | {' | '.join(CLAIMS)} |\n|---|{'--:|' * len(CLAIMS)}")
    for name, survey in SURVEYS.items():
        rates = false_claims(survey, int(share * 200))
        print(f"| {name} | " + " | ".join(f"{rate:.1%}" for rate in rates) + " |", flush=True)


def false_claims(survey: QuietWaves, surveys: int) -> list[float]:
    """The share of surveys with each of `CLAIMS`."""
    claimed = [claims(survey.draw(seed)) for seed in range(surveys)]
    return [float(np.mean([key in keys for keys in claimed])) for key in CLAIMS.values()]


def claims(data: SurveyData) -> set[str]:
    """What a report on the later wave claims about the change, and one on all waves about the segments."""
    change = change_since(data, 0, 1)
    assert change is not None
    everyone = np.ones(len(data.wave), dtype=bool)
    overall = nps_of(data.points)
    segments = nps_by_segment(data, everyone, np.arange(len(data.segments)))
    later = Report("W2", "", "", Counts(0, 0, 0, 0, 0), overall, None, (), (), segments, (), (), (), (), (), change)
    keys = {finding.key for report in (later, replace(later, change=None)) for finding in findings(report)}
    return keys | ({"new"} if change.new or change.vanished else set())


if __name__ == "__main__":
    main()
