"""What the wordings of columns have in common, by which a comment finds its score."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from pipelines.ingest import words
from pipelines.ingest.headers import Column


def said(column: Column) -> str:
    """Name and wording as written, but for capitals: `wording` takes AcmeBox apart."""
    return f"{column.name} {column.label}".casefold()


def has_nps_group(column: Column, keys: Collection[str]) -> bool:
    """Whether one of the columns of these keys is the group that Qualtrics derives from a likelihood to recommend."""
    return f"{column.key} nps group" in keys


def topic(column: Column) -> str:
    """What is left of a name without words for scores and comments: `product_rating`, `product_comment` → `product`."""
    return " ".join(words.OPEN.sub("", words.RATING.sub("", column.key)).split())


def terms(columns: Iterable[Column]) -> set[str]:
    """The longer words of the wording, and pairs of Chinese characters."""
    wording = " ".join(map(said, columns))
    longer = {word for word in re.findall(r"[^\W\d_]{4,}", wording) if not re.search(r"[\u3400-\u9fff]", word)}
    runs = re.findall(r"[\u3400-\u9fff]+", wording)
    return longer | {run[start : start + 2] for run in runs for start in range(len(run) - 1)}
