"""Builds the preview of a file, with the choices of what its columns hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from api.web.pages.imports.context import ColumnLine, ImportPreviewView, SampleRow
from api.web.pages.imports.options import NOTHING, ROLES, SEGMENT, Options
from api.web.rendering import Web
from api.web.shell import Choice
from pipelines.render.wording import Wording
from saywhy.feedback import Rejection, Response, Scale
from saywhy.report import ALL_WAVES
from service.previews import ImportPreview, PreviewedColumn

PATH = "/imports"

#: How the texts call a column that is not imported.
NOTHING_NAME = "nothing"


def preview_view(preview: ImportPreview, options: Options, waves: Sequence[str], web: Web) -> ImportPreviewView:
    """How the file would be read."""
    wording = web.wording
    scale, chosen = preview.scale, dict(zip(options.columns, options.roles, strict=True))
    return _view(
        options,
        waves,
        web,
        summary=wording("import_preview.summary", format=preview.format, source=preview.source),
        problem=None,
        columns=tuple(_column(column, chosen, wording) for column in preview.columns),
        rows=tuple(_row(row, wording) for row in preview.rows),
        notes=tuple(_notes(preview, wording)) + preview.notes,
        scales=tuple(_scales(options.scale, scale, wording)),
    )


def problem_view(
    problem: str, columns: Sequence[str], options: Options, waves: Sequence[str], web: Web
) -> ImportPreviewView:
    """Why the file cannot be read; people may say what its columns hold, if it has any."""
    wording, chosen = web.wording, dict(zip(options.columns, options.roles, strict=True))
    lines = (PreviewedColumn(name, chosen.get(name), 0, ()) for name in columns)
    return _view(
        options,
        waves,
        web,
        summary="",
        problem=problem,
        columns=tuple(_column(line, chosen, wording, is_known=False) for line in lines),
        rows=(),
        notes=(),
        scales=tuple(_scales(options.scale, None, wording)),
    )


def _view(
    options: Options,
    waves: Sequence[str],
    web: Web,
    *,
    summary: str,
    problem: str | None,
    columns: tuple[ColumnLine, ...],
    rows: tuple[SampleRow, ...],
    notes: tuple[str, ...],
    scales: tuple[Choice, ...],
) -> ImportPreviewView:
    return ImportPreviewView(
        path=web.href(f"{PATH}/preview"),
        start=web.href(f"{PATH}/jobs"),
        back=web.href(PATH),
        upload=options.upload,
        file=options.file,
        summary=summary,
        problem=problem,
        columns=columns,
        rows=rows,
        notes=notes,
        wave=options.wave,
        waves=tuple(wave for wave in waves if wave != ALL_WAVES),
        source=options.source,
        scales=scales,
        save_mapping=options.save_mapping,
    )


def _column(
    column: PreviewedColumn, roles: Mapping[str, str], wording: Wording, *, is_known: bool = True
) -> ColumnLine:
    role = column.role or NOTHING
    chosen = SEGMENT if role.startswith(SEGMENT) else role
    # What is a segment by its name stays one, unless it is something else.
    by_name = is_known and chosen == SEGMENT and roles.get(column.name) != SEGMENT
    offered = [*ROLES, SEGMENT, *([] if by_name else [NOTHING])]
    choices = [Choice(each, _role(each, wording), each == chosen) for each in offered]
    if chosen not in offered:  # tells which rows are no responses
        choices.append(Choice(NOTHING, _role(NOTHING, wording), is_current=True))
    return ColumnLine(
        name=column.name,
        choices=tuple(choices),
        is_used=chosen != NOTHING,
        filled=wording.share(column.filled) if is_known else "",
        examples=column.examples,
    )


def _role(role: str, wording: Wording) -> str:
    return wording[f"import_preview.role_{NOTHING_NAME if role == NOTHING else role}"]


def _row(row: Response | Rejection, wording: Wording) -> SampleRow:
    if isinstance(row, Rejection):
        return SampleRow("–", row.row, wording("import_preview.line", n=wording.count(row.line)), row.reason)
    about = [row.wave or "", row.answered_at.date().isoformat() if row.answered_at else ""]
    customer = row.customer
    about.append((customer.account or customer.id or customer.email or "") if customer else "")
    about += [str(segment) for segment in row.segments[:3]]
    return SampleRow(
        score=str(row.score.value) if row.score else "–",
        comment=row.comment.verbatim if row.comment else "",
        about=" · ".join(each for each in about if each),
        reason=None,
    )


def _notes(preview: ImportPreview, wording: Wording) -> Iterator[str]:
    """What people should know, in their language; further notes are in English."""
    if preview.mapping:
        yield wording("import_preview.by_mapping", name=preview.mapping)
    if preview.scale is not None and not preview.scale.is_nps:
        yield wording["import_preview.no_nps"]


def _scales(chosen: Scale | None, detected: Scale | None, wording: Wording) -> Iterator[Choice]:
    label = wording["import_preview.scale_detect"]
    if detected is not None and chosen is None:
        label = wording("import_preview.scale_detected", scale=_scale(detected, wording))
    yield Choice("", label, chosen is None)
    for scale in Scale:
        yield Choice(scale.value, _scale(scale, wording), scale is chosen)


def _scale(scale: Scale, wording: Wording) -> str:
    if scale is Scale.NPS:
        return wording["import_preview.scale_nps"]
    if scale is Scale.GROUPS:
        return wording["import_preview.scale_groups"]
    return wording("rating", scale=scale.value_range)
