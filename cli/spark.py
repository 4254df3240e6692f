"""`saywhy analyse --spark`."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import typer

from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from cli.progress import progress_bars
from saywhy.text import counted

#: Reasons of rejections and notes that are printed.
_SHOWN = 5


def analyse_folder(
    master: str, folder: Path, out: Path, sample: int, rows_per_part: int, mapping: str | None, language: str
) -> None:
    """Analyse the files of a folder, and say what was done, what was refused and where the results are."""
    from pipelines.spark.run import Options, analyse
    from service.mappings import find_mapping

    settings = read_settings()
    saved = find_mapping(configured_store(settings), settings.workspace, mapping) if mapping else None
    options = Options(sample, rows_per_part, saved, settings.model_registry, language)
    with progress_bars() as progress:
        done = analyse(master, folder, out, options, progress)
    lines = [
        f"{counted(done.responses, 'response')} in {counted(done.parts, 'part')}, {done.new_parts:,} of them new.",
        *([f"Replaced by a later row of the same id: {done.replaced:,}."] if done.replaced else []),
    ]
    if done.sampled < done.responses:
        lines.append(f"Topics and impacts are of a stratified sample of {done.sampled:,}.")
    if done.rejected:
        lines.append(f"Rejected: {counted(done.rejected, 'row')}; all are in {out / 'rejections'}.")
        lines += [f"  {count:,}  {reason}" for reason, count in islice(done.reasons.items(), _SHOWN)]
        if len(done.reasons) > _SHOWN:
            lines.append(f"  and {len(done.reasons) - _SHOWN} more reasons")
    lines += done.notes[:_SHOWN]
    lines.append(f"The ranking is in {out / 'reports' / 'all.html'}, each response in {out / 'responses'}.")
    for line in lines:
        typer.echo(printable_line(line), err=True)
    waves = json.loads((out / "manifest.json").read_text("utf-8"))["waves"]
    typer.echo("\n".join(f"{wave}\t{responses}" for wave, responses in waves.items()))
