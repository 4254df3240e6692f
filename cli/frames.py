"""`saywhy frames`: code frames of one's own, beside that of the models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.access import operator, record
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.code_frame import VERDICT
from saywhy.text import counted

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Code frames: which themes and causes comments are told apart by.",
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A code frame as YAML.")]
FrameId = Annotated[str, typer.Argument(metavar="ID", help="The id of a code frame; `core` is that of the models.")]


@app.command("list")
def list_all() -> None:
    """List the code frames with their versions; a star marks the one that the workspace uses."""
    from service.code_frames import list_frames
    from service.workspaces import create

    settings = read_settings()
    engine = configured_store(settings)
    create(engine, settings.workspace)
    for listed in list_frames(engine, settings.workspace):
        mark = "*" if listed.is_chosen else " "
        if listed.frame is None:
            typer.echo(f"{mark} {listed.id}  the code frame of the models")
            continue
        themes, causes = len(listed.frame.code_frame.themes) - 1, len(listed.frame.code_frame.causes)
        origin = "ships" if listed.is_shipped else f"added by {listed.versions[0].added_by}"
        sizes = f"{counted(themes, 'theme')}, {counted(causes, 'cause')}"
        typer.echo(
            printable_line(f"{mark} {listed.id}  {listed.frame.name()}  {listed.frame.version}  {sizes}, {origin}")
        )


@app.command("check")
def check(file: File) -> None:
    """Check a code frame without adding it: every mistake with its line and place."""
    from saywhy.frame_file import load_frame

    frame = load_frame(file)
    examples = sum(map(len, frame.examples.values()))
    typer.echo(
        printable_line(
            f"{frame.id}, version {frame.version}: {counted(len(frame.code_frame.themes) - 1, 'theme')}, "
            f"{counted(len(frame.code_frame.causes), 'cause')}, {counted(examples, 'example')}"
        )
    )


@app.command("add")
def add(
    file: File,
    use: Annotated[bool, typer.Option("--use", help="Use it from the next analysis on.")] = False,
) -> None:
    """Add a code frame, or another version of it. Where it is used, the next analysis uses this version."""
    from saywhy.frame_file import load_frame
    from service.code_frames import add_frame, choose_frame

    settings = read_settings()
    engine = configured_store(settings)
    frame = load_frame(file)
    add_frame(engine, settings.workspace, frame, by=operator(settings).name, name=str(file))
    record(engine, settings, "frames add", f"{frame.id}@{frame.version}")
    typer.echo(printable_line(f"{frame.id}, version {frame.version}, is added"))
    if use:
        choose_frame(engine, settings.workspace, frame.id)
        record(engine, settings, "frames use", frame.id)
        _tell_chosen(frame.id)


@app.command("use")
def use(frame: FrameId) -> None:
    """Use a code frame in this workspace, from the next analysis on."""
    from service.code_frames import choose_frame

    settings = read_settings()
    engine = configured_store(settings)
    choose_frame(engine, settings.workspace, frame)
    record(engine, settings, "frames use", frame)
    _tell_chosen(frame)


@app.command("show")
def show(
    frame: FrameId,
    language: Annotated[str, typer.Option(help="Language of the names: en, de, zh-Hans or zh-Hant.")] = "en",
    yaml: Annotated[bool, typer.Option("--yaml", help="Print the YAML, to be changed and added again.")] = False,
) -> None:
    """Show the themes and causes of a code frame, with the number of their examples, and its versions."""
    from models.registry import code_frame
    from service.code_frames import read_listed
    from service.workspaces import create

    settings = read_settings()
    engine = configured_store(settings)
    create(engine, settings.workspace)
    listed = read_listed(engine, settings.workspace, frame)
    if yaml:
        typer.echo(listed.frame.source if listed.frame else "", nl=False)
        return
    shown = listed.frame.code_frame if listed.frame else code_frame(settings.model_registry)
    examples = listed.frame.examples if listed.frame else {}
    for theme in shown:
        if theme.id == VERDICT and listed.frame:
            continue
        typer.echo(printable_line(f"{theme.id}  {theme.name(language)}{_count(examples.get(theme.id, ()))}"))
        for cause in shown.causes:
            if cause.theme == theme.id:
                line = f"  {cause.id}  {cause.name(language)}{_count(examples.get(cause.id, ()))}"
                typer.echo(printable_line(line))
    for version in listed.versions:
        typer.echo(printable_line(f"version {version.version}  {version.added_at:%Y-%m-%d}  {version.added_by}"))


def _count(examples: tuple[str, ...]) -> str:
    return f"  {counted(len(examples), 'example')}" if examples else ""


def _tell_chosen(frame: str) -> None:
    typer.echo(printable_line(f"{frame} is used from the next analysis on: `saywhy analyse`"))
