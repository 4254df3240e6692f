"""Comparing two versions on the same comments, and what the gate says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saywhy.annotation import Polarity
from saywhy.label import LabelledComment
from training.retrain.comparison import CAUSES, SENTIMENT, THEMES, Answers, Comparison, compare
from training.retrain.gate import judge
from training.retrain.options import RetrainOptions
from training.retrain.wording import RetrainingWording

OPTIONS = RetrainOptions()
TEXTS = 120
NOBODY = [frozenset[str]()] * TEXTS


def labelled(language: str = "en") -> list[LabelledComment]:
    """Comments about prices, each with its number, half of them of one language."""
    return [
        LabelledComment(f"{number}", language if number % 2 else "de", Polarity.NEGATIVE, (("price", None),))
        for number in range(TEXTS)
    ]


def said(right: list[bool], theme: str = "price") -> Answers:
    """Answers whose sentiment and theme are right where it says so."""
    return Answers(
        {
            SENTIMENT: [frozenset({"negative" if is_right else "positive"}) for is_right in right],
            THEMES: [frozenset({theme}) if is_right else frozenset() for is_right in right],
            CAUSES: NOBODY,
        },
        (),
    )


def of(comparisons: list[Comparison], kind: str, group: tuple[str, str]) -> Comparison:
    """The comparison of this group."""
    [comparison] = [one for one in comparisons if (one.kind, one.group) == (kind, group)]
    return comparison


def comparisons(before: list[bool], after: list[bool]) -> list[Comparison]:
    """All comparisons of two versions."""
    return compare(labelled(), said(before), said(after), resamples=400, seed=1)


def test_f1_is_that_of_the_labels() -> None:
    """A version that misses every fourth theme has an F1 of 6/7; the interval of the difference holds its value."""
    every_fourth = [bool(number % 4) for number in range(TEXTS)]
    theme = of(comparisons(every_fourth, [True] * TEXTS), THEMES, ("all", ""))
    assert theme.champion == pytest.approx(6 / 7)
    assert (theme.candidate, theme.labels) == (1.0, TEXTS)
    assert 0 < theme.low < theme.difference < theme.high < 0.3
    label = of(comparisons(every_fourth, [True] * TEXTS), THEMES, (THEMES, "price"))
    assert label.champion == pytest.approx(theme.champion)


def test_equal_answers_differ_by_nothing() -> None:
    """Paired: the same answers have a difference of exactly 0 in every resample."""
    for one in comparisons([True, False] * (TEXTS // 2), [True, False] * (TEXTS // 2)):
        assert (one.low, one.high) == (0, 0)


def test_small_groups_are_left_out() -> None:
    """A group with fewer than 20 labels is not compared."""
    few = [replace(comment, segments=(("plan", "Pro"),)) if number < 19 else comment for number, comment in
           enumerate(labelled())]  # fmt: skip
    groups = {one.group for one in compare(few, said([True] * TEXTS), said([True] * TEXTS), resamples=100, seed=1)}
    assert ("language", "de") in groups
    assert ("plan", "Pro") not in groups


def reasons_against(
    taught: list[Comparison], reference: list[Comparison] | None = None, **changed: object
) -> list[str]:
    """What the gate says, in English."""
    facts: dict[str, object] = {"errors": {}, "leaked": (), "suspects": 0.0} | changed
    reasons = judge(taught, reference or [], options=OPTIONS, kinds=(SENTIMENT, THEMES), **facts)  # type: ignore[arg-type]
    return list(map(RetrainingWording("en").reason, reasons))


HALF = [True, False] * (TEXTS // 2)
BETTER = comparisons([bool(number % 4) for number in range(TEXTS)], [True] * TEXTS)


def test_what_is_better_passes() -> None:
    """Better beyond noise, and nothing worse: no reasons."""
    assert reasons_against(BETTER, comparisons(HALF, HALF)) == []


def test_noise_is_not_better() -> None:
    """One comment more in 120 proves nothing; without labels, nothing is proven either."""
    after = HALF.copy()
    after[1] = True
    [reason] = reasons_against(comparisons(HALF, after))
    assert reason.startswith(
        "nothing that was taught is better beyond noise: F1 of Sentiment 0.500 → 0.508, +0.008 (0.000 to +0.0"
    )
    assert "too few" in reasons_against([])[0]


def test_a_language_that_suffers_is_named() -> None:
    """Better in English and worse in German by a third: refused, with the language and both numbers."""
    before = [True] * TEXTS
    after = [bool(number % 2 or number % 3) for number in range(TEXTS)]
    [reason] = reasons_against(BETTER, comparisons(before, after))
    assert "of the reference" in reason
    assert "Sentiment (Language: German) 1.000 → 0.667" in reason


def test_what_proves_nothing_is_refused() -> None:
    """Leaked comments, labels that look wrong, and confidences that mean less are reasons of their own."""
    reasons = reasons_against(BETTER, leaked=["It is slow."], suspects=0.2, errors={SENTIMENT: (0.02, 0.08)})
    assert [reason.split(",")[0] for reason in reasons] == [
        "1 comment of the training data is tested on as well",
        "20% of the labels look wrong",
        "the calibration error (Sentiment) grew from 0.020 to 0.080",
    ]
