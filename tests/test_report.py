"""From responses and annotations to the report: numbers, marks, notes."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pytest

from pipelines.report import build_report
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.code_frame import CodeFrame, load_code_frame
from saywhy.errors import NothingToAnalyse, WaveNotFound
from saywhy.feedback import Comment, Customer, Response, Scale, Score, Segment
from saywhy.report import Estimate, Issue, Note, Report, Stake
from saywhy.sample import GROUND_TRUTH, SAMPLE
from saywhy.topic import Assignment, Topic

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
PRAISE = {"easy-to-use", "kind-onboarding", "clear-reports"}

Named = dict[str, tuple[str, Polarity]]  # words of the comment → theme, polarity


def annotate(comment: Comment, named: Sequence[tuple[int, int, str, Polarity]]) -> Annotation:
    """An annotation with these mentions; vectors differ by the words, as those of a model would."""

    def vector(text: str) -> bytes:
        drawn = np.random.default_rng(list(text.encode())).normal(size=16)
        return (drawn / np.linalg.norm(drawn)).astype("<f2").tobytes()

    return Annotation(
        model="test-1",
        sentiment=Sentiment(Polarity.NEGATIVE, -0.5, 0.9),
        themes=tuple(ThemeLabel(theme, polarity, 0.9) for _, _, theme, polarity in named),
        mentions=tuple(Mention(*found, 0.9) for found in named),
        clauses=tuple(Clause(*found, vector(comment.verbatim[found[0] : found[1]])) for found in named),
        vector=vector(comment.verbatim),
    )


def response(number: int, score: int | None, text: str | None = None, wave: str = "W1", **more: Any) -> Response:
    """One response; `text` is its comment."""
    scored = None if score is None else Score(score, more.pop("scale", Scale.NPS))
    comment = None if text is None else Comment(text, language=more.pop("language", "en"))
    return Response("test", str(number), scored, comment, wave=wave, **more)


def report_on(
    responses: Sequence[Response],
    named: Named | None = None,
    wave: str = "all",
    topics: Sequence[Topic] = (),
    assignments: Sequence[Assignment] = (),
) -> Report:
    """The report where every comment mentions the themes of the words that occur in it."""
    annotations = {}
    for comment in filter(None, (entry.comment for entry in responses)):
        places = [
            (comment.verbatim.index(words), comment.verbatim.index(words) + len(words), theme, polarity)
            for words, (theme, polarity) in (named or {}).items()
            if words in comment.verbatim
        ]
        annotations[comment.content_hash] = annotate(comment, places)
    return build_report(wave, responses, annotations, topics, assignments, load_code_frame(), "test-1", NOW)


def keys(report: Report) -> set[str]:
    """Which notes are on the report."""
    return {note.key for note in report.notes}


def of(estimate: Estimate | None) -> float:
    """The number itself."""
    assert estimate is not None
    return estimate.value


SLOW = {"slow support": ("support", Polarity.NEGATIVE), "lovely staff": ("staff", Polarity.POSITIVE)}


@pytest.fixture(scope="module")
def sample() -> dict[str, Report]:
    """Reports on the sample that ships where annotations are its planted truth."""
    causes = defaultdict(list)
    with GROUND_TRUTH.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            causes[row["Response ID"]].append(row["Cause"])
    responses, annotations = [], {}
    with SAMPLE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            score, text = next(row[name] for name in row if "0-10" in name), row["Why did you give this score?"]
            comment = Comment(text, row["Language"]) if text else None
            revenue = Decimal(row["Annual revenue"]) if row["Annual revenue"] else None
            responses.append(
                Response(
                    "sample",
                    row["Response ID"],
                    Score(int(score)) if score else None,
                    comment,
                    datetime.fromisoformat(row["Submitted At"]),
                    row["Wave"],
                    (Segment("industry", row["Industry"]), Segment("plan", row["Plan"])),
                    Customer(row["Customer ID"], account=row["Account"], revenue=revenue),
                )
            )
            if comment:
                annotations[comment.content_hash] = annotate(
                    comment,
                    [
                        (0, len(text), cause, Polarity.POSITIVE if cause in PRAISE else Polarity.NEGATIVE)
                        for cause in causes[row["Response ID"]]
                    ],
                )
    frame = CodeFrame(())  # themes that only the annotations know are taken from there
    return {
        wave: build_report(wave, responses, annotations, (), (), frame, "truth", NOW)
        for wave in ("all", "2026-Q1", "2026-Q2")
    }


def test_sample_scores_are_those_documented(sample: dict[str, Report]) -> None:
    """NPS and groups of both waves agree with the sample's README, counted there by hand."""
    overall, first, second = (sample[wave].nps for wave in ("all", "2026-Q1", "2026-Q2"))
    assert overall is not None
    assert first is not None
    assert second is not None
    assert (overall.promoters, overall.passives, overall.detractors) == (283, 177, 330)
    assert [round(found.score, 1) for found in (overall, first, second)] == [-5.9, 2.1, -13.4]
    assert [(group.name, group.nps) for group in sample["2026-Q1"].waves] == [("2026-Q1", first), ("2026-Q2", second)]


