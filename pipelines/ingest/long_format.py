"""Exports with one row an answer: turned into one row a response."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from pipelines.ingest import words
from pipelines.ingest.headers import Column, Header, as_key, clean_title
from pipelines.ingest.profile import Profile, Rows
from pipelines.ingest.row import Row, as_text, rejection
from pipelines.ingest.table import Table
from pipelines.ingest.values import is_blank
from saywhy.errors import InvalidInput
from saywhy.feedback import Rejection

#: A survey has at most so many questions.
MAX_QUESTIONS = 500
_MAX_IN_SAMPLE = 100
_ANSWERS_PER_RESPONDENT = 1.3  # in the sample, at least


@dataclass(frozen=True, slots=True)
class LongFormat:
    """Whose answer a row is, to what question, and the answer: in several columns if numbers and texts are apart.

    `kept` are the other columns that are the same in all rows of a respondent.
    """

    respondent: Column
    question: Column
    answers: tuple[Column, ...]
    kept: tuple[Column, ...]


def detect_long_format(name: str, header: Header, rows: Rows) -> LongFormat | None:
    """The columns of a table in long format: a question asks for a recommendation in a cell, not in the header.

    Raises `InvalidInput` if no column says whose the answers are.
    """
    if any(words.RECOMMEND.search(column.wording) for column in header.columns) or len(header.columns) < 3:
        return None
    for question in header.columns:
        titles = {row[question.index] for row in rows} - {""}
        scores = {title for title in titles if _asks_for_score(as_key(title))}
        if not scores or not 2 <= len(titles) <= _MAX_IN_SAMPLE or len(scores) == len(titles):
            continue
        if answers := _answers(header, rows, question, scores):
            others = [column for column in header.columns if column not in (question, *answers)]
            respondent = _respondent(rows, question, others)
            if respondent is None:
                raise InvalidInput(
                    f"{name} has one row an answer (the questions are in {question.name!r}), but no column says whose "
                    "answer it is; export one row a response"
                )
            kept = [c for c in others if c != respondent and _depends_on(c, respondent, rows)]
            return LongFormat(respondent, question, answers, tuple(kept))
    return None


def _asks_for_score(title: str) -> bool:
    """Whether the question is how likely to recommend, not the reason for that: `nps`, not `nps_reason`."""
    return bool(words.RECOMMEND.search(title)) and not words.REASON.search(title) and not words.OPEN.search(title)


def _answers(header: Header, rows: Rows, question: Column, scores: set[str]) -> tuple[Column, ...]:
    """The columns of the answers: numbers where a score is asked, texts elsewhere; else none."""
    numbers = [row for row in rows if row[question.index] in scores]
    texts = [row for row in rows if row[question.index] and row[question.index] not in scores]
    scored = [c for c in header.columns if c != question and _holds_scores(_profile(c, numbers))]
    worded = [c for c in header.columns if c != question and _profile(c, texts).is_text and _profile(c, texts).distinct]
    if both := [column for column in scored if column in worded]:
        return tuple(both[:1])
    apart = [
        (score, text)
        for score in scored
        for text in worded
        if _profile(score, texts).is_empty and _profile(text, numbers).is_empty
    ]
    return apart[0] if apart else ()


def _holds_scores(profile: Profile) -> bool:
    return 10 * profile.scores_up_to(10) >= 8 * len(profile.answers) > 0 and len(set(profile.scores)) > 1


def _profile(column: Column, rows: Rows) -> Profile:
    return Profile([cell for row in rows if not is_blank(cell := row[column.index])], len(rows))


def _respondent(rows: Rows, question: Column, others: Sequence[Column]) -> Column | None:
    """The column that, with the question, tells the answers apart, and that several rows share."""
    fitting = []
    for column in others:
        keys = [(row[column.index], row[question.index]) for row in rows]
        whose = {key for key, _ in keys if key}
        if all(key for key, _ in keys) and len(set(keys)) == len(keys) >= _ANSWERS_PER_RESPONDENT * len(whose):
            fitting.append((words.ID.search(column.key) is None, -len(whose), column.index, column))
    return min(fitting)[-1] if fitting else None


def _depends_on(column: Column, respondent: Column, rows: Rows) -> bool:
    values = defaultdict(set)
    for row in rows:
        values[row[respondent.index]].add(row[column.index])
    return all(len(distinct) == 1 for distinct in values.values())


def pivot(table: Table, header: Header, layout: LongFormat) -> Table:
    """The table with one row a respondent and a column a question, in the order of the file.

    Reading it sorts the answers in a temporary file. Raises `InvalidInput` for more questions than `MAX_QUESTIONS`.
    """
    questions: dict[str, int] = {}
    for item in itertools.islice(table.rows(), header.skip, None):
        if isinstance(item, Row) and len(item.cells) == len(header.columns):
            questions.setdefault(clean_title(item.cells[layout.question.index]), len(questions))
        if len(questions) > MAX_QUESTIONS:
            raise InvalidInput(f"{table.name}: {layout.question.name!r} holds more than {MAX_QUESTIONS} questions")
    fixed = (layout.respondent, *layout.kept)
    names = [column.name for column in fixed] + list(questions)

    def rows() -> Iterator[Row | Rejection]:
        yield Row(0, names)
        # "" is a temporary file that deletes itself.
        with closing(sqlite3.connect("", isolation_level=None)) as scratch:
            scratch.execute("CREATE TABLE answers (whose TEXT, line INTEGER, question INTEGER, answer TEXT, kept TEXT)")
            scratch.execute("BEGIN")
            for item in itertools.islice(table.rows(), header.skip, None):
                if isinstance(item, Rejection):
                    yield item
                elif len(item.cells) != len(header.columns):
                    reason = f"has {len(item.cells)} cells where the header has {len(header.columns)}"
                    yield rejection(item.line, reason, as_text(item.cells))
                else:
                    scratch.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", _answer(item, layout, questions))
            answers = scratch.execute(
                "SELECT whose, line, question, answer, kept, min(line) OVER (PARTITION BY whose) AS first "
                "FROM answers ORDER BY first, line"
            )
            for _, group in itertools.groupby(answers, key=lambda row: row[0]):
                yield _response(list(group), len(questions))

    by = f"{layout.respondent.name!r} and {layout.question.name!r}"
    note = f"one row is one answer: read as one row a response, by {by}"
    return replace(table, rows=rows, headed=True, notes=(*table.notes, note))


def _answer(item: Row, layout: LongFormat, questions: dict[str, int]) -> tuple[str, int, int, str, str]:
    cells = item.cells
    answer = next((cells[c.index] for c in layout.answers if not is_blank(cells[c.index])), "")
    fixed = json.dumps([cells[column.index] for column in (layout.respondent, *layout.kept)])
    question = questions[clean_title(cells[layout.question.index])]
    return cells[layout.respondent.index], item.line, question, answer, fixed


def _response(answers: list[tuple[str, int, int, str, str, int]], width: int) -> Row:
    """The row of one respondent; several answers to one question are joined."""
    cells = [""] * width
    for _, _, question, answer, _, _ in answers:
        cells[question] = "; ".join(filter(None, (cells[question], answer)))
    return Row(answers[0][1], json.loads(answers[0][4]) + cells)
