"""Writing exported responses to a file, in each format."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from saywhy.export_format import ExportFormat
from saywhy.json_lines import write_line
from service.exports import ExportedResponse


def write_export(responses: Iterable[ExportedResponse], format: ExportFormat, out: Path | BinaryIO) -> None:
    """Write the responses to a file or stream: JSON lines one by one; the other formats are made in memory first."""
    if format is ExportFormat.JSONL:
        with out.open("wb") if isinstance(out, Path) else nullcontext(out) as stream:
            for response in responses:
                write_line(stream, response)
        return
    from pipelines.render import exports

    render = {
        ExportFormat.CSV: exports.to_csv,
        ExportFormat.XLSX: exports.to_workbook,
        ExportFormat.PARQUET: exports.to_parquet,
    }[format]
    content = render(map(asdict, responses))
    if isinstance(out, Path):
        out.write_bytes(content)
    else:
        out.write(content)