def test_planted_causes_lead_in_the_planted_order(sample: dict[str, Report]) -> None:
    """Costliest first, as planted; two close ones may change places, and the small one is last and marked."""
    issues = sample["all"].issues
    assert [(issue.id, issue.mentions, issue.detractors) for issue in issues[:3]] == [
        ("export-timeout", 90, 82),
        ("slow-support", 65, 60),
        ("price-increase", 46, 43),
    ]
    assert {issue.id for issue in issues[3:5]} == {"double-charge", "scanner-disconnects"}
    assert (issues[5].id, issues[5].mentions, issues[5].few_mentions) == ("date-format", 17, True)
    assert all(issue.significant for issue in issues[:5])
    assert sum(issue.top_three for issue in issues) == pytest.approx(3)
    assert [issue.rank for issue in issues] == [1, 2, 3, 4, 5, 6]
    assert {issue.id for issue in sample["all"].delights} == PRAISE
    assert all(delight.low > 0 for delight in sample["all"].delights)


def test_the_new_cause_and_only_that_is_new(sample: dict[str, Report]) -> None:
    """The cause that was planted in the second wave alone is new there and overall, and absent before."""
    for wave in ("all", "2026-Q2"):
        assert [issue.id for issue in sample[wave].issues if issue.is_new] == ["price-increase"]
    [issue] = [issue for issue in sample["all"].issues if issue.is_new]
    assert issue.waves == (("2026-Q1", 0), ("2026-Q2", 46))
    assert "price-increase" not in [issue.id for issue in sample["2026-Q1"].issues]
    assert not any(issue.is_new for issue in sample["2026-Q1"].issues)


def test_the_hidden_cause_is_found_in_its_industry(sample: dict[str, Report]) -> None:
    """The cause planted in one industry is said to be concentrated there, in each wave and overall."""
    for report in sample.values():
        assert _issue(report, "scanner-disconnects").concentrated_in == "industry=Logistics"
        assert _issue(report, "double-charge").concentrated_in is None


def test_quotes_prove_the_cause_in_several_languages(sample: dict[str, Report]) -> None:
    """Quotes are by detractors, in all four languages of the cause, each once, with the score and the segments."""
    for issue in sample["all"].issues[:5]:
        assert {quote.language for quote in issue.quotes} == {"en", "de", "zh-Hans", "zh-Hant"}
        assert len({quote.text for quote in issue.quotes}) == 4
        assert all(quote.score is not None and quote.score <= 6 for quote in issue.quotes)
        assert all(any(segment.startswith("industry=") for segment in quote.segments) for quote in issue.quotes)


def _issue(report: Report, key: str) -> Issue:
    return next(issue for issue in report.issues if issue.id == key)


def ten(number: int = 0, text: str = "slow support", wave: str = "W1", **more: Any) -> list[Response]:
    """Ten responses as in tests/test_impact.py: 3 detractors and a passive say `text`, the others another thing."""
    scores = [0, 3, 6, 8, 5, 7, 9, 9, 10, 10]
    texts = [f"{text} {place}" for place in range(4)] + [f"as expected {place}" for place in range(6)]
    pairs = enumerate(zip(scores, texts, strict=True), number)
    return [response(place, score, words, wave, **more) for place, (score, words) in pairs]


