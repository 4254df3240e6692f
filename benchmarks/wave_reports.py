"""Time and memory of all reports of a survey of waves, each informed by those before it, from prepared columns.

`python -m benchmarks.wave_reports [RESPONSES]` prints a table of docs/benchmarks.md (1,000,000 by default). All data
are simulated: 40 causes, four waves, two dimensions of segments, two answers of every customer. Half of the responses
have a comment; there are no texts to quote.
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from scipy import sparse

from pipelines.report.waves import report_on_waves
from pipelines.tabulate.survey_data import SurveyData
from saywhy.feedback import Segment
from tests.builders.simulated_data import survey_data
from tests.builders.simulated_surveys import THRESHOLDS

_CAUSES, _WAVES, _DIMENSIONS = 40, 4, (5, 6)


def main() -> None:
    responses = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    data = drawn(responses)
    print(f"drawn: {_peak():.1f} GB", file=sys.stderr, flush=True)
    starts: list[tuple[float, float]] = []

    def progress(_finished: int, _total: int) -> None:
        starts.append((time.perf_counter(), time.process_time()))

    reports = report_on_waves(data, "", datetime.now(UTC), progress=progress)
    progress(len(reports), len(reports))
    print("| report on | seconds | CPU seconds |\n|---|--:|--:|")
    # What a wave says of the next one is computed at the end of its own time.
    for name, start, end in zip((*data.waves, "all waves"), starts, starts[1:], strict=False):
        print(f"| {name} | {end[0] - start[0]:.0f} | {end[1] - start[1]:.0f} |")
    print(f"| together | {starts[-1][0] - starts[0][0]:.0f} | {starts[-1][1] - starts[0][1]:.0f} |")
    print(f"\npeak memory {_peak():.1f} GB")


def drawn(responses: int) -> SurveyData:
    """The survey. Rates of causes are 1 to 15 % of those who write; complaints cost up to 1.5 logits."""
    generator = np.random.default_rng(1)
    wrote = generator.random(responses) < 0.5
    named = np.zeros((2, responses, _CAUSES), dtype=bool)
    satisfaction = 0.8 + generator.logistic(size=responses)
    for cause, rate in enumerate(np.geomspace(0.01, 0.15, _CAUSES)):
        for side, (share, effect) in enumerate(((1.0, -generator.uniform(0, 1.5)), (0.5, generator.uniform(0, 1.0)))):
            named[side, :, cause] = wrote & (generator.random(responses) < share * rate)
            satisfaction += effect * named[side, :, cause]
    scores = np.searchsorted(THRESHOLDS, satisfaction).astype(np.int8)
    wave = generator.integers(0, _WAVES, responses)
    data = survey_data(scores, named[0], named[1], wave, wrote=wrote, account=np.arange(responses) // 2)
    firsts = np.cumsum((0, *_DIMENSIONS)).tolist()
    member = np.stack([generator.integers(firsts[at], firsts[at + 1], responses) for at in (0, 1)], axis=1)
    cells = (np.ones(member.size, dtype=bool), member.ravel(), np.arange(responses + 1) * 2)
    return replace(
        data,
        segmented=sparse.csr_array(cells, (responses, sum(_DIMENSIONS))),
        segments=tuple(
            Segment(f"Dimension {at}", str(value)) for at, n in enumerate(_DIMENSIONS) for value in range(n)
        ),
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
