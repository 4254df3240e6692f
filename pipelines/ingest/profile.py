"""What the columns of a sample hold: the evidence by which roles are chosen."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from pipelines.ingest.dates import is_date
from pipelines.ingest.headers import Column, Header
from pipelines.ingest.scores import is_no_answer, parse_group, parse_score
from pipelines.ingest.smileys import smiley_level
from pipelines.ingest.tools import Tool
from pipelines.ingest.values import is_blank, is_plain_number

Rows = Sequence[Sequence[str]]

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_TEXT = re.compile(
    r"\S+@\S+|https?://\S+|[\w.-]+\.\w{2,4}/\S*|(?:\d{1,3}\.){3}\d{1,3}|[\d\s.,:;/+%-]+|[A-Za-z0-9_-]{16,}|Mozilla/.*",
    re.DOTALL,
)
_LONG = 20  # mean length, in Latin letters, of what is a text rather than a name


class Profile:
    """The filled cells of a column, in the order of the sample, and what they are; `rows` counts blank ones too."""

    def __init__(self, values: Sequence[str], rows: int) -> None:
        self.values, self.rows = values, rows

    @property
    def is_empty(self) -> bool:
        return not self.values

    @property
    def filled(self) -> float:
        """Share of the rows, 0 … 1."""
        return len(self.values) / max(1, self.rows)

    @cached_property
    def distinct(self) -> frozenset[str]:
        return frozenset(self.values)

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """The cells other than codes for no answer, if the column is one of scores."""
        return tuple(cell for cell in self.values if not is_no_answer(cell))

    @cached_property
    def scores(self) -> tuple[int, ...]:
        """The numbers that can be read as scores on any scale; of smileys, their levels."""
        if self.is_of_smileys:
            return tuple(level for cell in self.answers if (level := smiley_level(cell)) is not None)
        return tuple(score for cell in self.answers if (score := _score(cell)) is not None)

    def scores_up_to(self, highest: int) -> int:
        """How many of the scores lie between 0 and that."""
        return sum(0 <= score <= highest for score in self.scores)

    @cached_property
    def is_of_smileys(self) -> bool:
        """Whether the cells are smileys, and not all the same."""
        smileys = sum(smiley_level(cell) is not None for cell in self.answers)
        return len(self.distinct) > 1 and smileys * 10 >= len(self.answers) * 9

    @cached_property
    def is_of_groups(self) -> bool:
        """Whether the cells are the groups of NPS, and not all the same."""
        return len(self.distinct) > 1 and self.groups * 10 >= len(self.answers) * 9

    @cached_property
    def groups(self) -> int:
        """How many cells are groups of NPS."""
        return sum(map(_is_group, self.answers))

    @cached_property
    def is_numeric(self) -> bool:
        return 2 * sum(map(is_plain_number, self.values)) > len(self.values)

    @cached_property
    def dates(self) -> float:
        """The share of cells that are dates for certain, 0 … 1."""
        return sum(map(is_date, self.values)) / max(1, len(self.values))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The cells that a person may have written: no numbers, dates, addresses or codes."""
        return tuple(cell for cell in self.values if not _NO_TEXT.fullmatch(cell.strip()) and not is_date(cell))

    @property
    def is_text(self) -> bool:
        return bool(self.texts) and 2 * len(self.texts) >= len(self.values) and not self.is_of_smileys

    @property
    def is_picked(self) -> bool:
        """Whether few texts occur many times, as if picked from a list."""
        return len(self.values) >= 50 and len(self.distinct) < len(self.values) / 20

    @cached_property
    def is_of_sentences(self) -> bool:
        """Whether the texts are as long as sentences."""
        return self.is_text and len(self.texts) >= 2 and statistics.fmean(map(_length, self.texts)) >= _LONG

    @property
    def is_varied(self) -> bool:
        """Whether the cells are texts, most of them different."""
        return self.is_text and len(set(self.texts)) * 2 > len(self.texts)

    @property
    def is_prose(self) -> bool:
        """Whether the texts are sentences, most of them different."""
        return self.is_of_sentences and self.is_varied

    @cached_property
    def volume(self) -> int:
        """Length of all texts together, in Latin letters."""
        return sum(map(_length, self.texts))

    def examples(self, count: int) -> tuple[str, ...]:
        """The most frequent cells; of equally frequent ones, the first."""
        return tuple(cell for cell, _ in Counter(self.values).most_common(count))


def profile_columns(header: Header, tool: Tool, sample: Rows) -> dict[Column, Profile]:
    """The profile of every column."""
    return {
        column: Profile(
            [cell for row in sample if not is_blank(cell := row[column.index]) and cell not in tool.blanks], len(sample)
        )
        for column in header.columns
    }


def _length(text: str) -> int:
    """A Chinese character counts as three Latin letters."""
    return len(text) + 2 * len(_CJK.findall(text))


def _score(cell: str) -> int | None:
    try:
        return parse_score(cell)
    except ValueError:
        return None


def _is_group(cell: str) -> bool:
    try:
        return parse_group(cell) is not None
    except ValueError:
        return False
