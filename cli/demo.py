"""`saywhy demo`: import, analyse and report the bundled sample."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.analysis import Format, write_report
from cli.configuration import configured_store, read_settings, serving_code_frame
from cli.importing import describe
from cli.progress import progress_bars
from cli.serving import listen, run_server
from saywhy.report import ALL_WAVES

FOLDER = Path("var")
DATABASE = FOLDER / "demo.db"
PAGE = FOLDER / "report.html"


def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Then serve the web app, until Ctrl-C ends it.")] = False,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of --serve; by default SAYWHY_PORT, else 8000; 0: any.")
    ] = None,
) -> None:
    """Import, analyse and report the bundled sample: 800 responses about a fictional company, in four languages.

    Starts from scratch each time. Writes the store demo.db and the page report.html into the folder `var`.
    """
    from models.annotator import load_annotator
    from saywhy.sample import SAMPLE
    from service.analysis import analyse
    from service.imports import import_file
    from service.reports.reading import read_report

    settings = read_settings(database_url=f"sqlite:///{DATABASE}", port=port)
    listening = listen(settings) if serve else None
    FOLDER.mkdir(exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        DATABASE.with_name(DATABASE.name + suffix).unlink(missing_ok=True)
    engine = configured_store(settings)
    annotator = load_annotator(settings.model_registry, settings.threads)
    with progress_bars() as progress:
        imported = import_file(engine, settings.workspace, SAMPLE, progress=progress)
        typer.echo("\n".join(describe(imported)))
        analyse(engine, settings.workspace, annotator, progress=progress)
    report, code_frame = read_report(engine, settings.workspace, ALL_WAVES), serving_code_frame(settings)
    write_report(report, code_frame, Format.HTML, PAGE, "en")
    typer.echo()
    write_report(report, code_frame, Format.TERMINAL, None, "en")
    typer.echo(f"\nThe page with all quotes is in {PAGE}.")
    if listening is None:
        typer.echo(
            "To look around in the web app: make demo-app, or\n"
            f"  SAYWHY_DATABASE_URL={settings.database_url} {sys.argv[0]} serve"
        )
        return
    engine.dispose()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    typer.echo(f"The app runs at http://{host}:{listening.getsockname()[1]}/ (Ctrl-C ends it).")
    run_server(settings, [listening])
