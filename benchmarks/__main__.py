"""`make bench`: run all benchmarks that need no data, one after the other.

Tables on labelled feedback: `python -m training.evaluation.metrics --data DATA`.
"""

from __future__ import annotations

import subprocess
import sys

_SCRIPTS = (
    "classify",
    "latency",
    "start_up",
    "clean",
    "import_million",
    "comment_search",
    "follow_up",
    "topics_size",
    "few_shot",
    "cause_parts",
    "granularity",
    "impact",
    "score_model",
    "wave_reports",
    "claims",
    "comparisons",
    "fixes",
    "republication",
    "drift",
    "model_swap",
)


def main() -> int:
    """Run each script in its own process, because peak memory is measured by process; the number of failures."""
    failures = 0
    for script in _SCRIPTS:
        print(f"\n## {script}\n", flush=True)
        failures += subprocess.run([sys.executable, "-m", f"benchmarks.{script}"], check=False).returncode != 0
    return failures


if __name__ == "__main__":
    sys.exit(main())
