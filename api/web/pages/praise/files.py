"""The wall of praise as a file."""

from __future__ import annotations

from collections.abc import Iterator

from api.web.cause_columns import cause_columns
from api.web.pages.praise.build import quoted
from pipelines.render.tables import Column, Kind, Table
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.issue import Issue, Quote
from saywhy.report import Report


def quote_table(report: Report, code_frame: CodeFrame, wording: Wording) -> Table:
    """Each quote once, in the order of the page."""
    columns: tuple[Column[tuple[Issue, Quote]], ...] = (
        *cause_columns(lambda row: row[0], code_frame, wording),
        Column("promoters", wording["promoters"], Kind.COUNT, lambda row: row[0].promoters),
        Column("quote", wording["tables.quote"], Kind.TEXT, lambda row: row[1].text),
        Column("language", wording["tables.language"], Kind.TEXT, lambda row: row[1].language),
        Column("score", wording["tables.score"], Kind.COUNT, lambda row: row[1].score),
        Column("wave", wording["wave"], Kind.TEXT, lambda row: row[1].wave),
    )
    return Table.of(wording["praise.title"], columns, _rows(report))


def _rows(report: Report) -> Iterator[tuple[Issue, Quote]]:
    return ((issue, quote) for issue, quotes in quoted(report) for quote in quotes)
