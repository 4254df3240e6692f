"""Cleans and annotates one chunk of the input: the work of a task, which takes nearly all of the time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import saywhy
from models.annotator import Annotator, load_annotator
from pipelines.annotate.classification import annotate
from pipelines.clean.comments import clean
from pipelines.ingest.mapping import mapping_of
from pipelines.ingest.reading import ExportLayout
from pipelines.ingest.responses import Blanked, read_numbered
from pipelines.ingest.row import SPOILED, rejection
from pipelines.spark.folders import Results, key_of, written_at_once
from pipelines.spark.inputs import Chunk, open_chunk
from pipelines.spark.records import AnnotatedComment, write_comments, write_rejections, write_responses
from pipelines.spark.sampling import stratum_of
from pipelines.spark.session import Summary
from saywhy.errors import InvalidInput
from saywhy.feedback import Comment, Rejection, Response
from saywhy.mapping import Mapping

#: Increment when parts are to be made anew, because what is in them is read or written differently.
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a run know: where the results are, and the model, by its version and its registry."""

    results: Results
    folder: Path
    mapping: Mapping
    model: str
    registry: Path | None
    threads: int = 1

    def annotator(self) -> Annotator:
        """The model. Raises `InvalidInput` if the executor has another version than the driver."""
        annotator = _annotator(self.registry, self.threads)
        if annotator.model != self.model:
            raise InvalidInput(
                f"an executor has the model {annotator.model}, but the driver has {self.model}: all must have the same "
                "version of saywhy, and the same registry at the same path"
            )
        return annotator


@lru_cache(maxsize=1)
def _annotator(registry: Path | None, threads: int) -> Annotator:
    """The one encoder session of this process: Spark keeps a worker for the tasks that follow."""
    return load_annotator(registry, threads)


def annotate_part(job: Job, chunk: Chunk) -> Summary:
    """Read the chunk, clean and annotate its comments and write it as a part, unless that was done before.

    The key of the part is that of its rows, of how they are read, and of the model: whatever their file is called, they
    are annotated once.
    """
    layout = open_chunk(chunk, job.folder, job.mapping)
    items = list(layout.table.rows())
    layout = replace(layout, table=replace(layout.table, rows=lambda: iter(items)))
    key = key_of(
        _FORMAT, saywhy.__version__, job.model, mapping_of(layout, "", source=layout.source), layout.scale, items
    )
    folder = job.results.part(key)
    if not folder.exists():
        with written_at_once(folder) as part:
            part.mkdir()
            summary = _write(job, chunk, layout, key, part)
            (part / "summary.json").write_text(json.dumps(summary), "utf-8")
        return summary | {"is_new": True}
    written: Summary = json.loads((folder / "summary.json").read_text("utf-8"))
    return written | {"is_new": False}


def _write(job: Job, chunk: Chunk, layout: ExportLayout, key: str, part: Path) -> Summary:
    """Write the responses, the comments and the rejections of a chunk."""
    responses: list[tuple[int, Response]] = []
    rejections: list[Rejection] = []
    blanked, has_ids = Blanked(), "id" in layout.columns.facts
    for line, item in read_numbered(layout, blanked):
        if isinstance(item, Rejection):
            rejections.append(item)
        elif _is_spoiled(item):
            rejections.append(rejection(line, "holds half of a surrogate pair or a NUL character", repr(item)))
        else:
            # Rows without ids are told apart within a chunk. Equal ones of other chunks are other responses.
            responses.append((line, item if has_ids else replace(item, external_id=f"{item.external_id}@{key}")))
    comments = _annotated(job, [response.comment for _, response in responses if response.comment])
    numbered = [(line, response, stratum_of(response)) for line, response in responses]
    write_responses(part / "responses.parquet", numbered)
    write_comments(part / "comments.parquet", comments)
    if rejections:
        with written_at_once(job.results.rejections(key)) as path:
            write_rejections(path, str(chunk.path.relative_to(job.folder)), rejections)
    return {
        "key": key,
        "rows": len(responses) + len(rejections),
        "responses": len(responses),
        "comments": len(comments),
        "answers": sum(comment.annotation is not None for comment in comments),
        "rejected": len(rejections),
        "reasons": Counter(each.reason for each in rejections),
        "strata": Counter(stratum for _, _, stratum in numbered),
        "notes": list(blanked.notes()),
    }


def _is_spoiled(response: Response) -> bool:
    verbatim = response.comment.verbatim if response.comment else ""
    return any(SPOILED.search(text) for text in (verbatim, response.external_id, response.wave or ""))


def _annotated(job: Job, comments: Sequence[Comment]) -> list[AnnotatedComment]:
    """The distinct comments, cleaned, in order of their content hashes, with the annotations of those that are answers.

    Near-duplicates are found in the sample, where all comments are together.
    """
    distinct = {comment.content_hash: comment for comment in comments}
    cleaned = clean([distinct[key] for key in sorted(distinct)])
    answers = [comment for comment in cleaned if comment.is_answer]
    annotations = iter(annotate(answers, job.annotator()) if answers else [])
    return [AnnotatedComment(comment, next(annotations) if comment.is_answer else None) for comment in cleaned]
