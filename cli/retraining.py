"""`saywhy retrain`: a better model from labels and corrections."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import configured_store, model_registry, read_settings
from cli.printing import printable_line
from cli.progress import progress_bars
from saywhy.errors import InvalidInput, NoFollowUp, WorkspaceNotFound
from saywhy.text import counted

if TYPE_CHECKING:
    from saywhy.label import LabelledComment
    from saywhy.settings import Settings
    from training.retrain.ranking import ScoredComment
    from training.retrain.report import Evaluation

#: Responses whose ranking is compared, the latest: each is read twice.
_RANKED = 1000


def retrain(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Labelled comments: JSONL, CSV, Label Studio or Argilla. Default: only the corrections.",
        ),
    ] = None,
    depth: Annotated[
        str | None,
        typer.Option(
            help="What is trained: `heads`, on the frozen encoder (the default); `adapters` of the encoder; or `full`, "
            "all of it. The last two need the extra `train`."
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DIR|NAME",
            help="With `full`: another encoder to start from, a folder of Hugging Face or a name on its hub.",
        ),
    ] = None,
    corrections: Annotated[
        bool, typer.Option("--corrections/--no-corrections", help="Learn from the corrections in the store too.")
    ] = True,
    causes: Annotated[
        Path | None, typer.Option(help="Causes that the model does not know yet: JSONL with id, theme, polarity, name.")
    ] = None,
    test: Annotated[
        Path | None, typer.Option(help="Labelled comments to test on, instead of a part of the others.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Options of the training, in TOML.")] = None,
    seed: Annotated[int | None, typer.Option(help="Overrides the option `seed`.")] = None,
    pull: Annotated[float | None, typer.Option(help="Overrides the option `pull`.")] = None,
    margin: Annotated[float | None, typer.Option(help="Overrides the option `margin`.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Overrides the option `epochs`.")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Overrides an option; may be given repeatedly."),
    ] = None,
) -> None:
    """Make a candidate of the model that serves, from labels and corrections, and compare it with that.

    Prints what is better and worse, writes a report page in four languages and a model card, and says whether the
    candidate may be promoted. Nothing changes until `saywhy models promote`. A run that was stopped continues where it
    stopped.
    """
    from models.registry import Registry, code_frame
    from service.labelling.training_data import corrected_comments
    from training.retrain.depths import check_installed
    from training.retrain.options import parsed, read_options
    from training.retrain.own_causes import read_own_causes
    from training.retrain.run import Request
    from training.retrain.run import retrain as make_candidate
    from training.retrain.tracking import tracker

    settings = read_settings()
    registry = Registry(model_registry(settings))
    overrides = {"depth": depth, "start": start, "seed": seed, "pull": pull, "margin": margin, "epochs": epochs}
    options = read_options(config, parsed(option or ()) | {k: v for k, v in overrides.items() if v is not None})
    check_installed(options.depth)
    tracking = tracker(os.environ.get("MLFLOW_TRACKING_URI"))
    frame = code_frame(registry.root)
    labelled = [comment for file in files or () for comment in _read(file)]
    if corrections:
        try:
            labelled += corrected_comments(configured_store(settings), settings.workspace, frame)
        except (WorkspaceNotFound, NoFollowUp):  # without files there is nothing else to learn from
            if not files:
                raise
    typer.echo(f"{counted(len(labelled), 'labelled comment')}", err=True)
    request = Request(
        labelled,
        list(_read(test)) if test else None,
        read_own_causes(causes, frame) if causes else (),
        _responses(settings),
    )
    with progress_bars() as progress:
        version, evaluation = make_candidate(registry, request, options, threads=settings.threads, progress=progress)
    _print(version, evaluation, registry.root / version)
    if tracking and (fault := tracking(version, evaluation)):
        typer.echo(printable_line(f"not logged to MLflow: {fault}"), err=True)


def _read(path: Path) -> Iterator[LabelledComment]:
    """The labelled comments of a file; what is rejected is told. Raises `InvalidInput` for a file that is none."""
    from pipelines.label_formats.files import read_labels
    from pipelines.label_formats.task import RejectedRecord

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
    for record in read_labels(data):
        if isinstance(record, RejectedRecord):
            typer.echo(printable_line(f"{path}, line {record.position}: left out: {record.reason}"), err=True)
        else:
            yield record.comment


def _responses(settings: Settings) -> list[ScoredComment]:
    """The responses of the workspace whose ranking is compared; none without a workspace."""
    from service.labelling.training_data import scored_comments
    from training.retrain.ranking import ScoredComment

    try:
        return [
            ScoredComment(*scored)
            for scored in scored_comments(configured_store(settings), settings.workspace, _RANKED)
        ]
    except WorkspaceNotFound:
        return []


def _print(version: str, evaluation: Evaluation, folder: Path) -> None:
    """The comparisons of all texts, the verdict, and where its pages are."""
    from models.bundle import REPORTS

    for where, comparisons in (("taught", evaluation.taught), ("reference", evaluation.reference)):
        for one in comparisons:
            if one.group == ("all", ""):
                interval = f"{one.low:+.3f} … {one.high:+.3f}"
                f1 = f"{one.champion:.3f} → {one.candidate:.3f}  {one.difference:+.3f} ({interval})"
                typer.echo(printable_line(f"{where:<10}{one.kind:<10} {f1}"))
    verdict = "passes the gate" if evaluation.verdict.passes else "does not pass the gate:"
    typer.echo(printable_line(f"{version} {verdict}"))
    for reason in evaluation.verdict.reasons:
        typer.echo(printable_line(f"- {reason}"))
    pages = [name for name in REPORTS.values() if (folder / name).is_file()]
    typer.echo(printable_line(f"report: {folder / ', '.join(pages)}"))
