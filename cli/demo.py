"""`saywhy demo`: import, analyse and report the bundled sample."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from cli.analysis import Format, write_report
from cli.configuration import configured_store, read_settings, serving_code_frame
from cli.importing import describe
from cli.progress import progress_bars
from saywhy.report import ALL_WAVES

FOLDER = Path("var")
DATABASE = FOLDER / "demo.db"
PAGE = FOLDER / "report.html"


def demo() -> None:
    """Import, analyse and report the bundled sample: 800 responses about a fictional company, in four languages.

    Starts from scratch each time. Writes the store demo.db and the page report.html into the folder `var`.
    """
    from models.annotator import load_annotator
    from saywhy.sample import SAMPLE
    from service.analysis import analyse
    from service.imports import import_file
    from service.reports.reading import read_report

    settings = read_settings(database_url=f"sqlite:///{DATABASE}")
    FOLDER.mkdir(exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        DATABASE.with_name(DATABASE.name + suffix).unlink(missing_ok=True)
    engine = configured_store(settings)
    annotator = load_annotator(settings.registry, settings.threads)
    with progress_bars() as progress:
        imported = import_file(engine, settings.workspace, SAMPLE, progress=progress)
        typer.echo("\n".join(describe(imported)))
        analyse(engine, settings.workspace, annotator, progress=progress)
    report, code_frame = read_report(engine, settings.workspace, ALL_WAVES), serving_code_frame(settings)
    write_report(report, code_frame, Format.HTML, PAGE, "en")
    typer.echo()
    write_report(report, code_frame, Format.TERMINAL, None, "en")
    typer.echo(
        f"\nThe page with all quotes is in {PAGE}. To serve it, and the HTTP interface:\n"
        f"  SAYWHY_DATABASE_URL={settings.database_url} {sys.argv[0]} serve"
    )
