"""What the page shows as files, under the same address with an ending, and the log of corrections.

Beside the tables there are JSON lines with all that is known of a comment: its clauses, causes and their places.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from fastapi.responses import Response

from api.http.auth import PersonalDataDep, ReadAccess
from api.http.dependencies import Resources
from api.web.downloads import Downloads
from api.web.pages.comments.filters import Filters, FiltersDep
from api.web.rendering import WebDep
from pipelines.render.exports import signed_label
from pipelines.render.tables import Column, Kind, Table
from pipelines.render.wording import Wording
from saywhy.annotation import Polarity
from saywhy.export_format import ExportFormat
from saywhy.json_lines import write_line
from service.comments import export_comments
from service.corrections import ExportedCorrection, list_corrections
from service.export_files import write_export
from service.exports import ExportedCause, ExportedResponse, ExportedTheme
from service.paging import LONGEST_PAGE


def comments(web: WebDep, resources: ReadAccess, with_personal_data: PersonalDataDep, filters: FiltersDep) -> Downloads:
    """All comments that the filters leave, on whatever page they are."""
    return Downloads({"comments": lambda: comment_table(_chosen(resources, filters, with_personal_data), web.wording)})


def corrections(web: WebDep, resources: ReadAccess, with_personal_data: PersonalDataDep) -> Downloads:
    """All corrections, the latest first."""
    return Downloads(
        {"corrections": lambda: correction_table(_corrections(resources, with_personal_data), web.wording)}
    )


def comment_lines(resources: ReadAccess, with_personal_data: PersonalDataDep, filters: FiltersDep) -> Response:
    """All comments that the filters leave, with all that is known of them."""
    out = io.BytesIO()
    write_export(_chosen(resources, filters, with_personal_data), ExportFormat.JSONL, out)
    return _lines(out, "comments")


def correction_lines(resources: ReadAccess, with_personal_data: PersonalDataDep) -> Response:
    """All corrections, the latest first."""
    out = io.BytesIO()
    for each in _corrections(resources, with_personal_data):
        write_line(out, each)
    return _lines(out, "corrections")


def comment_table(responses: Sequence[ExportedResponse], wording: Wording) -> Table:
    """A row for each comment, with a column for each dimension of segments; themes and causes have their signs."""
    dimensions = sorted({dimension for each in responses for dimension in each.segments})
    polarities = {polarity.value: wording[polarity] for polarity in Polarity}
    columns: tuple[Column[ExportedResponse], ...] = (
        Column("id", wording["tables.id"], Kind.TEXT, lambda each: each.id),
        Column("score", wording["tables.score"], Kind.COUNT, lambda each: each.score),
        Column("wave", wording["wave"], Kind.TEXT, lambda each: each.wave),
        Column("answered_at", wording["tables.at"], Kind.MOMENT, lambda each: each.answered_at),
        Column("language", wording["tables.language"], Kind.TEXT, lambda each: each.language),
        Column("comment", wording["tables.comment"], Kind.TEXT, lambda each: each.comment),
        Column(
            "sentiment",
            wording["sentiment"],
            Kind.TEXT,
            lambda each: each.sentiment.label if each.sentiment else None,
            polarities,
        ),
        Column(
            "sentiment_score",
            wording["tables.sentiment_score"],
            Kind.NUMBER,
            lambda each: each.sentiment.score if each.sentiment else None,
        ),
        *(_segment(dimension) for dimension in dimensions),
        Column("themes", wording["theme"], Kind.TEXT, lambda each: _signed(each.themes)),
        Column("causes", wording["tables.causes"], Kind.TEXT, lambda each: _signed(each.causes)),
    )
    return Table.of(wording["comments"], columns, responses)


def correction_table(corrections: Iterator[ExportedCorrection], wording: Wording) -> Table:
    """A row for each correction."""
    columns: tuple[Column[ExportedCorrection], ...] = (
        Column("id", wording["tables.id"], Kind.COUNT, lambda each: each.id),
        Column("at", wording["tables.at"], Kind.MOMENT, lambda each: each.at),
        Column("author", wording["tables.author"], Kind.TEXT, lambda each: each.author),
        Column("model", wording["tables.model"], Kind.TEXT, lambda each: each.model),
        Column("comment", wording["tables.comment_id"], Kind.TEXT, lambda each: each.comment),
        Column("text", wording["tables.comment"], Kind.TEXT, lambda each: each.text),
        Column("language", wording["tables.language"], Kind.TEXT, lambda each: each.language),
        Column("kind", wording["tables.field"], Kind.TEXT, lambda each: each.kind),
        Column("clause_start", wording["tables.clause_start"], Kind.COUNT, lambda each: each.clause_start),
        Column("clause_end", wording["tables.clause_end"], Kind.COUNT, lambda each: each.clause_end),
        Column("said", wording["tables.said"], Kind.TEXT, lambda each: each.said),
        Column("value", wording["tables.value"], Kind.TEXT, lambda each: each.value),
    )
    return Table.of(wording["comments.corrections_title"], columns, corrections)


def _chosen(resources: Resources, filters: Filters, with_personal_data: bool) -> list[ExportedResponse]:
    return export_comments(
        resources.engine,
        resources.workspace,
        filters.search(),
        code_frame=resources.annotator.code_frame,
        annotator=resources.annotator,
        with_personal_data=with_personal_data,
    )


def _corrections(resources: Resources, with_personal_data: bool) -> Iterator[ExportedCorrection]:
    cursor: str | None = None
    while True:
        page = list_corrections(
            resources.engine, resources.workspace, LONGEST_PAGE, cursor, with_personal_data=with_personal_data
        )
        yield from page.entries
        if (cursor := page.next) is None:
            return


def _segment(dimension: str) -> Column[ExportedResponse]:
    return Column(f"segment:{dimension}", dimension, Kind.TEXT, lambda each: each.segments.get(dimension))


def _signed(labels: Sequence[ExportedTheme | ExportedCause]) -> tuple[str, ...]:
    """Each once, with the sign of its polarity."""
    return tuple(dict.fromkeys(signed_label(asdict(label)) for label in labels))


def _lines(out: io.BytesIO, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.jsonl"', "Cache-Control": "no-store"}
    return Response(out.getvalue(), media_type=ExportFormat.JSONL.media_type, headers=headers)