def test_points_are_those_of_all_scored_responses() -> None:
    """50 points among the ten who wrote are 25 of the NPS of twenty; ratings and blank scores have no part."""
    [alone] = report_on(ten(), SLOW).issues
    assert [of(alone.leave_out), of(alone.shapley)] == pytest.approx([50, 50])
    assert alone.few_mentions
    assert 0 < alone.impact < 50
    silent = [response(number, 9) for number in range(20, 30)]
    foreign = [response(40, None, "slow support a"), response(41, 1, "slow support b", scale=Scale.FIVE)]
    report = report_on([*ten(), *silent, *foreign], SLOW)
    [issue] = report.issues
    assert [of(issue.leave_out), of(issue.shapley)] == pytest.approx([25, 25])
    assert (issue.mentions, issue.detractors, issue.passives) == (4, 3, 1)
    assert (report.counts.responses, report.counts.scored) == (22, 21)
    assert report.nps is not None
    assert (report.nps.n, report.nps.score) == (20, 50)
    assert report.nps_with_comment is not None
    assert (report.nps_with_comment.n, report.nps_with_comment.score) == (10, 0)
    assert "two_bases" in keys(report)


def test_ratings_are_never_nps() -> None:
    """Scores on 1-5 give a mean and a top box, no NPS; causes are listed by frequency with nothing claimed."""
    scores, texts = [5, 5, 4, 1], ["lovely staff", "as expected", "slow support", "slow support again"]
    report = report_on(
        [response(place, *pair, scale=Scale.FIVE) for place, pair in enumerate(zip(scores, texts, strict=True))], SLOW
    )
    assert report.nps is None
    assert report.waves == report.segments == ()
    assert [asdict(rating) for rating in report.ratings] == [{"scale": "1-5", "n": 4, "mean": 3.75, "top_box": 0.5}]
    [issue] = report.issues
    assert (issue.id, issue.mentions, issue.impact, issue.low, issue.high) == ("support", 2, 0, -100, 100)
    assert issue.quotes[0].score is None
    assert issue.revenue_at_risk is None
    assert "no_nps" in keys(report)
    assert "no_impact" in keys(report)


def test_a_verdict_is_no_cause() -> None:
    """The theme `general`, and topics under it, are counted in a note and ranked nowhere."""
    named = SLOW | {"never again": ("general", Polarity.NEGATIVE)}
    responses = [*ten(), response(20, 0, "never again")]
    verdict = Topic("t9", "general", "never again", (), "negative", 1, b"")
    comment = responses[-1].comment
    assert comment is not None
    report = report_on(
        responses, named, topics=[verdict], assignments=[Assignment(comment.content_hash, 0, 11, "t9", 1)]
    )
    assert [issue.id for issue in report.issues] == ["support"]
    assert Note("verdicts", {"n": 1}) in report.notes


def test_topics_stand_beside_themes() -> None:
    """A topic is ranked by the same measure, counts only clauses of the polarity, and says which theme it is under."""
    responses = ten()
    topic = Topic("t1", "support", "days without an answer", ("slow", "support"), "negative", 3, b"")
    assignments = [
        Assignment(entry.comment.content_hash, 0, 12, "t1", 0.8) for entry in responses[:3] if entry.comment is not None
    ]
    report = report_on(responses, SLOW, topics=[topic], assignments=assignments)
    kinds = {(issue.kind, issue.id): issue for issue in report.issues}
    assert set(kinds) == {("theme", "support"), ("topic", "t1")}
    row = kinds["topic", "t1"]
    assert (row.label, row.theme, row.keywords) == ("days without an answer", "support", ("slow", "support"))
    assert (row.mentions, row.detractors) == (3, 3)
    assert of(row.leave_out) == pytest.approx(300 / 7)  # A = 0, E = (4 - 1)/7
    assert row.impact > 0
    assert report.delights == ()


