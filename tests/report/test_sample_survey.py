"""The report on the sample survey that ships, with its ground truth as annotations."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime
from decimal import Decimal

import pytest

from saywhy.annotation import Polarity
from saywhy.code_frame import CodeFrame
from saywhy.feedback import Comment, Customer, Response, Score, Segment
from saywhy.issue import Issue
from saywhy.report import Report
from saywhy.sample import GROUND_TRUTH, SAMPLE
from tests.builders.answers import annotate, build_report

PRAISE = {"easy-to-use", "kind-onboarding", "clear-reports"}


@pytest.fixture(scope="module")
def sample() -> dict[str, Report]:
    """Reports on the sample survey, with its ground truth as annotations."""
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
    code_frame = CodeFrame(())  # without a code frame, the themes are those of the annotations
    return {
        wave: build_report(wave, responses, annotations, code_frame=code_frame)
        for wave in ("all", "2026-Q1", "2026-Q2")
    }


def test_sample_scores_are_those_documented(sample: dict[str, Report]) -> None:
    """NPS and groups of both waves agree with the sample's README, counted there by hand."""
    overall, first, second = (sample[wave].nps for wave in ("all", "2026-Q1", "2026-Q2"))
    assert overall is not None
    assert first is not None
    assert second is not None
    assert (overall.promoters, overall.passives, overall.detractors) == (283, 177, 330)
    assert [round(nps.score, 1) for nps in (overall, first, second)] == [-5.9, 2.1, -13.4]
    assert [(group.name, group.nps) for group in sample["2026-Q1"].waves] == [("2026-Q1", first), ("2026-Q2", second)]


def test_planted_causes_lead_in_the_planted_order(sample: dict[str, Report]) -> None:
    """Costliest first, as planted; two with close impacts may swap ranks; the rarest is last and marked."""
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
    """The cause planted in the second wave only is new there and overall, and absent from the first."""
    for wave in ("all", "2026-Q2"):
        assert [issue.id for issue in sample[wave].issues if issue.is_new] == ["price-increase"]
    [issue] = [issue for issue in sample["all"].issues if issue.is_new]
    assert issue.waves == (("2026-Q1", 0), ("2026-Q2", 46))
    assert "price-increase" not in [issue.id for issue in sample["2026-Q1"].issues]
    assert not any(issue.is_new for issue in sample["2026-Q1"].issues)


def test_the_hidden_cause_is_found_in_its_industry(sample: dict[str, Report]) -> None:
    """The cause planted in one industry is concentrated there, in each wave and overall."""
    for report in sample.values():
        assert _issue(report, "scanner-disconnects").concentrated_in == "industry=Logistics"
        assert _issue(report, "double-charge").concentrated_in is None


def test_quotes_show_the_cause_in_several_languages(sample: dict[str, Report]) -> None:
    """Quotes are by detractors, in all four languages of the cause, each once, with the score and the segments."""
    for issue in sample["all"].issues[:5]:
        assert {quote.language for quote in issue.quotes} == {"en", "de", "zh-Hans", "zh-Hant"}
        assert len({quote.text for quote in issue.quotes}) == 4
        assert all(quote.score is not None and quote.score <= 6 for quote in issue.quotes)
        assert all(any(segment.startswith("industry=") for segment in quote.segments) for quote in issue.quotes)


def _issue(report: Report, key: str) -> Issue:
    return next(issue for issue in report.issues if issue.id == key)
