"""The evidence of a cause: quotes by score group with the clause marked, and the customers who name it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.errors import NoFollowUp
from saywhy.feedback import Comment, Customer, Group, Response, Score
from saywhy.issue import CauseKey
from saywhy.store import Engine
from service.evidence import Cause, CauseCustomers, CauseQuote, read_evidence
from tests.builders.exported_survey import BLAME, fill

SLOW = Cause(CauseKey("topic", "slow"), Polarity.NEGATIVE)
SUPPORT = Cause(CauseKey("theme", "support"), Polarity.NEGATIVE)


def blame(engine: Engine, number: int, score: int, customer: Customer | None = None) -> None:
    """Somebody else who wrote the same complaint."""
    with engine.begin() as connection:
        response = Response("test", f"more-{number}", Score(score), Comment(BLAME, "en"), wave="W2", customer=customer)
        store.responses.save(connection, store.workspaces.ensure(connection, "acme"), [response])


def read_quotes(
    engine: Engine, cause: Cause, wave: str = "all", limit: int = 5
) -> Mapping[Group, Sequence[CauseQuote]]:
    """The quotes of each group."""
    return read_evidence(engine, "acme", cause, wave, quotes=limit, customers=0).quotes


def read_customers(engine: Engine, cause: Cause, *, limit: int = 5, with_personal_data: bool = False) -> CauseCustomers:
    """The accounts that name a cause."""
    evidence = read_evidence(engine, "acme", cause, quotes=0, customers=limit, with_personal_data=with_personal_data)
    return evidence.customers


@pytest.mark.parametrize("cause", [SLOW, SUPPORT])
def test_quotes_mark_the_clause_and_mask_the_rest(engine: Engine, cause: Cause) -> None:
    """Of a topic and of its theme; each text once in a group, with personal data masked."""
    fill(engine)
    blame(engine, 1, 1)
    blame(engine, 2, 9)
    quotes = read_quotes(engine, cause, limit=5)
    assert {group: len(of_group) for group, of_group in quotes.items()} == {
        Group.DETRACTOR: 1,
        Group.PASSIVE: 0,
        Group.PROMOTER: 1,
    }
    [detractor] = quotes[Group.DETRACTOR]
    quote = detractor.quote
    assert quote.text[quote.start : quote.end] in ("Slow replies.", "nobody answers the phone")
    assert "jo.miller" not in quote.text
    assert (quote.score, quote.wave, detractor.comment) == (1, "W2", Comment(BLAME).content_hash)
    in_first = read_quotes(engine, cause, "W1", limit=5)[Group.DETRACTOR]
    assert [each.quote.score for each in in_first] == [2]


def test_quotes_are_of_the_polarity_that_is_asked_for(sqlite_engine: Engine) -> None:
    """Nobody praises what all complain of, and a topic that is not there has none."""
    fill(sqlite_engine)
    for cause in (
        Cause(SUPPORT.key, Polarity.POSITIVE),
        Cause(SLOW.key, Polarity.POSITIVE),
        Cause(CauseKey("topic", "gone"), Polarity.NEGATIVE),
    ):
        assert not any(read_quotes(sqlite_engine, cause, limit=5).values())


def test_customers_with_most_revenue_come_first(engine: Engine) -> None:
    """Accounts with their answers; a person's name or address is shown only to who may see it."""
    fill(engine)
    blame(engine, 1, 3, Customer(account="Acme", revenue=Decimal(500)))
    blame(engine, 2, 6, Customer(account="Acme", revenue=Decimal(700)))
    blame(engine, 3, 0, Customer(account="Birch", revenue=Decimal(9000)))
    blame(engine, 4, 9, Customer(email="jo@x.example"))
    customers = read_customers(engine, SLOW, limit=2)
    assert (customers.accounts, customers.searched) == (3, None)
    assert [(each.account, each.answers, each.score, each.revenue) for each in customers.customers] == [
        ("Birch", 1, 0, Decimal(9000)),
        ("Acme", 2, 6, Decimal(700)),
    ]
    [*_, masked] = read_customers(engine, SLOW, limit=3).customers
    [*_, shown] = read_customers(engine, SLOW, limit=3, with_personal_data=True).customers
    assert (masked.account, shown.account) == (None, "jo@x.example")


def test_anonymous_workspaces_show_neither(sqlite_engine: Engine) -> None:
    """Single comments and customers are nobody's business there."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "acme"))
    with pytest.raises(NoFollowUp):
        read_quotes(sqlite_engine, SLOW)


def test_before_the_first_analysis_there_is_none(sqlite_engine: Engine) -> None:
    """And no error either."""
    with sqlite_engine.begin() as connection:
        store.workspaces.ensure(connection, "acme")
    assert read_quotes(sqlite_engine, SLOW, limit=5) == {}
    assert read_customers(sqlite_engine, SLOW, limit=5).customers == ()


def test_in_large_surveys_the_latest_responses_are_looked_at(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And how many they are is told."""
    monkeypatch.setattr("service.evidence.SEARCHED_FOR_CUSTOMERS", 2)
    fill(sqlite_engine)
    for number in range(3):
        blame(sqlite_engine, number, 3, Customer(account=f"Account {number}"))
    customers = read_customers(sqlite_engine, SLOW, limit=5)
    assert [each.account for each in customers.customers] == ["Account 1", "Account 2"]
    assert (customers.accounts, customers.searched) == (2, 2)


@pytest.mark.parametrize("cause", [SLOW, SUPPORT])
def test_quotes_of_a_group_are_found_behind_those_of_others(
    sqlite_engine: Engine, cause: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many of other groups came later; but not behind more of its own group than are looked at."""
    fill(sqlite_engine)
    everything = read_quotes(sqlite_engine, cause)
    blame(sqlite_engine, 1, 9)
    blame(sqlite_engine, 2, 10)
    monkeypatch.setattr("service.evidence.SEARCHED_FOR_CUSTOMERS", 1)
    quotes = read_quotes(sqlite_engine, cause)
    assert quotes[Group.DETRACTOR] == everything[Group.DETRACTOR] != ()
    assert [each.quote.score for each in quotes[Group.PROMOTER]] == [10]
    monkeypatch.setattr("service.evidence.SEARCHED", 0)
    assert not any(read_quotes(sqlite_engine, cause).values())
