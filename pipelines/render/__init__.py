"""Shows a report as an HTML page, as JSON and as CSV, in four languages, and responses as tables.

`html.to_html` renders the page: `page` turns a report into the contexts of `context` (with `ranking` and `tree` for the
causes, `figures` and `fixes` for the other tables, `amounts` and `geometry` for bars and axes, `wording` for words and
numbers), and the templates print them. `data` writes JSON and CSV. The sentences are in `wording/`, one file per
language. `exports` writes exported responses as CSV, XLSX and Parquet, `tables` any table as CSV, XLSX and JSON, and
`pictures` drawings as PNG.
"""

from pipelines.render.data import to_csv, to_json
from pipelines.render.html import SignInRefusal, sign_in_page, to_html

__all__ = ["SignInRefusal", "sign_in_page", "to_csv", "to_html", "to_json"]
