"""The ranking of plain records."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.causes.from_records import rank_records
from saywhy.errors import InvalidInput, ScoreOutOfRange


def record(score: int | None, *named: str, polarity: str = "negative") -> dict[str, Any]:
    """One response that mentions these themes."""
    return {"score": score, "mentions": [{"theme": theme, "polarity": polarity} for theme in named]}


def queue_records() -> list[dict[str, Any]]:
    """The ten responses whose numbers are worked by hand in tests/impact/test_leave_out.py."""
    return [record(score, "queue") for score in (0, 3, 6, 8)] + [record(score) for score in (5, 7, 9, 9, 10, 10)]


def test_ranks_records() -> None:
    """Numbers as worked by hand: positive means that it costs, the interval is 1.96 errors wide on either side."""
    [row] = rank_records(queue_records())
    assert (row["theme"], row["n"], row["detractors"], row["promoters"]) == ("queue", 4, 3, 0)
    assert [row["leave_out"]["value"], row["shapley"]["value"]] == pytest.approx([50, 50])
    assert row["leave_out"]["low"] == pytest.approx(50 - 1.96 * 26.863, abs=1e-3)
    assert row["leave_out"]["high"] == 100  # cut: without them the NPS cannot be above 100
    assert 0 < row["impact"] < 50  # four mentions are few: shrunk towards 0
    assert (row["few_mentions"], row["significant"]) == (True, False)


def test_a_response_counts_once_however_often_it_mentions() -> None:
    """Repeating a mention within a response changes nothing."""
    twice = [entry | {"mentions": entry["mentions"] * 2} for entry in queue_records()]
    assert rank_records(twice) == rank_records(queue_records())


def test_only_mentions_of_the_polarity_count() -> None:
    """Praise is not in the ranking of complaints; "any" ranks both."""
    records = [*queue_records(), record(10, "staff", polarity="positive"), record(2, "staff", polarity="neutral")]
    assert [entry["theme"] for entry in rank_records(records)] == ["queue"]
    [staff] = rank_records(records, polarity="positive")
    assert (staff["theme"], staff["n"]) == ("staff", 1)
    assert staff["impact"] < 0  # praise by a promoter costs nothing: it adds
    assert {entry["theme"]: entry["n"] for entry in rank_records(records, polarity="any")} == {"queue": 4, "staff": 2}


def test_a_blank_score_is_not_counted() -> None:
    """A score of 0 is a detractor; a blank one is not counted."""
    assert rank_records([*queue_records(), record(None, "queue")]) == rank_records(queue_records())
    assert rank_records([record(0, "queue"), record(10)])[0]["detractors"] == 1


def test_noise_does_not_lead() -> None:
    """A theme that two detractors name costs more per mention, but comes after a cause with a narrow interval."""
    records = [record(0, "rare")] * 2 + [record(3, "sure")] * 60 + [record(8, "sure")] * 20 + [record(9)] * 118
    assert [entry["theme"] for entry in rank_records(records)] == ["sure", "rare"]


def test_a_certain_cause_leads_an_uncertain_one() -> None:
    """A cause with an interval that contains 0, named by promoters too, comes after one with an interval above 0."""
    others = [record(10)] * 45 + [record(8)] * 30 + [record(0)] * 25
    named = [record(0, "split")] * 15 + [record(10, "split")] * 10 + [record(0, "clear")] * 12
    first, second = rank_records(named + others)
    assert (first["theme"], second["theme"]) == ("clear", "split")
    assert first["n"] < second["n"]
    assert (first["significant"], second["significant"]) == (True, False)


def test_named_by_all_has_no_comparison_group() -> None:
    """The impact is 0 and the interval the whole possible range: with NPS -50, others could have -100 … 100."""
    [row] = rank_records([record(0, "all"), record(7, "all")])
    assert (row["impact"], row["low"], row["high"], row["significant"]) == (0, -50, 150, False)


def test_one_response_one_mention() -> None:
    """One response gives a row that is not significant."""
    [row] = rank_records([record(0, "only")])
    assert (row["n"], row["impact"], row["significant"]) == (1, 0, False)


def test_all_promoters_make_nothing_significant() -> None:
    """Where everyone is a promoter the impacts are about 0, and the intervals keep a width above 0."""
    ranking = rank_records([record(10, "a")] * 5 + [record(9, "b")] * 40 + [record(9)] * 10)
    assert [entry["impact"] for entry in ranking] == pytest.approx([0, 0], abs=0.05)
    assert all(entry["low"] < -0.5 < 0 <= entry["high"] for entry in ranking)


def test_no_mentions_give_an_empty_ranking() -> None:
    """No records, no scores, or no mentions give an empty ranking."""
    assert rank_records([]) == rank_records([record(None, "a")]) == rank_records([record(3), record(9)]) == []


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        ({"mentions": []}, InvalidInput, 'line 3: "score" is missing'),
        ({"score": 3}, InvalidInput, 'line 3: "mentions" is missing'),
        ({"score": 11, "mentions": []}, ScoreOutOfRange, "line 3: score 11"),
        ({"score": -1, "mentions": []}, ScoreOutOfRange, "line 3: score -1"),
        ({"score": 9.5, "mentions": []}, ScoreOutOfRange, "line 3: score 9.5"),
        ({"score": float("nan"), "mentions": []}, ScoreOutOfRange, "line 3: score nan"),
        ({"score": True, "mentions": []}, InvalidInput, "line 3: score True is not a number"),
        ({"score": "9", "mentions": []}, InvalidInput, "line 3: score '9' is not a number"),
        ({"score": 9, "mentions": {"theme": "a"}}, InvalidInput, 'line 3: "mentions" must be a list'),
        ({"score": 9, "mentions": ["a"]}, InvalidInput, 'line 3: a mention needs a "theme"'),
        ({"score": 9, "mentions": [{"theme": "", "polarity": "negative"}]}, InvalidInput, 'needs a "theme"'),
        ({"score": 9, "mentions": [{"theme": "a", "polarity": "bad"}]}, InvalidInput, "polarity 'bad' is none of neg"),
        ({"score": 9, "mentions": [{"theme": "a"}]}, InvalidInput, "line 3: polarity None"),
        ([], InvalidInput, "line 3: expected an object"),
    ],
)
def test_a_bad_record_is_refused_with_its_line(bad: Any, error: type[Exception], message: str) -> None:
    """An invalid record raises an error that states the problem and the line."""
    with pytest.raises(error, match=message):
        rank_records([record(1), record(2), bad])


def test_a_polarity_that_does_not_exist_is_refused() -> None:
    """The error for an unknown polarity lists the valid ones."""
    with pytest.raises(InvalidInput, match="negative, neutral, positive, mixed, any"):
        rank_records([], polarity="angry")


def test_whole_floats_are_scores() -> None:
    """10.0, as many exports write it, is 10."""
    assert rank_records([record(0.0, "a"), record(10.0)]) == rank_records([record(0, "a"), record(10)])  # type: ignore[arg-type]


RECORDS = st.lists(
    st.builds(
        lambda score, named: record(score, *named),
        st.one_of(st.none(), st.integers(0, 10)),
        st.lists(st.sampled_from("abcde"), max_size=4),
    ),
    max_size=40,
)


@pytest.mark.slow
@given(RECORDS, st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_holds_for_any_records(records: list[dict[str, Any]], shuffler: random.Random) -> None:
    """For any records: leave-out impacts are as defined, intervals contain the impact, significant themes come first,
    by the lower end, the order is independent of that of the input, and everything is plain JSON.
    """
    ranking = rank_records(records)
    scored = [entry for entry in records if entry["score"] is not None]
    for entry in ranking:
        names = [any(mention["theme"] == entry["theme"] for mention in one["mentions"]) for one in scored]
        others = [one["score"] for one, named in zip(scored, names, strict=True) if not named]
        if others:
            expected = _nps(others) - _nps([one["score"] for one in scored])
            assert entry["leave_out"]["value"] == pytest.approx(expected, abs=1e-9)
        assert entry["n"] == sum(names) > 0
        assert -200 <= entry["low"] <= entry["impact"] + 1e-9
        assert entry["impact"] - 1e-9 <= entry["high"] <= 200
    lows = [round(entry["low"], 6) if entry["significant"] else 0 for entry in ranking]  # as the ranking does
    assert lows == sorted(lows, reverse=True)
    shuffler.shuffle(records)
    assert rank_records(records) == ranking
    assert json.loads(json.dumps(ranking, allow_nan=False)) == ranking


def _nps(scores: list[int]) -> float:
    return 100 * sum((score >= 9) - (score <= 6) for score in scores) / len(scores)
