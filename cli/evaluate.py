"""`saywhy evaluate`: how good what it does is, on data whose truth is known."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import jsonl
from cli.configuration import read_settings
from saywhy.errors import InvalidInput

if TYPE_CHECKING:
    from pipelines.evaluation.metrics import Quality

app = typer.Typer(no_args_is_help=True, help="Measure quality on data whose truth is known.")


@app.callback()
def evaluate() -> None:
    """Measure quality on data whose truth is known."""


@app.command()
def topics(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="JSONL or CSV with a text and a label a row, may be gzipped. Left out: the sample's causes."
        ),
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="Only the rows with this value in the field `dataset`.")] = None,
    text_field: Annotated[str, typer.Option(help="The field with the text.")] = "text",
    label_field: Annotated[str, typer.Option(help="The field with the true cluster.")] = "label",
    vectors: Annotated[
        Path | None,
        typer.Option(help="A NumPy array with a row for every line of the file. Left out: those of the models."),
    ] = None,
    clusters: Annotated[
        int | None, typer.Option(min=2, help="How many KMeans and LDA find. Left out: as many as there are labels.")
    ] = None,
    method: Annotated[
        list[str] | None, typer.Option(help="Only these, given several times for several. `all`: every one there is.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="A JSON array rather than a table.")] = False,
) -> None:
    """Compare ways to find topics on the same texts and vectors: saywhy, BERTopic's defaults, KMeans and LDA.

    Each runs twice, the second time on shuffled texts with another seed, which tells how stable it is.
    """
    from pipelines.clean.language import detect
    from pipelines.evaluation.baselines import USUAL, methods, warm_up
    from pipelines.evaluation.labelled_texts import read_labelled, sample_labelled
    from pipelines.evaluation.metrics import EvaluationTexts, measure
    from pipelines.topics.labelling.keywords import describe

    if file is None and vectors is not None:
        raise InvalidInput("--vectors are those of a file: name it")
    found = (
        read_labelled(file, text=text_field, label=label_field, dataset=dataset, vectors=vectors)
        if file
        else sample_labelled()
    )
    known = methods(clusters or len(set(found.labels)))
    chosen = list(known) if method == ["all"] else method or list(USUAL)
    if unknown := set(chosen) - known.keys():
        raise InvalidInput(f"no method {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    typer.echo(f"{found.name}: {len(found.texts):,} texts, {len(set(found.labels))} labels", err=True)
    if found.vectors is None:
        from models.annotator import load_annotator

        settings = read_settings()
        known_vectors = load_annotator(settings.registry, settings.threads).vectors(found.texts)
    else:
        known_vectors = found.vectors
    documents = describe(found.texts, [detect(text) for text in found.texts])
    material = EvaluationTexts(found.texts, documents, known_vectors)
    results = []
    for name in chosen:
        typer.echo(f"{name} …", err=True)
        warm_up(material, known[name])
        results.append(measure(name, known[name], material, found.labels))
    if json:
        jsonl.write(sys.stdout.buffer, [asdict(result) for result in results])
    else:
        _print(results)


def _print(results: list[Quality]) -> None:
    """A Markdown table, readable as it is."""
    header = ("method", "topics", "NMI", "ARI", "purity", "NPMI", "diversity", "no topic", "agreement", "seconds")
    rows = [
        (
            found.method,
            str(found.topics),
            *(f"{value:.3f}" for value in (found.nmi, found.ari, found.purity, found.npmi, found.diversity)),
            f"{found.without:.1%}",
            f"{found.agreement:.3f}",
            f"{found.seconds:.1f}",
        )
        for found in results
    ]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, tuple("-" * width for width in widths), *rows):
        typer.echo("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
