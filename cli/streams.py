"""`saywhy classify`, `topics` and `rank`: JSON lines in, JSON out, for programs that call saywhy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import jsonl
from cli.configuration import read_settings

if TYPE_CHECKING:
    from models.annotator import Annotator


def classify() -> None:
    """Say of each comment how it feels and which themes it is about, in which words.

    In, a line each: {"id", "text", "language"?}. Out, in the same order: {"id", "language", "sentiment", "themes",
    "mentions", "model"}. Works through any number of lines in bounded memory.

    A line that is not a comment becomes {"id"?, "line", "error"} in its place, is told on stderr, and makes the exit
    code 1; all other lines are classified.
    """
    from pipelines import annotate

    annotator = _load_annotator()
    bad = 0
    for batch in jsonl.batches(jsonl.read_items(sys.stdin.buffer)):
        items = [entry for entry in batch if isinstance(entry, jsonl.Item)]
        results = iter(annotate.classify([(item.text, item.language) for item in items], annotator))
        for entry in batch:
            if isinstance(entry, jsonl.Item):
                jsonl.write(sys.stdout.buffer, annotate.to_record(entry.id, *next(results)))
            else:
                bad += 1
                _tell(entry)
        sys.stdout.buffer.flush()
    _exit_if(bad)


def topics(topics_out: Path | None) -> None:
    """`saywhy topics` without a command; see `cli.topics`."""
    import numpy as np

    from pipelines.clean.non_answers import is_answer
    from pipelines.topics.plain_texts import TextAssignment, cluster_texts

    annotator = _load_annotator()
    entries = list(jsonl.read_items(sys.stdin.buffer))
    items = [entry for entry in entries if isinstance(entry, jsonl.Item)]
    texts = [item.text for item in items if is_answer(item.text)]
    parts = [annotator.vectors(texts[at : at + jsonl.BATCH_ITEMS]) for at in range(0, len(texts), jsonl.BATCH_ITEMS)]
    found, assignments = cluster_texts(texts, np.concatenate(parts)) if texts else ([], [])
    if topics_out:
        described = [{"topic": t.id, "label": t.label, "keywords": t.keywords, "size": t.size} for t in found]
        with topics_out.open("wb") as file:
            jsonl.write(file, described)
    # Equal texts are in one topic; answers that say nothing ("no", "-") are in none.
    none = TextAssignment(None, 0.0)
    assigned = dict(zip(texts, assignments, strict=True))
    for entry in entries:
        if isinstance(entry, jsonl.Item):
            its = assigned.get(entry.text, none)
            jsonl.write(sys.stdout.buffer, {"id": entry.id, "topic": its.topic, "confidence": its.confidence})
        else:
            _tell(entry)
    _exit_if(len(entries) - len(items))


def rank(
    polarity: Annotated[str, typer.Option(help="Count mentions of this polarity; `any` counts all.")] = "negative",
) -> None:
    """Rank themes by the NPS points that their mentions cost.

    In, a response a line: {"score", "mentions": [{"theme", "polarity"}], "segments"?, "wave"?}. Out, one JSON array,
    costliest first: {"theme", "impact", "low", "high", "n", …}; a positive impact costs.

    A line that cannot be read ends it, with exit code 1 and without a ranking: one of the rest would be another one.
    """
    from pipelines.causes.from_records import rank_records

    records = jsonl.read(sys.stdin.buffer)
    jsonl.write(sys.stdout.buffer, rank_records(records, polarity=polarity))


def _load_annotator() -> Annotator:
    from models.annotator import load_annotator

    settings = read_settings()
    return load_annotator(settings.registry, settings.threads)


def _tell(bad: jsonl.BadLine) -> None:
    typer.echo(f"saywhy: line {bad.line}: {bad.reason}", err=True)
    jsonl.write(sys.stdout.buffer, bad.record)


def _exit_if(bad: int) -> None:
    if bad:
        typer.echo(f"saywhy: {bad} line{'s' if bad > 1 else ''} could not be read", err=True)
        raise typer.Exit(1)