def test_praise_and_blame_of_one_clause_count_on_both_sides() -> None:
    """A mixed mention is a complaint and praise; a neutral one is neither."""
    named = {"so-so": ("price", Polarity.MIXED), "as expected": ("quality", Polarity.NEUTRAL)}
    report = report_on(ten(text="so-so"), named)
    assert [issue.id for issue in report.issues] == [issue.id for issue in report.delights] == ["price"]
    assert of(report.issues[0].leave_out) == -of(report.delights[0].leave_out) == pytest.approx(50)
    assert report.issues[0].impact == pytest.approx(-report.delights[0].impact)  # nothing tells the two apart


def test_revenue_at_risk_counts_each_account_once() -> None:
    """Two detractors of one account and one of another: 300 + 50; an account's latest revenue counts, critics who are
    no detractors do not.
    """

    def customer(account: str, revenue: int | None) -> Customer:
        money = None if revenue is None else Decimal(revenue)
        return Customer(account=account, revenue=money, lifetime_value=None if money is None else 3 * money)

    day = [datetime(2026, 1, number) for number in range(1, 6)]  # without a zone, as some exports have it
    responses = [
        response(1, 0, "slow support a", customer=customer("A", 300), answered_at=day[4]),
        response(2, 2, "slow support b", customer=customer("A", 200), answered_at=day[1]),
        response(3, 6, "slow support c", customer=customer("B", 50)),
        response(4, 5, "slow support d", customer=customer("C", None)),
        response(5, 8, "slow support e", customer=customer("D", 1000)),
        response(6, 3, "as expected", customer=customer("E", 1000)),
        response(7, 10, "lovely staff"),
    ]
    report = report_on(responses, SLOW)
    assert report.issues[0].revenue_at_risk == 350
    # Four of the five detractors complain, of the accounts A, B and C.
    assert report.issues[0].stake == Stake(share=0.8, accounts=3, leaving=None, revenue=350, lifetime_value=1050)
    assert report.delights[0].stake == Stake(share=1, accounts=None, leaving=None, revenue=0, lifetime_value=0)
    assert report.delights[0].revenue_at_risk is None
    assert report_on(ten(), SLOW).issues[0].revenue_at_risk is None  # nobody's revenue is known


def test_customers_who_leave_are_counted() -> None:
    """Detractors who name the cause and are marked as churned or at risk, in the words of four languages."""

    def marked(number: int, score: int, dimension: str, value: str) -> Response:
        return response(number, score, f"slow support {number}", segments=(Segment(dimension, value),))

    responses = [
        marked(1, 0, "Customer status", "At risk"),
        marked(2, 3, "Kundenstatus", "gekündigt"),
        marked(3, 3, "客户状态", "已流失"),
        marked(4, 3, "churned", "yes"),
        marked(5, 3, "churned", "no"),
        marked(6, 8, "churned", "yes"),
        marked(7, 2, "status", "active"),
    ]
    stake = report_on(responses, SLOW).issues[0].stake
    assert stake is not None
    assert stake.leaving == 4


def test_new_needs_more_than_an_accident() -> None:
    """Four mentions in the second of two equal waves may be chance; twenty with one stray before are new."""
    quiet = [response(number, 9, f"as expected {number}") for number in range(100)]
    later = [response(number, 9, f"as expected {number}", "W2") for number in range(100, 200)]
    few = [response(number, 2, f"slow support {number}", "W2") for number in range(300, 304)]
    many = [response(number, 2, f"slow support {number}", "W2") for number in range(300, 320)]
    stray = response(400, 2, "slow support stray", "W1")
    assert not report_on([*quiet, *later, *few], SLOW).issues[0].is_new
    assert report_on([*quiet, *later, *many, stray], SLOW).issues[0].is_new
    assert not report_on([*quiet, *later, *many, stray], SLOW, wave="W1").issues[0].is_new


def test_waves_go_by_time_not_by_name() -> None:
    """A wave is as old as its first answer; undated waves come last, by name."""
    dated = {"Spring": 3, "Autumn": 9, "Late": None, "Early": None}
    responses = [
        response(number, 9, "fine", wave, answered_at=month and datetime(2026, month, 1, tzinfo=UTC))
        for number, (wave, month) in enumerate(dated.items())
    ]
    assert [group.name for group in report_on(responses).waves] == ["Spring", "Autumn", "Early", "Late"]


