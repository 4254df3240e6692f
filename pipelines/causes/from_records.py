"""The ranking of plain records, for programs that bring their own annotations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Generic, TypeVar

import numpy as np
from scipy import sparse

from pipelines.impact.design import Controls
from pipelines.impact.estimates import measure
from pipelines.tabulate.segments import adjustable
from saywhy.annotation import Polarity
from saywhy.errors import InvalidInput, ScoreOutOfRange
from saywhy.feedback import Segment

#: Value of `polarity` with which `rank_records` ranks mentions of every polarity.
ANY_POLARITY = "any"

_POLARITIES = frozenset(Polarity)

#: Members of `Impact` that have another name in the output.
_RENAMED = {"key": "theme", "mentions": "n"}

_Name = TypeVar("_Name", str, Segment)


def rank_records(records: Iterable[Mapping[str, Any]], *, polarity: str = Polarity.NEGATIVE) -> list[dict[str, Any]]:
    """Rank the themes of plain records, one a response: `{"score": 0-10 or null, "mentions": [{"theme", "polarity"}]}`.

    Only mentions of that polarity are ranked ("any": all of them). A record whose score is null is not counted. The
    optional members `segments` and `wave`, and mentions of other polarities, are controls of the model; further members
    are ignored.

    Returns, costliest first, `{"theme", "impact", "low", "high", "n", …}`: the points by which the NPS would be higher
    without these mentions (`pipelines.impact.estimates.measure`), the 95 % interval, and the number of responses that
    name the theme; the rest as in `saywhy.estimate.Impact`.
    Raises `InvalidInput` or `ScoreOutOfRange` naming the line, which is the record's number counted from 1.
    """
    if polarity != ANY_POLARITY and polarity not in _POLARITIES:
        raise InvalidInput(f"polarity {polarity!r} is none of {', '.join(Polarity)}, {ANY_POLARITY}")
    scores: list[int] = []
    themes, other_mentions, controls = _Indicators[str](), _Indicators[str](), _Indicators[Segment]()
    for line, record in enumerate(records, 1):
        score, mentions = _read(record, line)
        properties = _properties(record, line)
        if score is None:
            continue
        scores.append(score)
        themes.add(theme for theme, theme_polarity in mentions if polarity in (theme_polarity, ANY_POLARITY))
        other_mentions.add(
            f"{theme_polarity} {theme}"
            for theme, theme_polarity in mentions
            if polarity not in (theme_polarity, ANY_POLARITY)
        )
        controls.add(properties)
    adjusted = adjustable(controls.names()).tolist()
    ranking, _ = measure(
        np.array(scores, dtype=np.int8),
        themes.matrix(),
        other_mentions.matrix(),
        themes.names(),
        other_mentions.names(),
        controls=Controls.of(
            controls.matrix()[:, adjusted], [controls.names()[column].dimension for column in adjusted]
        ),
    )
    return [{_RENAMED.get(name, name): value for name, value in asdict(impact).items()} for impact in ranking]


class _Indicators(Generic[_Name]):
    """Builds an indicator matrix, response × name, row by row."""

    def __init__(self) -> None:
        self._index: dict[_Name, int] = {}
        self._columns: list[int] = []
        self._row_ends = [0]

    def add(self, names: Iterable[_Name]) -> None:
        """Add a row with these names; repeated ones count once."""
        self._columns.extend(self._index.setdefault(name, len(self._index)) for name in dict.fromkeys(names))
        self._row_ends.append(len(self._columns))

    def names(self) -> list[_Name]:
        """The names of the columns: sorted, so that nothing depends on the order of the rows."""
        return sorted(self._index)

    def matrix(self) -> sparse.csr_array:
        """Bool, (rows, names)."""
        sorted_column = np.empty(len(self._index), dtype=np.intp)
        sorted_column[[self._index[name] for name in self.names()]] = np.arange(len(self._index))
        cells = np.ones(len(self._columns), dtype=bool)
        columns = sorted_column[np.array(self._columns, dtype=np.intp)]
        matrix = sparse.csr_array((cells, columns, self._row_ends), shape=(len(self._row_ends) - 1, len(self._index)))
        matrix.sort_indices()
        return matrix


def _read(record: Any, line: int) -> tuple[int | None, list[tuple[str, str]]]:
    """The score, and the (theme, polarity) of each mention."""
    if not isinstance(record, Mapping):
        raise InvalidInput(f"line {line}: expected an object with score and mentions, found {record!r:.80}")
    for name in ("score", "mentions"):
        if name not in record:
            raise InvalidInput(f'line {line}: "{name}" is missing' + (" (null where blank)" if name == "score" else ""))
    mentions = record["mentions"]
    if not isinstance(mentions, list | tuple):
        raise InvalidInput(f'line {line}: "mentions" must be a list, found {mentions!r:.80}')
    return _score(record["score"], line), [_mention(entry, line) for entry in mentions]


def _properties(record: Mapping[str, Any], line: int) -> list[Segment]:
    """The wave (of the dimension "") and the segments; blank values are left out."""
    wave, segments = record.get("wave"), record.get("segments") or {}
    if isinstance(segments, list | tuple):
        segments = dict.fromkeys(map(str, segments), True)
    if not isinstance(segments, Mapping):
        raise InvalidInput(
            f'line {line}: "segments" must be an object of dimensions and values, found {segments!r:.80}'
        )
    pairs = [("", wave), *segments.items()]
    return [Segment(str(name), str(value)) for name, value in pairs if value is not None and value != ""]


def _score(value: Any, line: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"line {line}: score {value!r:.80} is not a number")
    if value not in range(11):  # true of 10.0, false of 9.5 and nan
        raise ScoreOutOfRange(f"line {line}: score {value!r:.80} is not a whole number from 0 to 10")
    return int(value)


def _mention(entry: Any, line: int) -> tuple[str, str]:
    theme, polarity = (entry.get("theme"), entry.get("polarity")) if isinstance(entry, Mapping) else (None, None)
    if not isinstance(theme, str) or not theme:
        raise InvalidInput(f'line {line}: a mention needs a "theme", found {entry!r:.80}')
    if not isinstance(polarity, str) or polarity not in _POLARITIES:
        raise InvalidInput(f"line {line}: polarity {polarity!r:.80} is none of {', '.join(Polarity)}")
    return theme, polarity
