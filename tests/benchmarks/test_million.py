"""Parts of the benchmark `million`: its survey, its annotator without an encoder, its killed processes."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmarks.large_survey import COMMENT, SCORE, sample_answers, write
from benchmarks.million import run
from benchmarks.recombined_annotator import RecombinedAnnotator
from pipelines.clean.read_text import read
from pipelines.ingest import examine, read_responses
from saywhy.annotation import Annotation, Polarity
from saywhy.feedback import Comment, Response
from tests.builders.answers import annotate


def test_the_survey_has_the_documented_properties(tmp_path: Path) -> None:
    """Half of the responses have a comment, most of them distinct, in four languages and waves; all can be imported,
    and a second part has other ids.
    """
    paths = tmp_path / "a.csv", tmp_path / "b.csv"
    write(paths[0], 2000)
    write(paths[1], 20, first=2000)
    rows = [row for path in paths for row in csv.DictReader(path.open(encoding="utf-8", newline=""))]
    comments = [row[COMMENT] for row in rows if row[COMMENT]]
    assert len(comments) == len(rows) / 2 == 1010
    assert len(set(comments)) > 0.9 * len(comments)
    assert {row["Language"] for row in rows} == {"en", "de", "zh-Hans", "zh-Hant"}
    assert sorted(Counter(row["Wave"] for row in rows).values()) == [505] * 4
    assert len({row["Response ID"] for row in rows}) == len(rows)
    read = [item for path in paths for item in read_responses(examine(path)) if isinstance(item, Response)]
    assert len(read) == len(rows)
    assert [item.score.value for item in read if item.score] == [int(row[SCORE]) for row in rows]


class OneClauseAnnotator:
    """An annotator for which every text is one clause."""

    model, code_frame = "m", None

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        return [annotate(comment, [(0, len(comment.verbatim), "support", Polarity.NEGATIVE)]) for comment in comments]


def test_combined_annotations_have_the_offsets_of_the_comment(tmp_path: Path) -> None:
    """The clauses of a recombined comment, which is read whole, are its sentences, including inserted times."""
    write(tmp_path / "a.csv", 3000)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        comments = [Comment(row[COMMENT], row["Language"]) for row in csv.DictReader(file) if row[COMMENT]]
    sentences = {sentence for answer in sample_answers() for sentence in answer.sentences}
    annotator = RecombinedAnnotator(OneClauseAnnotator(), width=16)  # type: ignore[arg-type]
    for comment, annotation in zip(comments, annotator.annotate(comments), strict=True):
        parts = [comment.verbatim[clause.start : clause.end] for clause in annotation.clauses]
        assert " ".join(parts) == comment.verbatim == read(comment.verbatim).text
        assert all(part in sentences or any(character.isdecimal() for character in part) for part in parts)


def hang_after_three(progress: Callable[[str, int, int], None]) -> None:
    """Work that makes three steps and then hangs."""
    for done in range(4):
        progress("count", done, 0)
    time.sleep(600)


@pytest.mark.slow
def test_a_process_is_killed_at_the_given_step() -> None:
    """All steps up to the one at which the process is killed are returned, without waiting for its end."""
    steps = run(hang_after_three, kill_at=("count", 3))
    assert [(step.stage, step.done) for step in steps] == [("count", done) for done in range(4)]
    assert steps[-1].megabytes > 0
