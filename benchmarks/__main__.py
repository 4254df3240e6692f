"""`make bench`: every table of docs/benchmarks.md that needs no data of yours, one after the other.

Quality tables need labelled feedback: `python -m training.evaluation.metrics --data DATA`.
"""

from __future__ import annotations

import subprocess
import sys

_SCRIPTS = ("classify", "latency", "clean", "import_million", "topics_size", "impact")


def main() -> int:
    """Run each script in a process of its own, so that peak memory is its own; the number of failures."""
    failures = 0
    for script in _SCRIPTS:
        print(f"\n## {script}\n", flush=True)
        failures += subprocess.run([sys.executable, "-m", f"benchmarks.{script}"], check=False).returncode != 0
    return failures


if __name__ == "__main__":
    sys.exit(main())
