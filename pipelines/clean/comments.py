"""The clean stage: comments as they came in, comments with language, answer or not, and duplicates out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.clean.language import detect
from pipelines.clean.non_answers import is_answer
from saywhy.feedback import Comment

if TYPE_CHECKING:
    from pipelines.clean.near_duplicates import DuplicateIndex


def clean(comments: Sequence[Comment], duplicates: DuplicateIndex | None = None) -> list[Comment]:
    """The same comments, in order, with `language`, `is_answer` and `duplicate_of` set; the verbatim is not touched.

    A language that a comment already has is a hint (the survey's own, or that of an earlier run). `duplicates` is the
    index that earlier batches went into; without one, `duplicate_of` stays None. Non-answers are duplicates of nothing.
    """
    answers = [is_answer(comment.verbatim) for comment in comments]
    asked = [comment for comment, answer in zip(comments, answers, strict=True) if answer]
    repeated = iter([None] * len(asked) if duplicates is None else duplicates.add(asked))
    return [
        replace(
            comment,
            language=detect(comment.verbatim, comment.language),
            is_answer=answer,
            duplicate_of=next(repeated) if answer else None,
        )
        for comment, answer in zip(comments, answers, strict=True)
    ]
