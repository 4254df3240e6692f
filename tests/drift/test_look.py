"""A look at drift finds what was planted, in the aspect that it is in, and nothing where nothing has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from pipelines.drift import look_at
from pipelines.drift.groups import DAYS, groups_of
from pipelines.drift.shares import Shares
from saywhy.drift import AspectDrift, Drift, DriftAspect, DriftState
from tests.builders.drifting_comments import LIBRARY, CommentsOfAWave, two_waves

NOW = datetime(2026, 11, 27, tzinfo=UTC)
SAME = CommentsOfAWave()


def look(before: CommentsOfAWave, newest: CommentsOfAWave, corrected: dict[str, bool] | None = None) -> Drift:
    """The look at two such waves."""
    data, annotations = two_waves(before, newest)
    drift = look_at(data, annotations, corrected or {}, LIBRARY, "test-1", NOW)
    assert drift is not None
    return drift


def aspect_of(drift: Drift, aspect: DriftAspect) -> AspectDrift:
    """One aspect of a look."""
    return next(each for each in drift.aspects if each.aspect is aspect)


def test_equal_waves_have_not_drifted() -> None:
    """Nothing is called drift, and every aspect for which there are comments was tested."""
    drift = look(SAME, SAME)
    assert not drift.drifted
    assert [each.aspect for each in drift.aspects if each.state is DriftState.UNTESTED] == [DriftAspect.CORRECTIONS]
    assert (drift.wave, drift.since, drift.model) == ("W2", None, "test-1")


@pytest.mark.parametrize(
    ("newest", "aspect"),
    [
        (replace(SAME, german=0.6), DriftAspect.LANGUAGES),
        (replace(SAME, longer=1.5), DriftAspect.LENGTH),
        (replace(SAME, shift=1.5), DriftAspect.CONTENT),
        (replace(SAME, negative=0.7), DriftAspect.SENTIMENT),
        (replace(SAME, outside=0.45), DriftAspect.OUTSIDE),
    ],
)
def test_a_planted_change_is_found_where_it_is(newest: CommentsOfAWave, aspect: DriftAspect) -> None:
    """Another mix of languages is neither another length nor another content, and so on. (Fewer comments of the library
    are fewer of its causes, too.)
    """
    drifted = look(SAME, newest).drifted
    assert aspect in drifted
    assert drifted <= {aspect, *([DriftAspect.CAUSES] if aspect is DriftAspect.OUTSIDE else [])}


def test_themes_and_causes_that_moved_are_named() -> None:
    """With the shares before and now, the largest change first."""
    drift = look(SAME, replace(SAME, priced=0.5))
    assert {DriftAspect.THEMES, DriftAspect.CAUSES} <= drift.drifted
    moved = aspect_of(drift, DriftAspect.THEMES).moved
    assert {share.id for share in moved} == {"price", "support"}
    price = next(share for share in moved if share.id == "price")
    assert price.before == pytest.approx(0.3, abs=0.06)
    assert price.after == pytest.approx(0.5, abs=0.06)
    assert price.effect > drift_floor(drift, DriftAspect.THEMES)


def drift_floor(drift: Drift, aspect: DriftAspect) -> float:
    """The smallest effect that counts."""
    floor = aspect_of(drift, aspect).smallest
    assert floor is not None
    return floor


def test_a_small_change_is_none_however_many_comments() -> None:
    """With 20,000 comments each, four points more of German are significant and still no drift."""
    drift = look(replace(SAME, n=20_000), replace(SAME, n=20_000, german=0.44))
    languages = aspect_of(drift, DriftAspect.LANGUAGES)
    assert languages.p_value is not None
    assert languages.p_value < 1e-6
    assert not drift.drifted


def test_corrections_count_comments_that_people_looked_at() -> None:
    """More of them wrong than before is drift; too few that were looked at are not tested."""
    corrected = {str(row): row % 10 == 0 for row in range(200)} | {str(400 + row): row % 2 == 0 for row in range(100)}
    rates = aspect_of(look(SAME, SAME, corrected), DriftAspect.CORRECTIONS)
    assert (rates.state, rates.before, rates.after) == (DriftState.DRIFTED, 0.1, 0.5)
    assert (rates.comments_before, rates.comments_after) == (200, 100)
    few = aspect_of(look(SAME, SAME, dict(list(corrected.items())[:210])), DriftAspect.CORRECTIONS)
    assert few.state is DriftState.UNTESTED


def test_too_few_comments_are_not_compared() -> None:
    """Neither side may have fewer than 50; a last wave that has begun is left out."""
    data, annotations = two_waves(replace(SAME, n=49), SAME)
    assert look_at(data, annotations, {}, LIBRARY, "test-1", NOW) is None
    data, _ = two_waves(SAME, replace(SAME, n=49))
    assert groups_of(data) is None


def test_without_waves_the_last_days_are_compared() -> None:
    """The last month against the time before it."""
    data, annotations = two_waves(SAME, replace(SAME, german=0.7))
    day = 86400.0
    answered = np.where(data.wave == 0, NOW.timestamp() - 2 * DAYS * day, NOW.timestamp())
    data = replace(data, wave=np.full(len(data.wave), -1, np.int32), waves=(), answered_at=answered)
    drift = look_at(data, annotations, {}, LIBRARY, "test-1", NOW)
    assert drift is not None
    assert (drift.wave, drift.since) == (None, "2026-10-28")
    assert drift.drifted == {DriftAspect.LANGUAGES}


def test_identical_comments_are_no_error() -> None:
    """Where all comments are the same, in length, content and what they name, nothing has drifted."""
    data, annotations = two_waves(SAME, SAME)
    same = replace(data, comments=(data.comments[0],) * len(data.comments), sentiment=np.zeros_like(data.sentiment))
    vectors = np.repeat(annotations.vectors[:1], len(annotations.vectors), axis=0)
    drift = look_at(same, replace(annotations, vectors=vectors), {}, LIBRARY, "test-1", NOW)
    assert drift is not None
    assert not drift.drifted


def test_p_values_of_shares_are_those_of_fisher() -> None:
    """Twice the smaller tail, at least the p-value of scipy's two-sided test and at most twice that."""
    from scipy.stats import fisher_exact

    shares = Shares(("a",), np.array([7]), 60, np.array([31]), 90)
    exact = fisher_exact([[7, 53], [31, 59]]).pvalue
    assert exact <= shares.p_values[0] <= 2 * exact


def test_an_anonymous_look_has_no_numbers() -> None:
    """Only what was compared, and whether it drifted."""
    drift = look(SAME, replace(SAME, german=0.8))
    shown = drift.without_numbers()
    assert shown.drifted == drift.drifted
    assert all(each == AspectDrift(each.aspect, each.state) for each in shown.aspects)
