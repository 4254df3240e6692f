"""Ingest: any survey export in, responses out, and a report of every row that was not taken.

`examine` finds out what a file is, `read_responses` reads it; `service.imports` saves it in the store.
"""

from pipelines.ingest.columns import ColumnChoice
from pipelines.ingest.reading import Reading, examine
from pipelines.ingest.responses import read_responses

__all__ = [
    "ColumnChoice",
    "Reading",
    "examine",
    "read_responses",
]
