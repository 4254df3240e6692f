"""`saywhy export`."""

from __future__ import annotations

import sys
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import configured_store, read_settings, serving_code_frame
from saywhy.errors import InvalidInput, WorkspaceNotFound
from saywhy.export_format import ExportFormat

if TYPE_CHECKING:
    from saywhy.feedback import Segment


def export(
    format: Annotated[
        ExportFormat | None, typer.Option(help="By default what the ending of --out implies, else JSON lines.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write to this file instead of the terminal.")
    ] = None,
    wave: Annotated[str, typer.Option(help="Only the responses of this wave, or `all`.")] = "all",
    segment: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="Only the responses of this segment. Repeatable: those in all of them."
        ),
    ] = None,
    cause: Annotated[
        str | None, typer.Option(help="Only the responses that name this root cause: the id of a topic, or its label.")
    ] = None,
    with_personal_data: Annotated[
        bool, typer.Option("--with-personal-data", help="Do not mask personal data in comments.")
    ] = False,
    show_staff_names: Annotated[
        bool, typer.Option("--show-staff-names", help="Do not mask the names of employees in comments.")
    ] = False,
) -> None:
    """Export the responses with everything that the latest analysis says of each: one row a response.

    Responses without a comment are included. Anonymous surveys are not exported.
    """
    from service.export_files import write_export
    from service.exports import Selection
    from service.exports import export as run

    chosen_format = format or _format_of(out)
    if out is None and chosen_format in (ExportFormat.XLSX, ExportFormat.PARQUET):
        raise typer.BadParameter(f"{chosen_format} cannot be written to the terminal; name a file with --out")
    selection = Selection(wave, [_segment(text) for text in segment or ()], cause)
    settings = read_settings()
    code_frame, engine = serving_code_frame(settings), configured_store(settings)
    responses = run(
        engine,
        settings.workspace,
        selection,
        code_frame=code_frame,
        with_personal_data=with_personal_data,
        show_staff_names=show_staff_names,
    )
    try:
        # All errors are raised with the first response, before the file is opened.
        responses = chain(list(islice(responses, 1)), responses)
    except WorkspaceNotFound as error:
        raise WorkspaceNotFound(f"{error.detail} yet; `saywhy import` creates it") from None
    write_export(responses, chosen_format, out or sys.stdout.buffer)


def _format_of(out: Path | None) -> ExportFormat:
    if out is None:
        return ExportFormat.JSONL
    ending = out.suffix.lower().removeprefix(".")
    if ending not in list(ExportFormat):
        endings = ", ".join(f".{known}" for known in ExportFormat)
        raise typer.BadParameter(f"the ending of {out.name} implies no format; add --format, or use one of {endings}")
    return ExportFormat(ending)


def _segment(text: str) -> Segment:
    from saywhy.feedback import Segment

    try:
        return Segment.parse(text)
    except InvalidInput as error:
        raise typer.BadParameter(error.detail) from None
