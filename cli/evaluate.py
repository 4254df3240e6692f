"""`saywhy evaluate`: quality, measured on data whose truth is known."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import read_settings
from saywhy.errors import InvalidInput
from saywhy.json_lines import write_line

if TYPE_CHECKING:
    from models.arrays import Vectors
    from pipelines.evaluation.labelled_texts import LabelledTexts
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
            help="JSONL or CSV with a text and a label per row, may be gzipped. Default: the causes of the sample."
        ),
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="Only the rows with this value in the field `dataset`.")] = None,
    text_field: Annotated[str, typer.Option(help="The field with the text.")] = "text",
    label_field: Annotated[str, typer.Option(help="The field with the true cluster.")] = "label",
    vectors: Annotated[
        Path | None,
        typer.Option(help="A NumPy file with one vector per row of the file. Default: vectors of the bundled model."),
    ] = None,
    clusters: Annotated[
        int | None, typer.Option(min=2, help="Number of topics for KMeans and LDA. Default: the number of labels.")
    ] = None,
    method: Annotated[
        list[str] | None, typer.Option(help="A method to run; repeat the option for several. `all` runs every method.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array instead of a table.")] = False,
) -> None:
    """Compare ways to find topics on the same texts and vectors: saywhy, BERTopic's defaults, KMeans and LDA.

    Each runs twice, the second time on shuffled texts with another seed, to measure how stable it is.
    """
    from pipelines.clean.language import detect
    from pipelines.evaluation.baselines import DEFAULT_METHODS, clustering_methods, warm_up
    from pipelines.evaluation.labelled_texts import read_labelled_texts, sample_labelled_texts
    from pipelines.evaluation.metrics import EvaluationTexts, measure
    from pipelines.topics.labelling.keywords import to_documents

    if file is None and vectors is not None:
        raise InvalidInput("--vectors needs a FILE whose rows they belong to")
    labelled = (
        read_labelled_texts(file, text=text_field, label=label_field, dataset=dataset, vectors=vectors)
        if file
        else sample_labelled_texts()
    )
    methods = clustering_methods(clusters or len(set(labelled.labels)))
    chosen = list(methods) if method == ["all"] else method or list(DEFAULT_METHODS)
    if unknown := set(chosen) - methods.keys():
        raise InvalidInput(f"no method {', '.join(sorted(unknown))}; there are: {', '.join(methods)}")
    typer.echo(f"{labelled.name}: {len(labelled.texts):,} texts, {len(set(labelled.labels))} labels", err=True)
    documents = to_documents(labelled.texts, [detect(text) for text in labelled.texts])
    texts = EvaluationTexts(labelled.texts, documents, _vectors_of(labelled))
    results = []
    for name in chosen:
        typer.echo(f"{name} …", err=True)
        warm_up(texts, methods[name])
        results.append(measure(name, methods[name], texts, labelled.labels))
    if json:
        write_line(sys.stdout.buffer, [asdict(result) for result in results])
    else:
        _print(results)


def _vectors_of(labelled: LabelledTexts) -> Vectors:
    if labelled.vectors is not None:
        return labelled.vectors
    from models.annotator import load_annotator

    settings = read_settings()
    return load_annotator(settings.model_registry, settings.threads).vectors(labelled.texts)


def _print(results: list[Quality]) -> None:
    """A Markdown table with columns of equal width."""
    header = ("method", "topics", "NMI", "ARI", "purity", "NPMI", "diversity", "no topic", "agreement", "seconds")
    rows = [
        (
            result.method,
            str(result.topics),
            *(f"{value:.3f}" for value in (result.nmi, result.ari, result.purity, result.npmi, result.diversity)),
            f"{result.without:.1%}",
            f"{result.agreement:.3f}",
            f"{result.seconds:.1f}",
        )
        for result in results
    ]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, tuple("-" * width for width in widths), *rows):
        typer.echo("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
