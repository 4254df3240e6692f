"""The leave-out impact, its interval and the ranking of plain records."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.causes.from_records import rank_records
from pipelines.impact.leave_out import leave_out
from saywhy.errors import InvalidInput, ScoreOutOfRange

# Ten responses: 4 promoters, 2 passives, 4 detractors (NPS 0); 3 detractors and a passive name "queue".
# T = -75, E = (4 - 1)/6 = 50, so E - A = 50 = p·(E - T) = .4·125.
# Adjusted variances: inside 4591.84 (P' = .75/7, D' = 3.75/7), outside 6111.11 (P' = 4.75/9, D' = 1.75/9);
# error² = .16·(4591.84/4 + 6111.11/6) + 125²·.24/10 = 721.64.
QUEUE, EVERYONE = (0, 1, 3), (4, 2, 4)


def record(score: int | None, *named: str, polarity: str = "negative") -> dict[str, Any]:
    """One response that mentions these themes."""
    return {"score": score, "mentions": [{"theme": theme, "polarity": polarity} for theme in named]}


def queue_records() -> list[dict[str, Any]]:
    """The ten responses above."""
    return [record(score, "queue") for score in (0, 3, 6, 8)] + [record(score) for score in (5, 7, 9, 9, 10, 10)]


def test_agrees_with_a_hand_computation() -> None:
    """Impact and standard error are those worked by hand above."""
    impact, error = leave_out([QUEUE], EVERYONE)
    assert impact == pytest.approx([50])
    assert error == pytest.approx([721.64**0.5], abs=1e-3)


def test_ranks_records() -> None:
    """The same from records: positive means that it costs, and the interval is 1.96 errors wide on either side."""
    [found] = rank_records(queue_records())
    assert (found["theme"], found["n"], found["detractors"], found["promoters"]) == ("queue", 4, 3, 0)
    assert [found["leave_out"]["value"], found["shapley"]["value"]] == pytest.approx([50, 50])
    assert found["leave_out"]["low"] == pytest.approx(50 - 1.96 * 26.863, abs=1e-3)
    assert found["leave_out"]["high"] == 100  # cut: without them the NPS cannot be above 100
    assert 0 < found["impact"] < 50  # four mentions are few: pulled towards 0
    assert (found["few_mentions"], found["significant"]) == (True, False)


@pytest.mark.parametrize("cells", [(40, 60, 100, 110, 50, 40), (5, 10, 25, 150, 120, 90), (300, 50, 40, 400, 300, 200)])
def test_standard_error_agrees_with_a_bootstrap(cells: tuple[int, ...]) -> None:
    """Resampling whole responses 20,000 times gives the delta method's error within 4 %, for blame and for praise."""
    total = sum(cells)
    draws = np.random.default_rng(11).multinomial(total, np.array(cells) / total, size=20_000)
    bootstrapped, _ = leave_out(draws[:, :3], draws[:, :3] + draws[:, 3:])
    _, error = leave_out([cells[:3]], np.add(cells[:3], cells[3:]))
    assert error[0] == pytest.approx(bootstrapped.std(), rel=0.04)


def test_points_of_all_where_only_some_could_name_it() -> None:
    """With ten more who wrote nothing, the share that names it halves, and with it the points."""
    impact, error = leave_out([QUEUE], EVERYONE, responses=20)
    assert impact == pytest.approx([25])
    # .04·(4591.84/4 + 6111.11/6) + 125²·.16/20 = 211.66
    assert error == pytest.approx([211.66**0.5], abs=1e-3)


@pytest.mark.parametrize("share", [0.05, 0.4])
def test_interval_covers_the_truth_about_as_often_as_it_says(share: float) -> None:
    """Of 4,000 simulated surveys of 300 responses, 92 to 97 % have an interval that holds the true impact."""
    inside, outside = np.array([0.1, 0.3, 0.6]), np.array([0.5, 0.3, 0.2])
    truth = share * 100 * ((outside[0] - outside[2]) - (inside[0] - inside[2]))
    draws = np.random.default_rng(3).multinomial(300, np.append(share * inside, (1 - share) * outside), size=4000)
    draws = draws[draws[:, :3].sum(axis=1) > 0]
    impact, error = leave_out(draws[:, :3], draws[:, :3] + draws[:, 3:])
    assert 0.92 <= (np.abs(impact - truth) <= 1.96 * error).mean() <= 0.97


def test_a_response_counts_once_however_often_it_mentions() -> None:
    """Repeating a mention within a response changes nothing."""
    twice = [entry | {"mentions": entry["mentions"] * 2} for entry in queue_records()]
    assert rank_records(twice) == rank_records(queue_records())


