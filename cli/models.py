"""`saywhy models`: the versions of the models, and which of them serves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import operator, record
from cli.configuration import configured_store, model_registry, read_settings
from cli.printing import printable_line

if TYPE_CHECKING:
    from models.registry import Registry
    from saywhy.model_version import ModelVersion
    from saywhy.settings import Settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Versions of the models: which one serves.")

Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version, or `champion`, `candidate`, `previous`.")]


@app.command("list")
def list_all() -> None:
    """List the versions, with their aliases and what the gate says of them."""
    registry, _ = _registry()
    for version in registry.versions():
        typer.echo(printable_line(_described(version)))


@app.command("show")
def show(version: Version = "candidate") -> None:
    """Print the model card of a version, after checking that its files are what was added."""
    from models.bundle import CARD, open_bundle

    registry, _ = _registry()
    folder = registry.folder(version)
    open_bundle(folder)
    typer.echo((folder / CARD).read_text("utf-8"), nl=False)


@app.command("export")
def export(
    hugging_face: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder to write: config.json, model.safetensors, tokenizer.json, …")
    ],
    version: Version = "champion",
) -> None:
    """Write a version as a folder of Hugging Face, which transformers and `saywhy retrain --from` read.

    Needs the extra `train`. Versions whose encoder is no BERT are refused: their weights are only in their graph.
    """
    from models.bundle import open_bundle
    from models.registry import champion
    from saywhy.model_version import Alias
    from training.retrain.depths import check_importable

    check_importable("onnx", what="models export")
    from training.export.hugging_face import write_hugging_face

    registry, _ = _registry()
    bundle = open_bundle(champion(registry.root) if version == Alias.CHAMPION else registry.folder(version))
    write_hugging_face(bundle, hugging_face)
    typer.echo(printable_line(f"{bundle.version} is written to {hugging_face}"))


@app.command("promote")
def promote(
    version: Version = "candidate",
    despite_gate: Annotated[
        str | None, typer.Option(metavar="REASON", help="Promote what does not pass the gate; the reason is kept.")
    ] = None,
) -> None:
    """Make a version the one that serves. Servers use it within two seconds, without a restart.

    Comments keep their annotations until the next analysis, which annotates them anew.
    """
    from models.promotion import promote as promote_version

    registry, settings = _registry()
    promoted = promote_version(registry, version, by=operator(settings).name, despite=despite_gate)
    _log(settings, "models promote", promoted)
    typer.echo(printable_line(f"{promoted} serves; `saywhy analyse` annotates all comments with it"))


@app.command("rollback")
def rollback() -> None:
    """Make the previous version the one that serves, whatever the gate says."""
    from models.promotion import roll_back

    registry, settings = _registry()
    version = roll_back(registry, by=operator(settings).name)
    _log(settings, "models rollback", version)
    typer.echo(printable_line(f"{version} serves again"))


@app.command("remove")
def remove(version: Version) -> None:
    """Delete a version that neither serves nor served before."""
    from models.promotion import remove as remove_version

    registry, settings = _registry()
    removed = remove_version(registry, version)
    _log(settings, "models remove", removed)
    typer.echo(printable_line(f"{removed} is removed"))


def _registry() -> tuple[Registry, Settings]:
    from models.registry import Registry

    settings = read_settings()
    return Registry(model_registry(settings)), settings


def _log(settings: Settings, command: str, version: str) -> None:
    from service.workspaces import create

    engine = configured_store(settings)
    create(engine, settings.workspace)
    record(engine, settings, command, version)


def _described(version: ModelVersion) -> str:
    """A version in one line."""
    verdict = "" if version.verdict is None else "gate passed" if version.verdict.passes else "gate failed"
    against = f"{verdict} against {version.verdict.champion}" if version.verdict else ""
    return "  ".join(part for part in (version.name, ", ".join(version.aliases), against) if part)
