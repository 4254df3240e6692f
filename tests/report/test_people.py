"""Who names a cause of a report, what revenue is at risk, and which quotes are shown."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from saywhy.feedback import Comment, Customer, Response, Score, Segment
from saywhy.issue import Stake
from tests.builders.answers import SLOW, report_on, response, ten


def test_revenue_at_risk_counts_each_account_once() -> None:
    """Two detractors of one account and one of another: 300 + 50. The latest revenue of an account counts; passives who
    complain do not.
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
    """Detractors who name the cause and are marked as churned or at risk, in four languages."""

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


def test_personal_data_is_masked_and_the_clause_still_marked() -> None:
    """A quote contains no e-mail address, and its span still marks the clause."""
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
