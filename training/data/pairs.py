"""Pairs of short texts as training rows: each half keeps its own labels.

They teach that a clause is classified by its own words, which texts labelled as a whole cannot teach.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from training.data.rows import Row

#: Dataset name of two texts joined into one; what is known of the parts is known of each part.
JOINED = "joined"

_OPPOSITE = {"negative", "positive"}
#: What separates the two texts, by language (the first two letters), if their sentiments are not opposite …
_SEPARATORS = {
    "zh": ("，", "。", "，"),
    "ja": ("。", "、"),
    "en": (". ", ", ", " and "),
    "": (". ", ", "),
}
#: … and if they are.
_CONTRASTING_SEPARATORS = {
    "zh": ("，但是", "，但", "。", "，"),
    "de": (", aber ", ". ", ", "),
    "en": (", but ", ". ", ", "),
    "": (". ", ", "),
}
#: A Chinese or Japanese character says about as much as so many Latin ones.
_CJK_FACTOR = 3


def join_short(rows: Sequence[Row], longest: int, share: float, seed: int) -> list[Row]:
    """Replace a `share` of the short texts (at most `longest` characters) by pairs of them; shuffled.

    The texts of a pair are of one language and may be of two datasets. Rows with parts are not joined; an odd last text
    stays alone.
    """
    generator = np.random.default_rng(seed)
    is_drawn = [not row.parts and _length(row) <= longest and generator.random() < share for row in rows]
    joined_rows = [row for row, drawn in zip(rows, is_drawn, strict=True) if not drawn]
    by_language: dict[str, list[Row]] = defaultdict(list)
    for row, drawn in zip(rows, is_drawn, strict=True):
        if drawn:
            by_language[row.language].append(row)
    for language, members in by_language.items():
        for one, other in zip(members[::2], members[1::2], strict=False):
            table = _CONTRASTING_SEPARATORS if {one.sentiment, other.sentiment} == _OPPOSITE else _SEPARATORS
            separator = str(generator.choice(table.get(language[:2], table[""])))
            joined_rows.append(_join(one, other, separator))
        joined_rows += members[len(members) // 2 * 2 :]
    return [joined_rows[i] for i in generator.permutation(len(joined_rows))]


def _join(one: Row, other: Row, separator: str) -> Row:
    first = replace(one, text=one.text.rstrip(" .。!！,，") + separator)
    second = replace(other, text=other.text.strip())
    return Row(one.id, JOINED, one.language, first.text + second.text, None, None, (), True, (first, second))


def _length(row: Row) -> int:
    return len(row.text) * (_CJK_FACTOR if row.language[:2] in ("zh", "ja") else 1)
