"""Tables of pages as files for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Response

from api.web.rendering import Web
from pipelines.render.data import table_csv


def csv_file(web: Web, name: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Response:
    """The rows as CSV, to be saved as `NAME.csv`, with the separators of the reader's language."""
    content = table_csv(columns, rows, language=web.wording.language).encode()
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "private, no-cache"}
    return Response(content, headers=headers, media_type="text/csv; charset=utf-8")
