"""Ingest: any survey export in, responses out, and a report of every row that was not taken.

`examine` finds out what a file is, `read_responses` reads it without the store, `import_file` saves it.
"""

from pipelines.ingest.columns import ColumnChoice
from pipelines.ingest.reading import Reading, examine
from pipelines.ingest.responses import read_responses
from service.imports import ImportReport, Progress, import_file, read_rejections, write_rejections

__all__ = [
    "ColumnChoice",
    "ImportReport",
    "Progress",
    "Reading",
    "examine",
    "import_file",
    "read_rejections",
    "read_responses",
    "write_rejections",
]