def test_segments_need_few_enough_values_and_many_tests_find_nothing_by_themselves() -> None:
    """A dimension of 60 values is named in a note and not shown; noise over 40 segments yields no concentration."""
    generator = np.random.default_rng(5)
    responses = [
        response(
            number,
            int(generator.integers(0, 11)),
            f"slow support {number}" if generator.random() < 0.2 else f"as expected {number}",
            segments=(Segment("branch", str(number % 60)), Segment("shop", str(generator.integers(40)))),
        )
        for number in range(600)
    ]
    report = report_on(responses, SLOW)
    assert {group.name.split("=")[0] for group in report.segments} == {"shop"}
    assert sum(group.nps.n for group in report.segments) == 600
    assert Note("dropped", {"names": ("branch",)}) in report.notes
    assert report.issues[0].concentrated_in is None


def test_personal_data_is_masked_and_the_clause_still_marked() -> None:
    """What a quote shows has no e-mail address in it, and its span still is the clause."""
    text = "Write to jo.doe@example.com, as there is slow support since May"
    [issue] = report_on([response(1, 0, text), *ten(10, "nothing")], SLOW).issues
    [quote] = issue.quotes
    assert "jo.doe" not in quote.text
    assert quote.text[quote.start : quote.end] == "slow support"


def test_repeated_comments_are_counted_and_quoted_once() -> None:
    """The same words by two people are two mentions, one duplicate and one quote; so are near duplicates."""
    text = "slow support, three days for one line"
    original = Comment(text, "en")
    near = Comment(text + "!!", "en", duplicate_of=original.content_hash)
    responses = [response(1, 0, text), response(2, 2, text), *ten(10, "nothing")]
    responses.append(Response("test", "3", Score(1), near, wave="W1"))
    report = report_on(responses, SLOW)
    [issue] = report.issues
    assert (issue.mentions, len(issue.quotes), report.counts.duplicates) == (3, 1, 2)


def test_non_answers_are_counted_and_nothing_else() -> None:
    """A comment that is no answer is in the counts and not among those with a comment."""
    nothing = Response("test", "99", Score(3), Comment("n/a", is_answer=False), wave="W1")
    report = report_on([*ten(), nothing], SLOW)
    assert (report.counts.comments, report.counts.non_answers) == (11, 1)
    assert report.nps_with_comment is not None
    assert report.nps_with_comment.n == 10
    assert sum(count for _, count in report.languages) == sum(count for _, count in report.sentiment) == 10


def test_what_no_model_has_read_is_left_out_and_said() -> None:
    """An answer without annotation is not taken for one that names nothing."""
    annotated = ten()
    annotations = {
        entry.comment.content_hash: annotate(entry.comment, [(0, 4, "support", Polarity.NEGATIVE)] if place < 4 else [])
        for place, entry in enumerate(annotated)
        if entry.comment
    }
    unread = response(50, 0, "not read yet")
    report = build_report("all", [*annotated, unread], annotations, (), (), load_code_frame(), "test-1", NOW)
    assert of(report.issues[0].leave_out) == pytest.approx(50 * 10 / 11)
    assert Note("unread", {"n": 1}) in report.notes


@pytest.mark.parametrize(
    "responses",
    [
        [response(1, 0, "slow support")],
        [response(1, None)],
        [response(1, 9)],
        [response(number, 10, "slow support") for number in range(5)],
        [response(1, None, "slow support")],
    ],
)
def test_sparse_waves_give_a_sensible_report(responses: list[Response]) -> None:
    """One response, no score, no comment, promoters only, no scores: a report in plain JSON, nothing significant."""
    report = report_on(responses, SLOW)
    assert not any(issue.significant for issue in report.issues)
    assert orjson.loads(orjson.dumps(asdict(report)))["generated_at"] == "2026-07-01T12:00:00+00:00"


def test_refuses_what_is_not_there() -> None:
    """Without responses there is nothing to analyse, and an unknown wave is answered with those that there are."""
    with pytest.raises(NothingToAnalyse):
        report_on([])
    with pytest.raises(WaveNotFound, match=r"W3.*all, W1"):
        report_on(ten(), wave="W3")
