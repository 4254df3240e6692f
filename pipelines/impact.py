"""What each theme or topic costs, in NPS points: the leave-out difference with its interval.

The formulas in plain words, and why the ranking goes by the lower end of the interval: docs/explanation/impact.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from pipelines.nps import POINTS_BY_SCORE, Z95
from saywhy.annotation import Polarity
from saywhy.errors import InvalidInput, ScoreOutOfRange
from saywhy.report import Impact

#: `rank_records` counts mentions of every polarity when asked for this.
ANY_POLARITY = "any"

_POLARITIES = frozenset(Polarity)


def leave_out(
    points: NDArray[np.int8],
    named: sparse.csr_array,
    keys: Sequence[str],
    *,
    responses: int | None = None,
    z: float = Z95,
) -> list[Impact]:
    """The impact of every key, costliest first (see `ranked`); keys that nobody names are left out.

    `points`, shape (N,), holds 100 for a promoter, 0 for a passive, -100 for a detractor; no other responses.
    `named`, shape (N, K), is not zero where a response names a key: a response counts once however often it does.
    `responses` is explained in `leave_out_points`.

    The interval is cut to what is possible: the others' NPS lies in -100 … 100. Where every response names a key there
    are no others to compare with, so that the interval is all that is possible and the impact is given as 0.
    """
    groups = np.stack([points > 0, points == 0, points < 0], axis=1).astype(np.int64)
    everyone = groups.sum(axis=0)
    counts = named.astype(bool).astype(np.int64).T @ groups
    held = np.flatnonzero(counts.sum(axis=1)).tolist()
    if not held:
        return []
    counts = counts[held]
    impact, error = leave_out_points(counts, everyone, responses)
    part = len(points) / (responses or len(points))
    score = 100 * (everyone[0] - everyone[2]) / len(points)
    low = np.maximum(impact - z * error, part * (-100 - score))
    high = np.minimum(impact + z * error, part * (100 - score))
    return ranked(
        Impact(keys[key], float(impact[i]), float(low[i]), float(high[i]), *_counted(counts[i]))
        for i, key in enumerate(held)
    )


def _counted(groups: NDArray[np.int64]) -> tuple[int, int, int]:
    promoters, passives, detractors = (int(count) for count in groups)
    return promoters + passives + detractors, detractors, promoters


def leave_out_points(
    named: ArrayLike, everyone: ArrayLike, responses: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Impact and its standard error, in NPS points, each of shape (K,).

    `named`, shape (K, 3), counts promoters, passives and detractors who name each key (at least one); `everyone`,
    shape (3,) or (K, 3), counts them among all N who could. With T the NPS of those n who name the key, E that of the
    others, A that of all, and p = n/N:

        impact = E - A = p·(E - T)          positive: without those who name it, the NPS would be higher
        error² = p²·(s_T²/n + s_E²/(N - n)) + (T - E)²·p·(1 - p)/N                      (delta method)

    The error knows that T and E are means of samples and that p is a proportion in one. The variances s² are those of
    the adjusted shares of `pipelines.nps.nps`, so that a group of one, or one of a single mind, is not taken for
    certain. Where n = N the impact is 0 and the error infinite.

    Where the N who could name a key (they wrote a comment) are only some of all `responses`, p is n out of `responses`:
    the points are then those of the NPS of all, and still only people who wrote are compared with each other.

    Source: the leave-out difference that Thematic and Kapiche document; Casella and Berger, "Statistical Inference",
    5.5.4, for the delta method; Rocks 2016 for the adjusted shares.
    """
    inside = np.asarray(named, dtype=np.float64).reshape(-1, 3)
    outside = np.asarray(everyone, dtype=np.float64) - inside
    n, others = inside.sum(axis=1), outside.sum(axis=1)
    total = n + others if responses is None else np.float64(responses)
    share = n / total
    alone = others == 0
    others = np.where(alone, 1, others)  # any number: these rows are overwritten below
    difference = _score(outside, others) - _score(inside, n)
    variance = share**2 * (_adjusted_variance(inside, n) / n + _adjusted_variance(outside, others) / others)
    variance += difference**2 * share * (1 - share) / total
    return np.where(alone, 0, share * difference), np.where(alone, np.inf, np.sqrt(variance))


def _score(groups: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    scores: NDArray[np.float64] = 100 * (groups[:, 0] - groups[:, 2]) / n
    return scores


def _adjusted_variance(groups: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    promoters, detractors = (groups[:, 0] + 0.75) / (n + 3), (groups[:, 2] + 0.75) / (n + 3)
    variance: NDArray[np.float64] = 100**2 * (promoters + detractors - (promoters - detractors) ** 2)
    return variance


def ranked(impacts: Iterable[Impact]) -> list[Impact]:
    """Costliest first: by the lower end of the interval (what it costs at the least), so that noise does not lead.

    Ties go by impact, then by mentions, then by key: the order never depends on the input's.
    """
    return sorted(impacts, key=lambda found: (-found.low, -found.impact, -found.mentions, found.key))


def added(impacts: Iterable[Impact]) -> list[Impact]:
    """The same seen from the other side: what each key adds, the surest gain first. For what people praise."""
    return ranked(
        Impact(found.key, -found.impact, -found.high, -found.low, found.mentions, found.detractors, found.promoters)
        for found in impacts
    )


def rank_records(records: Iterable[Mapping[str, Any]], *, polarity: str = Polarity.NEGATIVE) -> list[dict[str, Any]]:
    """Rank the themes of plain records, one a response: `{"score": 0-10 or null, "mentions": [{"theme", "polarity"}]}`.

    Only mentions of that polarity count ("any": all of them). A record whose score is null has no part in the NPS and
    so none in the impact. Other members, such as `segments` and `wave`, may be there and are not used.

    Returns, costliest first, `{"theme", "impact", "low", "high", "n", "detractors", "promoters", "significant"}`:
    points that the mentions cost (positive: they cost), the 95 % interval, and the responses that name the theme.
    Raises `InvalidInput` or `ScoreOutOfRange` naming the line, which is the record's place counted from 1.
    """
    if polarity != ANY_POLARITY and polarity not in _POLARITIES:
        raise InvalidInput(f"polarity {polarity!r} is none of {', '.join(Polarity)}, {ANY_POLARITY}")
    points: list[int] = []
    codes: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for line, record in enumerate(records, 1):
        score, mentions = _read(record, line)
        if score is None:
            continue
        themes = {theme for theme, felt in mentions if polarity in (felt, ANY_POLARITY)}
        points.append(POINTS_BY_SCORE[score])
        columns.extend(codes.setdefault(theme, len(codes)) for theme in themes)
        ends.append(len(columns))
    named = sparse.csr_array((np.ones(len(columns), dtype=np.int8), columns, ends), shape=(len(points), len(codes)))
    found = leave_out(np.array(points, dtype=np.int8), named, list(codes))
    return [
        {"theme": entry.pop("key")}
        | {"n" if name == "mentions" else name: value for name, value in entry.items()}
        | {"significant": entry["low"] > 0}
        for entry in map(asdict, found)
    ]


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
