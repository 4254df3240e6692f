"""`saywhy demo`: the main job on the sample that ships."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from cli.analysis import Format, write_report
from cli.configuration import read_settings
from cli.importing import describe
from cli.progress import progress_bars

FOLDER = Path("var")
DATABASE = FOLDER / "demo.db"
PAGE = FOLDER / "report.html"


def demo() -> None:
    """Import, analyse and report the sample that ships: 800 responses to a fictional company, in four languages.

    Starts afresh each time. Everything is written into the folder `var`: the store demo.db and the page report.html.
    """
    from models.annotator import load_annotator
    from pipelines.ingest import import_file
    from saywhy.sample import SAMPLE
    from saywhy.store import open_store, reading, reports, workspaces
    from service.analysis import analyse

    settings = read_settings(database_url=f"sqlite:///{DATABASE}")
    FOLDER.mkdir(exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        DATABASE.with_name(DATABASE.name + suffix).unlink(missing_ok=True)
    engine = open_store(settings.database_url)
    annotator = load_annotator(settings.registry, settings.threads)
    with progress_bars() as progress:
        imported = import_file(engine, settings.workspace, SAMPLE, progress=progress)
        typer.echo("\n".join(describe(imported)))
        analyse(engine, settings.workspace, annotator, progress=progress)
    with reading(engine) as connection:
        report = reports.latest(connection, workspaces.find(connection, settings.workspace), "all")
    write_report(report, Format.HTML, PAGE, "en")
    typer.echo()
    write_report(report, Format.TERMINAL, None, "en")
    typer.echo(
        f"\nThe page with all quotes is in {PAGE}. To serve it, and the HTTP interface:\n"
        f"  SAYWHY_DATABASE_URL={settings.database_url} {sys.argv[0]} serve"
    )
