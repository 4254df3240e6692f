"""Cleaning of comments: language, answer or not, and near-duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.clean.language import detect
from pipelines.clean.non_answers import is_answer
from pipelines.clean.read_text import read
from saywhy.feedback import Comment

if TYPE_CHECKING:
    from pipelines.clean.near_duplicates import DuplicateIndex


def clean(comments: Sequence[Comment], duplicates: DuplicateIndex | None = None) -> list[Comment]:
    """The comments, in order, with `language`, `is_answer` and `duplicate_of` set; the verbatim does not change.

    Only what the customer wrote counts (`read_text`): a comment of which nothing is left is no answer.
    A language that a comment already has is a hint: that of the survey, or of an earlier run. `duplicates` is the index
    of earlier batches; without it `duplicate_of` stays None. Non-answers are never duplicates.
    """
    answered = [is_answer(read(comment.verbatim).text) for comment in comments]
    answers = [comment for comment, is_answered in zip(comments, answered, strict=True) if is_answered]
    originals = iter([None] * len(answers) if duplicates is None else duplicates.add(answers))
    return [
        replace(
            comment,
            language=detect(read(comment.verbatim).text, comment.language),
            is_answer=is_answered,
            duplicate_of=next(originals) if is_answered else None,
        )
        for comment, is_answered in zip(comments, answered, strict=True)
    ]
