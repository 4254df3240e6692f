"""Reads the export of any survey tool: responses, and every rejected row with the reason.

`reading.examine` finds out what a file is (`table` its format, `encoding`, `delimited`, `workbook`, `documents` with
`fields`; `mojibake` mends it), which tool wrote it (`tools`), where its header is (`headers`), which column holds what
(`columns.choose_columns` decides, with `questions` to find score and comment by content) and which scale was used
(`scale`). `responses.read_responses` then reads the rows: dates are parsed in `dates`, scores in `values`, amounts in
`money`. Nothing here knows the store; `service.imports` saves the responses.
"""

from pipelines.ingest.reading import ExportLayout, examine
from pipelines.ingest.responses import read_responses
from saywhy.mapping import ColumnChoice

__all__ = ["ColumnChoice", "ExportLayout", "examine", "read_responses"]
