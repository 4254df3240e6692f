"""What an attacker computes from an anonymous survey that is published again and again, and what reports still show.

`python -m benchmarks.republication [SURVEYS]` prints the table "Publications" of docs/benchmarks.md; SURVEYS (40 by
default) is their number. In each, people join and topics are merged, split and adopted between five publications; the
attacker knows who belongs to which group and adds and subtracts all that was published (`tests/builders`).
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from typing import get_args

from saywhy.report import ALL_WAVES
from tests.builders.published_survey import Protection, Survey, random_survey

NAMES: dict[Protection, str] = {
    "none": "nothing is hidden",
    "alone": "each publication is protected alone",
    "together": "all publications are protected together",
}


@dataclass
class Outcome:
    """Of surveys under one protection: how many are disclosed, and how much their reports show."""

    disclosed: int = 0
    segments: int = 0
    causes: int = 0

    def add(self, survey: Survey) -> None:
        """Count a survey. Segments are those of single waves, as anonymous reports on all waves have none."""
        self.disclosed += survey.has_leak()
        for publication in survey.publications:
            self.segments += sum(len(report.segments) for wave, report in publication.items() if wave != ALL_WAVES)
            self.causes += sum(len(report.issues) for report in publication.values())


def main() -> None:
    surveys = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    outcomes = {protection: Outcome() for protection in get_args(Protection)}
    print(
        "| what is published | surveys that disclose 1 to 4 people | segments shown | causes shown |\n|---|--:|--:|--:|"
    )
    for protection, outcome in outcomes.items():
        for seed in range(surveys):
            outcome.add(random_survey(random.Random(seed), protection))
        whole = outcomes["none"]
        print(
            f"| {NAMES[protection]} | {outcome.disclosed / surveys:.0%} | {outcome.segments / whole.segments:.0%} "
            f"| {outcome.causes / whole.causes:.0%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