def test_only_the_asked_polarity_counts() -> None:
    """Praise does not enter the ranking of blame, unless asked for; "any" takes both."""
    records = [*queue_records(), record(10, "staff", polarity="positive"), record(2, "staff", polarity="neutral")]
    assert [entry["theme"] for entry in rank_records(records)] == ["queue"]
    [staff] = rank_records(records, polarity="positive")
    assert (staff["theme"], staff["n"]) == ("staff", 1)
    assert staff["impact"] < 0  # praise by a promoter costs nothing: it adds
    assert {entry["theme"]: entry["n"] for entry in rank_records(records, polarity="any")} == {"queue": 4, "staff": 2}


def test_a_blank_score_has_no_part() -> None:
    """Score 0 counts as a detractor, a blank one not at all."""
    assert rank_records([*queue_records(), record(None, "queue")]) == rank_records(queue_records())
    assert rank_records([record(0, "queue"), record(10)])[0]["detractors"] == 1


def test_noise_does_not_lead() -> None:
    """A theme that two angry people name costs more per head, but a sure cause leads."""
    records = [record(0, "rare")] * 2 + [record(3, "sure")] * 60 + [record(8, "sure")] * 20 + [record(9)] * 118
    assert [entry["theme"] for entry in rank_records(records)] == ["sure", "rare"]


def test_a_sure_cause_leads_one_of_two_minds() -> None:
    """A cause named by people of two minds, which could as well cost nothing, comes after one that is certain."""
    others = [record(10)] * 45 + [record(8)] * 30 + [record(0)] * 25
    named = [record(0, "split")] * 15 + [record(10, "split")] * 10 + [record(0, "clear")] * 12
    first, second = rank_records(named + others)
    assert (first["theme"], second["theme"]) == ("clear", "split")
    assert first["n"] < second["n"]
    assert (first["significant"], second["significant"]) == (True, False)


def test_named_by_all_has_nobody_to_compare_with() -> None:
    """The impact is 0 and the interval is everything that is possible: NPS -50 could be -100 … 100 elsewhere."""
    [found] = rank_records([record(0, "all"), record(7, "all")])
    assert (found["impact"], found["low"], found["high"], found["significant"]) == (0, -50, 150, False)


def test_one_response_one_mention() -> None:
    """One response gives an answer without a claim."""
    [found] = rank_records([record(0, "only")])
    assert (found["n"], found["impact"], found["significant"]) == (1, 0, False)


def test_all_promoters_make_nothing_significant() -> None:
    """Where everyone is a promoter nothing costs anything, and the intervals say so without collapsing."""
    found = rank_records([record(10, "a")] * 5 + [record(9, "b")] * 40 + [record(9)] * 10)
    assert [entry["impact"] for entry in found] == pytest.approx([0, 0], abs=0.05)
    assert all(entry["low"] < -0.5 < 0 <= entry["high"] for entry in found)


def test_nothing_in_nothing_out() -> None:
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
    """What cannot be read is refused, saying what and on which line."""
    with pytest.raises(error, match=message):
        rank_records([record(1), record(2), bad])


def test_a_polarity_that_does_not_exist_is_refused() -> None:
    """Asking for an unknown polarity names those that there are."""
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


@given(RECORDS, st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_holds_for_any_records(records: list[dict[str, Any]], shuffler: random.Random) -> None:
    """Whatever comes in: impacts are those of the definition, intervals hold them, order is by the lower end and does
    not depend on the input's, and everything is plain JSON.
    """
    found = rank_records(records)
    scored = [entry for entry in records if entry["score"] is not None]
    for entry in found:
        names = [any(mention["theme"] == entry["theme"] for mention in one["mentions"]) for one in scored]
        others = [one["score"] for one, named in zip(scored, names, strict=True) if not named]
        if others:
            expected = _nps(others) - _nps([one["score"] for one in scored])
            assert entry["leave_out"]["value"] == pytest.approx(expected, abs=1e-9)
        assert entry["n"] == sum(names) > 0
        assert -200 <= entry["low"] <= entry["impact"] + 1e-9
        assert entry["impact"] - 1e-9 <= entry["high"] <= 200
    assert [entry["low"] for entry in found] == sorted((entry["low"] for entry in found), reverse=True)
    shuffler.shuffle(records)
    assert rank_records(records) == found
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def _nps(scores: list[int]) -> float:
    return 100 * sum((score >= 9) - (score <= 6) for score in scores) / len(scores)
