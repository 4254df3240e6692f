"""`saywhy classify`, `topics` and `rank`: JSON Lines in, JSON out, for programs that call saywhy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import jsonl
from cli.configuration import read_settings
from saywhy.json_lines import write_line
from saywhy.text import counted

if TYPE_CHECKING:
    from models.annotator import Annotator
    from pipelines.annotate.classification import CommentAnnotator


def classify(
    frame: Annotated[
        str | None,
        typer.Option(metavar="ID | FILE", help="Themes and causes of a code frame that ships, or of a YAML file."),
    ] = None,
) -> None:
    """Classify comments: sentiment, themes, root causes, and the words that name them.

    In, one per line: {"id", "text", "language"?}. Out, in the same order: {"id", "language", "sentiment", "themes",
    "mentions", "causes", "model"}. Any number of lines is processed in bounded memory.

    A line that is not a comment is answered in its place by {"id"?, "line", "error"}, is reported on stderr, and makes
    the exit code 1; all other lines are classified.
    """
    from service.classification import classify as classify_items
    from service.classification import to_record

    annotator = _in_frame(_load_annotator(), frame)
    bad_lines = 0
    for batch in jsonl.batches(jsonl.read_items(sys.stdin.buffer)):
        items = [entry for entry in batch if isinstance(entry, jsonl.Item)]
        results = iter(classify_items([(item.text, item.language) for item in items], annotator))
        for entry in batch:
            if isinstance(entry, jsonl.Item):
                write_line(sys.stdout.buffer, to_record(entry.id, next(results), annotator.code_frame))
            else:
                bad_lines += 1
                _report_bad_line(entry)
        sys.stdout.buffer.flush()
    _exit_after(bad_lines)


def topics(topics_out: Path | None) -> None:
    """`saywhy topics` without a command; see `cli.topics`."""
    import numpy as np

    from pipelines.clean.non_answers import is_answer
    from pipelines.clean.read_text import read
    from pipelines.topics.plain_texts import TextAssignment, cluster_texts

    annotator = _load_annotator()
    entries = list(jsonl.read_items(sys.stdin.buffer))
    items = [entry for entry in entries if isinstance(entry, jsonl.Item)]
    texts = [text for item in items if is_answer(text := read(item.text).text)]
    batches = [texts[start : start + jsonl.BATCH_ITEMS] for start in range(0, len(texts), jsonl.BATCH_ITEMS)]
    vectors = [annotator.vectors(batch) for batch in batches]
    clustered, assignments = cluster_texts(texts, np.concatenate(vectors)) if texts else ([], [])
    if topics_out:
        rows = [{"topic": t.id, "label": t.label, "keywords": t.keywords, "size": t.size} for t in clustered]
        with topics_out.open("wb") as file:
            write_line(file, rows)
    # Equal texts are in the same topic; non-answers ("no", "-") are in none.
    assignment_of = dict(zip(texts, assignments, strict=True))
    for entry in entries:
        if isinstance(entry, jsonl.Item):
            assignment = assignment_of.get(read(entry.text).text, TextAssignment(None, 0.0))
            record = {"id": entry.id, "topic": assignment.topic, "confidence": assignment.confidence}
            write_line(sys.stdout.buffer, record)
        else:
            _report_bad_line(entry)
    _exit_after(len(entries) - len(items))


def rank(
    polarity: Annotated[str, typer.Option(help="Count mentions of this polarity; `any` counts all.")] = "negative",
) -> None:
    """Rank themes by the NPS points that their mentions cost.

    In, one response per line: {"score", "mentions": [{"theme", "polarity"}], "segments"?, "wave"?}. Out, a JSON array,
    costliest first: {"theme", "impact", "low", "high", "n", …}; a positive impact is a cost.

    A line that cannot be read ends the command with exit code 1 and without a ranking, since it would be incomplete.
    """
    from pipelines.causes.from_records import rank_records

    records = jsonl.read(sys.stdin.buffer)
    write_line(sys.stdout.buffer, rank_records(records, polarity=polarity))


def _load_annotator() -> Annotator:
    from models.annotator import load_annotator

    settings = read_settings()
    return load_annotator(settings.model_registry, settings.threads)


def _in_frame(annotator: Annotator, frame: str | None) -> CommentAnnotator:
    """The annotator in a frame that ships or that a file has. Raises `CodeFrameNotFound` and `InvalidInput`."""
    from pipelines.annotate.framed import FramedAnnotator
    from saywhy.errors import CodeFrameNotFound
    from saywhy.frame import CORE_ID
    from saywhy.frame_file import load_frame, shipped_frames

    if frame is None or frame == CORE_ID:
        return annotator
    shipped, file = shipped_frames(), Path(frame)
    if frame not in shipped and not file.exists():
        there = ", ".join((CORE_ID, *shipped))
        raise CodeFrameNotFound(f"there is no code frame {frame!r:.200}; there are: {there}, or the name of a file")
    return FramedAnnotator(annotator, load_frame(shipped.get(frame, file)))


def _report_bad_line(bad_line: jsonl.BadLine) -> None:
    typer.echo(f"saywhy: line {bad_line.line}: {bad_line.reason}", err=True)
    write_line(sys.stdout.buffer, bad_line.record)


def _exit_after(bad_lines: int) -> None:
    if bad_lines:
        typer.echo(f"saywhy: {counted(bad_lines, 'line')} could not be read", err=True)
        raise typer.Exit(1)
