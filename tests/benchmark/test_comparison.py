"""Two groups of responses side by side: what is compared, what is claimed, and what is said to be not comparable."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.benchmark.comparison import compare
from pipelines.benchmark.profile import CauseProfile, Profile
from pipelines.impact.nps import nps, nps_change
from saywhy.annotation import Polarity
from saywhy.benchmark import Against, Benchmark, CauseComparison
from saywhy.estimate import Estimate
from saywhy.issue import CauseKey

SUPPORT, PRICE, STAFF = (CauseKey("theme", theme) for theme in ("support", "price", "staff"))
WAITING, FOUND = CauseKey("topic", "slow-answers"), CauseKey("topic", "9f3ab2")

AGAINST = Against("wave", "W1")


def cause(mentions: int, points: float = 3.0, error: float = 1.0) -> CauseProfile:
    """A cause that so many responses name; its interval is the points and twice the error on either side."""
    return CauseProfile("A cause", mentions, Estimate(points, points - 1.96 * error, points + 1.96 * error))


def profile(name: str, complaints: dict[CauseKey, CauseProfile], responses: int = 200, **more: object) -> Profile:
    """A group of so many responses, all with a score and a comment, that names these complaints."""
    promoters, detractors = responses // 2, responses // 5
    whole = Profile(
        name=name,
        without=None,
        model="m",
        nps=nps(promoters, responses - promoters - detractors, detractors),
        with_comment=responses,
        design_effect=1.0,
        causes={(Polarity.NEGATIVE, key): entry for key, entry in complaints.items()},
        ranked_in_survey={SUPPORT, PRICE, STAFF, WAITING, FOUND},
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def row(benchmark: Benchmark, key: CauseKey) -> CauseComparison:
    """The only row of the cause."""
    [only] = [each for each in benchmark.causes if each.key == key]
    return only


def note_keys(benchmark: Benchmark) -> set[str]:
    """The keys of the notes."""
    return {note.key for note in benchmark.notes}


def test_each_cause_has_both_numbers_and_their_difference() -> None:
    """Rates, points and NPS are those of the group, those of the reference, and the first minus the second."""
    group = profile("W2", {SUPPORT: cause(60, 9.0), PRICE: cause(40, 2.0)})
    reference = profile("W1", {SUPPORT: cause(40, 3.0), PRICE: cause(80, 2.5)}, 400, nps=nps(200, 50, 150))
    benchmark = compare(AGAINST, group, reference)
    rate, points = row(benchmark, SUPPORT).rate, row(benchmark, SUPPORT).points
    assert rate
    assert rate.difference
    assert points
    assert points.difference
    assert benchmark.nps
    assert (rate.value, rate.reference, rate.difference.value) == pytest.approx((0.3, 0.1, 0.2))
    assert (points.value, points.reference, points.difference.value) == (9.0, 3.0, 6.0)
    assert (points.difference.low, points.difference.high) == pytest.approx((6 - 1.96 * 2**0.5, 6 + 1.96 * 2**0.5))
    assert rate.significant
    assert points.significant
    assert not any(each and each.significant for each in (row(benchmark, PRICE).rate, row(benchmark, PRICE).points))
    assert (benchmark.nps.value, benchmark.nps.reference) == (30.0, 12.5)
    assert benchmark.nps.difference == nps_change(nps(200, 50, 150), nps(100, 60, 40))[0]
    assert benchmark.nps.significant


def test_the_correction_is_over_all_causes_and_both_numbers() -> None:
    """A difference of p = .03 is significant alone, and is not among twenty equal causes."""
    keys = [CauseKey("theme", str(number)) for number in range(20)]
    alone = compare(
        AGAINST,
        profile("W2", {keys[0]: cause(29)}, ranked_in_survey=set()),
        profile("W1", {keys[0]: cause(15)}, ranked_in_survey=set()),
    )
    rate = row(alone, keys[0]).rate
    assert rate
    assert rate.q_value == pytest.approx(0.03, abs=0.01)
    assert rate.significant
    many = compare(
        AGAINST,
        profile("W2", {keys[0]: cause(29), **dict.fromkeys(keys[1:], cause(40))}),
        profile("W1", {keys[0]: cause(15), **dict.fromkeys(keys[1:], cause(40))}),
    )
    corrected = row(many, keys[0]).rate
    assert corrected
    assert corrected.q_value is not None
    assert corrected.q_value > 0.5
    assert not corrected.significant


@pytest.mark.parametrize("size", [19, 20])
def test_nothing_is_claimed_of_fewer_than_twenty(size: int) -> None:
    """With 19 responses there are numbers and intervals, no q-values, and a note; with 20 there are claims."""
    benchmark = compare(
        AGAINST,
        profile("W2", {SUPPORT: cause(0)}, 500, nps=nps(500, 0, 0)),
        profile("W1", {SUPPORT: cause(size)}, size, nps=nps(0, 0, size)),
    )
    rate = row(benchmark, SUPPORT).rate
    assert rate
    assert rate.difference
    assert rate.difference.value == -1
    assert benchmark.nps
    for compared in (rate, benchmark.nps):
        assert (compared.q_value is not None, compared.significant) == (size == 20, size == 20)
    assert ("benchmark_small" in note_keys(benchmark)) == (size == 19)


def test_nothing_is_claimed_of_fewer_than_five_mentions() -> None:
    """Four of 20 against none of 4,000 is improbable, but four people are no evidence."""
    for mentions in (4, 5):
        group = profile("W2", {SUPPORT: cause(mentions)}, 20)
        rate = row(compare(AGAINST, group, profile("W1", {}, 4000)), SUPPORT).rate
        assert rate
        assert (rate.q_value is not None) == (mentions == 5)


def test_points_of_few_mentions_are_shown_without_a_difference() -> None:
    """Below 30 mentions on one side the impact is too uncertain; both numbers stand alone, with a note."""
    for mentions in (29, 30):
        benchmark = compare(
            AGAINST, profile("W2", {SUPPORT: cause(90, 9.0)}), profile("W1", {SUPPORT: cause(mentions, 1.0)})
        )
        points = row(benchmark, SUPPORT).points
        assert points
        assert (points.value, points.reference) == (9.0, 1.0)
        assert (points.difference is not None, points.significant) == (mentions == 30, mentions == 30)
        assert ("benchmark_few" in note_keys(benchmark)) == (mentions == 29)


def test_a_cause_that_nobody_names_has_a_rate_of_zero() -> None:
    """In the same survey a cause that is not listed is named by nobody; what only the reference names is listed last.

    There are no points of what nobody names.
    """
    benchmark = compare(AGAINST, profile("W2", {SUPPORT: cause(50)}), profile("W1", {FOUND: cause(40)}))
    assert [each.key for each in benchmark.causes] == [SUPPORT, FOUND]
    for key, rates in ((SUPPORT, (0.25, 0.0)), (FOUND, (0.0, 0.2))):
        rate = row(benchmark, key).rate
        assert rate
        assert (rate.value, rate.reference) == rates
        assert rate.significant
        assert row(benchmark, key).points is None
    assert not benchmark.notes


def test_causes_that_one_workspace_found_have_no_counterpart() -> None:
    """Of another workspace only themes and library causes are compared; the others are counted in a note, once each.

    A discovered topic of the same id is not taken for the same cause, and one of the other workspace is not named.
    """
    other = CauseKey("topic", "other")
    group = profile("W2", {SUPPORT: cause(50), WAITING: cause(40), FOUND: cause(30)})
    reference = profile("brand", {SUPPORT: cause(50), WAITING: cause(20), FOUND: cause(30), other: cause(35)})
    benchmark = compare(Against("workspace", "brand", "all"), group, reference, common={SUPPORT, PRICE, WAITING})
    assert row(benchmark, SUPPORT).rate
    assert row(benchmark, WAITING).rate
    assert (row(benchmark, FOUND).rate, row(benchmark, FOUND).points) == (None, None)
    assert other not in {each.key for each in benchmark.causes}
    assert {note.key: note.values for note in benchmark.notes} == {
        "benchmark_few": {"least": 30},
        "benchmark_own": {"n": 1},
        "benchmark_own_there": {"n": 1},
    }


def test_a_library_cause_that_the_other_survey_does_not_rank_is_unknown() -> None:
    """One or two responses may name it there; a theme that is not listed is named by nobody."""
    group = profile("W2", {SUPPORT: cause(50), WAITING: cause(40)})
    reference = profile("brand", {PRICE: cause(50)}, ranked_in_survey={PRICE})
    benchmark = compare(Against("workspace", "brand", "all"), group, reference, common={SUPPORT, PRICE, WAITING})
    theme = row(benchmark, SUPPORT).rate
    assert theme
    assert theme.reference == 0
    assert row(benchmark, WAITING).rate is None
    assert [(note.key, note.values) for note in benchmark.notes] == [("benchmark_unlisted", {"n": 1})]


@pytest.mark.parametrize("is_hidden", ["group", "reference"])
def test_what_an_anonymous_group_does_not_list_is_unknown(is_hidden: str) -> None:
    """A suppressed cause is not taken for one that nobody names, neither in the group nor in the reference."""
    group, reference = profile("W2", {SUPPORT: cause(50)}), profile("W1", {PRICE: cause(50)})
    if is_hidden == "group":
        benchmark = compare(AGAINST, replace(group, hides_small_groups=True), reference)
        assert [each.key for each in benchmark.causes] == [SUPPORT]
        assert row(benchmark, SUPPORT).rate
    else:
        benchmark = compare(AGAINST, group, replace(reference, hides_small_groups=True))
        assert row(benchmark, SUPPORT).rate is None
        assert row(benchmark, PRICE).rate
    assert [(note.key, note.values) for note in benchmark.notes] == [("benchmark_hidden", {"n": 1})]


def test_nothing_is_claimed_of_causes_that_two_models_read() -> None:
    """Numbers are shown with a note; the NPS, which no model reads, is still tested. What is not listed is unknown."""
    group = profile("W2", {SUPPORT: cause(90), STAFF: cause(40)})
    reference = profile("W1", {SUPPORT: cause(10)}, model="older", nps=nps(10, 10, 180))
    benchmark = compare(AGAINST, group, reference)
    rate = row(benchmark, SUPPORT).rate
    assert rate
    assert (rate.value, rate.reference, rate.q_value, rate.significant) == (0.45, 0.05, None, False)
    assert row(benchmark, STAFF).rate is None
    assert benchmark.nps
    assert benchmark.nps.significant
    assert note_keys(benchmark) >= {"benchmark_other_model", "benchmark_unlisted"}


def test_reviews_without_scores_are_compared_by_rates_alone() -> None:
    """Without NPS in one of the groups there are no points and no NPS to compare."""
    group = profile("W2", {SUPPORT: replace(cause(90), points=None)}, nps=None)
    benchmark = compare(AGAINST, group, profile("W1", {SUPPORT: cause(10)}))
    rate = row(benchmark, SUPPORT).rate
    assert rate
    assert rate.significant
    assert (row(benchmark, SUPPORT).points, benchmark.nps) == (None, None)
    assert note_keys(benchmark) == {"benchmark_no_nps"}


def test_without_the_number_of_comments_there_are_no_rates() -> None:
    """An anonymous report may hide how many wrote; points and NPS are still compared."""
    group = profile("W2", {SUPPORT: cause(90)}, with_comment=None, hides_small_groups=True)
    benchmark = compare(AGAINST, group, profile("W1", {SUPPORT: cause(40)}))
    assert row(benchmark, SUPPORT).rate is None
    assert row(benchmark, SUPPORT).points
    assert benchmark.nps
    assert note_keys(benchmark) == {"benchmark_no_base"}


def test_complaints_and_praise_of_one_theme_are_two_rows() -> None:
    """A theme that is blamed and praised is compared on each side with its own counterpart."""
    both = {(Polarity.NEGATIVE, STAFF): cause(20), (Polarity.POSITIVE, STAFF): cause(80)}
    benchmark = compare(AGAINST, profile("W2", {}, causes=both), profile("W1", {STAFF: cause(20)}))
    assert [(each.polarity, each.rate and each.rate.reference) for each in benchmark.causes] == [
        ("negative", 0.1),
        ("positive", 0.0),
    ]


def test_two_empty_rankings_have_no_rows() -> None:
    """Nothing to compare is no error."""
    benchmark = compare(AGAINST, profile("W2", {}), profile("W1", {}))
    assert (benchmark.causes, benchmark.notes) == ((), ())
