"""`saywhy backup` and `saywhy restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import record
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line

if TYPE_CHECKING:
    from service.backups.archive import Manifest


def backup(file: Annotated[Path, typer.Argument(help="The file to write, such as saywhy-2026-11-27.backup.")]) -> None:
    """Write all workspaces, with waiting uploads and finished exports, to a file.

    Servers and workers may go on: it is one moment of the database. Without the keys of anonymous workspaces.
    """
    from service.backups import back_up
    from service.files import JobFiles
    from service.workspaces import create

    settings = read_settings()
    engine = configured_store(settings)
    create(engine, settings.workspace)
    manifest = back_up(engine, JobFiles.of(engine, settings.data_dir), file)
    record(engine, settings, "backup", file.name)
    typer.echo(printable_line(f"{file}: {_content(manifest)}."))


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that `saywhy backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Delete the data that the database has.")] = False,
    no_reports_since: Annotated[
        bool,
        typer.Option(
            "--no-reports-since",
            help="No report of an anonymous workspace was made after the backup: leave its waves open.",
        ),
    ] = False,
    max_size: Annotated[
        int, typer.Option(min=1, help="Refuse a backup that is larger unpacked, in GiB; a small file may fill a disk.")
    ] = 32,
) -> None:
    """Put a backup in the place of the content of the database, of either kind, while no server and worker runs."""
    from service.backups import restore as restore_backup
    from service.files import JobFiles
    from service.workspaces import create

    settings = read_settings()
    engine = configured_store(settings)
    files = JobFiles.of(engine, settings.data_dir)
    restored = restore_backup(
        engine, files, file, replace=replace, no_reports_since=no_reports_since, largest=max_size * 1024**3
    )
    create(engine, settings.workspace)
    record(engine, settings, "restore", file.name)
    typer.echo(
        printable_line(f"Restored {_content(restored.manifest)}, of {restored.manifest.created_at:%Y-%m-%d %H:%M} UTC.")
    )
    for workspace in restored.closed:
        typer.echo(
            printable_line(f"The anonymous workspace {workspace!r} accepts no more responses of its waves."), err=True
        )
    for fault in restored.keys:
        typer.echo(printable_line(f"Imports are refused: {fault}"), err=True)
    typer.echo(
        "Customers who were deleted and keys that were revoked after the backup are back: repeat that.", err=True
    )


def _content(manifest: Manifest) -> str:
    from saywhy.text import counted

    rows = sum(table.rows for table in manifest.tables)
    return f"{counted(rows, 'row')} and {counted(len(manifest.files), 'file')} of saywhy {manifest.version}"
