"""What the page shows as files, under the same address with an ending, and the log of corrections."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Literal

from fastapi.responses import Response

from api.http.auth import PersonalDataDep, ReadAccess
from api.web.pages.comments.filters import FiltersDep
from saywhy.export_format import ExportFormat
from saywhy.json_lines import write_line
from service.comments import export_comments
from service.corrections import ExportedCorrection, list_corrections
from service.export_files import write_export
from service.paging import LONGEST_PAGE


def export(
    ending: Literal["csv", "xlsx", "jsonl"],
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    filters: FiltersDep,
) -> Response:
    """All comments that the filters leave, on whatever page they are."""
    comments = export_comments(
        resources.engine,
        resources.workspace,
        filters.search(),
        code_frame=resources.annotator.code_frame,
        annotator=resources.annotator,
        with_personal_data=with_personal_data,
    )
    out, form = io.BytesIO(), ExportFormat(ending)
    write_export(comments, form, out)
    return _file(out.getvalue(), f"comments.{ending}", form)


def export_corrections(
    ending: Literal["csv", "jsonl"], resources: ReadAccess, with_personal_data: PersonalDataDep
) -> Response:
    """All corrections, the latest first."""
    from pipelines.render.exports import table_to_csv

    out, form = io.BytesIO(), ExportFormat(ending)
    corrections = _all_corrections(resources, with_personal_data)
    if form is ExportFormat.CSV:
        columns = [field.name for field in fields(ExportedCorrection)]
        out.write(table_to_csv(({**asdict(each), "at": each.at.isoformat()} for each in corrections), columns))
    else:
        for each in corrections:
            write_line(out, each)
    return _file(out.getvalue(), f"corrections.{ending}", form)


def _all_corrections(resources: ReadAccess, with_personal_data: bool) -> Iterator[ExportedCorrection]:
    cursor: str | None = None
    while True:
        page = list_corrections(
            resources.engine, resources.workspace, LONGEST_PAGE, cursor, with_personal_data=with_personal_data
        )
        yield from page.entries
        if (cursor := page.next) is None:
            return


def _file(content: bytes, name: str, form: ExportFormat) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=form.media_type, headers=headers)
