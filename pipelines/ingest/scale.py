"""Detects the scale of the scores from the question and the answers, with the reason.

Only 0-10 is NPS, and only if the question asks for a recommendation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.ingest import words
from pipelines.ingest.facts import without_remark
from pipelines.ingest.headers import Column
from pipelines.ingest.scores import parse_score
from saywhy.errors import ScaleUndecided
from saywhy.feedback import Scale

#: In most surveys 2 % or more of the answers are 0; then less than 1 in 20 samples of this size has no 0.
ENOUGH_FOR_A_ZERO = 150
#: From this many answers without any above 5, or none above 7, the scale is taken to end there.
ENOUGH_FOR_AN_END = 8
ENOUGH_FOR_SEVEN = 20
#: So many different numbers above 10 are no typing errors.
_ENOUGH_BEYOND = 3
_NUMBERING = re.compile(r"^\W*q?\d+\w?\s*[.、:)．]\s*", re.IGNORECASE)
_INTEGER = re.compile(r"(?<![\d.,])\d{1,3}(?![\d.,]\d|\d)")
#: Scales other than 0-10 by their highest value.
_BY_END = {10: Scale.TEN, 7: Scale.SEVEN, 5: Scale.FIVE, 4: Scale.FOUR, 3: Scale.THREE}


def detect_scale(column: Column, answers: Iterable[str], *, nps_by_definition: bool = False) -> tuple[Scale, str]:
    """The scale and the reason for it. `answers` are read only as far as needed.

    Raises `ScaleUndecided` if the answers contradict the question or fit several scales.
    """
    title = _NUMBERING.sub("", f"{column.name} {column.label}".strip())
    ends = {int(number) for number in _INTEGER.findall(title)}
    if nps_by_definition:
        return Scale.NPS, "its question says 0 to 10" if {0, 10} <= ends else "the tool asks it from 0 to 10"
    if {0, 10} <= ends:
        return _from_0_to_10(column, "its question says 0 to 10")
    low, high, count, beyond = _range(answers)
    if {0, 100} <= ends or (len(set(beyond)) >= _ENOUGH_BEYOND and len(beyond) * 5 > count):
        return Scale.HUNDRED, (
            "its question says 0 to 100: a rating, not NPS"
            if {0, 100} <= ends
            else f"{len(beyond):,} answers lie between 11 and 100: read as a rating from 0 to 100, not as NPS"
        )
    if scale := _named_scale(ends):
        if count and low < scale.bounds[0]:
            raise ScaleUndecided(f"column {column.name!r} says {scale} but holds a 0; say which scale with --scale")
        return scale, f"its question says {scale.replace('-', ' to ')}: a rating, not NPS"
    if not count:
        return Scale.NPS, "there are no scores that suggest another scale"
    return _from_answers(column, low, high, count)


def _named_scale(ends: set[int]) -> Scale | None:
    """The scale whose ends the question names; of the short ones, only if it names no other number."""
    if ends == {0, 5}:
        return Scale.ZERO_FIVE
    if not min(ends, default=0) >= 1:
        return None
    fitting = (end for end in _BY_END if {1, end} <= ends and (end in (10, 5) or len(ends) == 2))
    return next((_BY_END[end] for end in fitting), None)


def _from_0_to_10(column: Column, reason: str) -> tuple[Scale, str]:
    """NPS if the question asks for a recommendation; what is only called a score is taken for that."""
    if words.RECOMMEND.search(column.wording):
        return Scale.NPS, reason
    if words.SCORE.fullmatch(without_remark(column.key)):
        return Scale.NPS, (
            f"{reason}; it is taken for the likelihood to recommend, which {column.name!r} does not say: "
            "if it asks for something else, import again with scale rating"
        )
    return Scale.RATING, (
        f"{reason}, but {column.name!r} does not ask for a recommendation: read as a rating, not as NPS; "
        "if it does, import again with scale 0-10"
    )


def _range(answers: Iterable[str]) -> tuple[int, int, int, list[int]]:
    """Minimum, maximum and count of the scores in 0 … 10, and those in 11 … 100.

    Stops when enough answers were read and among them a 0 and a score above 5.
    """
    low, high, count = 10, 0, 0
    beyond: list[int] = []
    for answer in answers:
        try:
            score = parse_score(answer)
        except ValueError:
            continue
        if score is not None and 0 <= score <= 10:
            low, high, count = min(low, score), max(high, score), count + 1
            if low == 0 and high > 5 and count + len(beyond) >= ENOUGH_FOR_A_ZERO:
                break
        elif score is not None and 10 < score <= 100:
            beyond.append(score)
    return low, high, count, beyond


def _from_answers(column: Column, low: int, high: int, count: int) -> tuple[Scale, str]:
    recommends = words.RECOMMEND.search(column.wording)
    stars = words.STARS.search(column.wording) and not recommends
    if low == 0:
        if high <= 5 and count >= ENOUGH_FOR_AN_END:
            raise ScaleUndecided(
                f"column {column.name!r} runs from 0 to {high}, on a scale to 5 or to 10; say which with --scale"
            )
        if high > 5:
            return _from_0_to_10(column, "there are scores of 0 and scores above 5")
        reason = f"scores run from 0 to {high} in {count} answers, too few to conclude 0-5"
        return _from_0_to_10(column, f"{reason}; if it was asked from 0 to 5, import again with that scale")
    if high > 5:
        if high == 7 and count >= ENOUGH_FOR_SEVEN and not stars:
            return Scale.SEVEN, _probably(low, high, count, Scale.SEVEN)
        if high == 6 and count >= ENOUGH_FOR_SEVEN:
            raise ScaleUndecided(f"column {column.name!r} runs from {low} to 6; say which scale with --scale")
        if stars or count >= ENOUGH_FOR_A_ZERO:
            return Scale.TEN, (
                f"none of {count:,} answers is 0, so it was probably asked from 1 to 10: read as a rating, not as NPS; "
                "if it was asked from 0 to 10, import again with scale 0-10"
            )
        return _from_0_to_10(
            column,
            f"scores run from {low} to {high}; {count} answers without a 0 are too few to conclude 1-10, a rating; "
            "if it was asked from 1 to 10, import again with that scale",
        )
    if stars or count >= ENOUGH_FOR_AN_END:
        scale = _BY_END[max(high, 4 if words.SMILEYS.search(column.wording) is None else 3)]
        scale = Scale.FIVE if stars and scale is not Scale.FIVE else scale
        return scale, _probably(low, high, count, scale)
    if recommends or words.RATING.search(column.wording):
        return Scale.NPS, (
            f"{count} answers are too few to conclude the scale from their range ({low} to {high}); "
            "if it was asked from 1 to 5 or 1 to 10, import again with that scale"
        )
    raise ScaleUndecided(
        f"{count} answers from {low} to {high} in column {column.name!r} fit several scales; say which with --scale"
    )


def _probably(low: int, high: int, count: int, scale: Scale) -> str:
    return (
        f"all of {count:,} answers lie between {low} and {high}, so it was probably asked from "
        f"{scale.replace('-', ' to ')}: read as a rating, not as NPS; "
        "if it was asked from 0 to 10, import again with scale 0-10"
    )
