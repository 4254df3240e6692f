"""`saywhy models`: the versions of the models, and which of them serves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import operator, record
from cli.configuration import configured_store, model_registry, read_settings
from cli.printing import printable_line
from saywhy.drift import DriftAspect

if TYPE_CHECKING:
    from models.registry import Registry
    from saywhy.drift import AspectDrift
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


@app.command("reannotate")
def reannotate() -> None:
    """Annotate all comments with the version that serves, as a job: a worker does it, and goes on after a stop.

    Reports keep their version until the next analysis, which then need not wait for the models.
    """
    from service.job_kinds import ReannotateArguments
    from service.jobs import start

    settings = read_settings()
    engine = configured_store(settings)
    job = start(engine, settings.workspace, ReannotateArguments())
    record(engine, settings, "models reannotate", str(job.id))
    typer.echo(str(job.id))
    typer.echo("`saywhy jobs show` shows how far it is.", err=True)


@app.command("shadow")
def shadow(
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="A version, or `candidate`; without one, show it.")
    ] = None,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="Of the requests to classify that the version answers too.")
    ] = 0.1,
    analyses: Annotated[
        bool, typer.Option("--analyses/--no-analyses", help="Whether it annotates a sample of each analysis too.")
    ] = True,
    stop: Annotated[bool, typer.Option("--stop", help="Run nothing in the shadow any more.")] = False,
) -> None:
    """Run a version in the shadow of the one that serves, or show how far both agree.

    It answers what the champion answers, after it and without anybody waiting for that; only counts of where both
    agree are kept. Servers follow within two seconds, without a restart.
    """
    from models.promotion import start_shadow, stop_shadow

    registry, settings = _registry()
    if stop:
        stopped = stop_shadow(registry)
        _log(settings, "models shadow --stop", stopped.version)
        typer.echo(printable_line(f"{stopped.version} runs in the shadow no more"))
    elif version is not None:
        started = start_shadow(registry, version, share=share, analyses=analyses, by=operator(settings).name)
        _log(settings, "models shadow", started.version)
        typer.echo(printable_line(f"{started.version} runs in the shadow"))
    else:
        _show_agreement(registry, settings)


@app.command("drift")
def drift() -> None:
    """Show whether the newest comments, and what the models say of them, are as those before.

    As of the latest analysis.
    """
    from service.drift import read_drift

    settings = read_settings()
    look = read_drift(configured_store(settings), settings.workspace)
    if look is None:
        typer.echo("There are too few analysed comments to compare: 50 of the newest wave, and 50 before it.")
        return
    newest = f"wave {look.wave}" if look.wave else f"comments since {look.since}"
    typer.echo(printable_line(f"{newest} against those before, by {look.model}"))
    for aspect in look.aspects:
        typer.echo(printable_line(_aspect_line(aspect)))


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


def _show_agreement(registry: Registry, settings: Settings) -> None:
    from models.registry import champion, version_of
    from service.shadow_agreement import read_agreement

    serving = version_of(champion(registry.root))
    agreement = read_agreement(configured_store(settings), registry.root, serving)
    if agreement is None:
        typer.echo("Nothing runs in the shadow.")
        return
    typer.echo(printable_line(f"{agreement.shadow.version} in the shadow of {agreement.champion}"))
    for line in (agreement.total, *agreement.languages):
        shares = ((name, getattr(line, name)) for name in ("sentiment", "themes", "causes"))
        agreed = "  ".join(f"{name} {'–' if share is None else f'{share:.1%}'}" for name, share in shares)
        typer.echo(printable_line(f"{line.language:<8} {line.comments:>8,} comments  {agreed}"))
    if agreement.dropped:
        typer.echo(f"{agreement.dropped:,} comments were not compared: there was no time")


def _aspect_line(aspect: AspectDrift) -> str:
    """An aspect in one line."""
    parts = [f"{aspect.aspect:<12}", f"{aspect.state:<9}"]
    if aspect.before is not None and aspect.after is not None:
        as_text = "{:.0f} characters" if aspect.aspect is DriftAspect.LENGTH else "{:.0%}"
        parts.append(f"{as_text.format(aspect.before)} → {as_text.format(aspect.after)}")
    parts += [f"{each.id} {each.before:.0%} → {each.after:.0%}" for each in aspect.moved]
    if aspect.p_value is not None:
        parts.append(f"effect {aspect.effect:+.3f} (of {aspect.smallest} on), p = {aspect.p_value:.3g}")
    return "  ".join(parts)


def _described(version: ModelVersion) -> str:
    """A version in one line."""
    verdict = "" if version.verdict is None else "gate passed" if version.verdict.passes else "gate failed"
    against = f"{verdict} against {version.verdict.champion}" if version.verdict else ""
    return "  ".join(part for part in (version.name, ", ".join(version.aliases), against) if part)
