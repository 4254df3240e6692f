"""The ranking of plain records, for programs that bring their own annotations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Generic, TypeVar

import numpy as np
from scipy import sparse

from pipelines.impact.estimates import measure
from pipelines.impact.nps import POINTS_BY_SCORE
from pipelines.tabulate.segments import comparable
from saywhy.annotation import Polarity
from saywhy.errors import InvalidInput, ScoreOutOfRange
from saywhy.feedback import Segment

#: `rank_records` counts mentions of every polarity when asked for this.
ANY_POLARITY = "any"

_POLARITIES = frozenset(Polarity)

Name = TypeVar("Name", str, Segment)


def rank_records(records: Iterable[Mapping[str, Any]], *, polarity: str = Polarity.NEGATIVE) -> list[dict[str, Any]]:
    """Rank the themes of plain records, one a response: `{"score": 0-10 or null, "mentions": [{"theme", "polarity"}]}`.

    Only mentions of that polarity count ("any": all of them). A record whose score is null has no part in the NPS and
    so none in the impact. Other members, such as `segments` and `wave`, may be there and are not used.

    Returns, costliest first, `{"theme", "impact", "low", "high", "n", …}`: the points that would be won without these
    mentions (`pipelines.impact.estimates.measure`), the 95 % interval, and the responses that name the theme; the rest as in
    `saywhy.report.Impact`. Mentions of other polarities, segments and waves are in the model beside it.
    Raises `InvalidInput` or `ScoreOutOfRange` naming the line, which is the record's place counted from 1.
    """
    if polarity != ANY_POLARITY and polarity not in _POLARITIES:
        raise InvalidInput(f"polarity {polarity!r} is none of {', '.join(Polarity)}, {ANY_POLARITY}")
    points: list[int] = []
    asked, beside, controls = _Columns[str](), _Columns[str](), _Columns[Segment]()
    for line, record in enumerate(records, 1):
        score, mentions = _read(record, line)
        properties = _properties(record, line)
        if score is None:
            continue
        points.append(POINTS_BY_SCORE[score])
        asked.add(theme for theme, felt in mentions if polarity in (felt, ANY_POLARITY))
        beside.add(f"{felt} {theme}" for theme, felt in mentions if polarity not in (felt, ANY_POLARITY))
        controls.add(properties)
    found, _ = measure(
        np.array(points, dtype=np.int8),
        asked.matrix(),
        beside.matrix(),
        sorted(asked.codes),
        sorted(beside.codes),
        controls=controls.matrix()[:, comparable(sorted(controls.codes))[0]],
    )
    return [
        {"theme" if name == "key" else "n" if name == "mentions" else name: value for name, value in entry.items()}
        for entry in map(asdict, found)
    ]


class _Columns(Generic[Name]):
    """Names, a set of them a row, grow into a matrix of which row has which."""

    def __init__(self) -> None:
        self.codes: dict[Name, int] = {}
        self._columns: list[int] = []
        self._ends = [0]

    def add(self, names: Iterable[Name]) -> None:
        self._columns.extend(self.codes.setdefault(name, len(self.codes)) for name in dict.fromkeys(names))
        self._ends.append(len(self._columns))

    def matrix(self) -> sparse.csr_array:
        """Columns in the order of the names, so that nothing depends on the order of the rows."""
        place = np.empty(len(self.codes), dtype=np.intp)
        place[[self.codes[name] for name in sorted(self.codes)]] = np.arange(len(self.codes))
        cells = np.ones(len(self._columns), dtype=bool)
        columns = place[np.array(self._columns, dtype=np.intp)]
        found = sparse.csr_array((cells, columns, self._ends), shape=(len(self._ends) - 1, len(self.codes)))
        found.sort_indices()
        return found


def _read(record: Any, line: int) -> tuple[int | None, list[tuple[str, str]]]:
    if not isinstance(record, Mapping):
        raise InvalidInput(f"line {line}: expected an object with score and mentions, found {record!r:.80}")
    for name in ("score", "mentions"):
        if name not in record:
            raise InvalidInput(f'line {line}: "{name}" is missing' + (" (null where blank)" if name == "score" else ""))
    mentions = record["mentions"]
    if not isinstance(mentions, list | tuple):
        raise InvalidInput(f'line {line}: "mentions" must be a list, found {mentions!r:.80}')
    return _score_of(record["score"], line), [_mention(entry, line) for entry in mentions]


def _properties(record: Mapping[str, Any], line: int) -> list[Segment]:
    """The wave and the segments; blank ones are none."""
    wave, segments = record.get("wave"), record.get("segments") or {}
    if isinstance(segments, list | tuple):
        segments = dict.fromkeys(map(str, segments), True)
    if not isinstance(segments, Mapping):
        raise InvalidInput(
            f'line {line}: "segments" must be an object of dimensions and values, found {segments!r:.80}'
        )
    found = [("", wave), *segments.items()]
    return [Segment(str(name), str(value)) for name, value in found if value is not None and value != ""]


def _score_of(value: Any, line: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"line {line}: score {value!r:.80} is not a number")
    if value not in range(11):  # holds for 10.0, not for 9.5 nor for nan
        raise ScoreOutOfRange(f"line {line}: score {value!r:.80} is not a whole number from 0 to 10")
    return int(value)


def _mention(entry: Any, line: int) -> tuple[str, str]:
    theme, polarity = (entry.get("theme"), entry.get("polarity")) if isinstance(entry, Mapping) else (None, None)
    if not isinstance(theme, str) or not theme:
        raise InvalidInput(f'line {line}: a mention needs a "theme", found {entry!r:.80}')
    if not isinstance(polarity, str) or polarity not in _POLARITIES:
        raise InvalidInput(f"line {line}: polarity {polarity!r:.80} is none of {', '.join(Polarity)}")
    return theme, polarity
