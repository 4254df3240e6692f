"""Customers: the list by health, and all that one said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from models.annotator import Annotator
from saywhy import store
from saywhy.access import Role
from saywhy.customer import CustomerAlert, HealthBand
from tests.api.web.test_follow_ups import HOSTILE, order
from tests.api.web.visitors import visitor
from tests.builders.followed_up import WORKSPACE, anonymous, answer, save

ACCOUNTS = ("Birch/Co", "Acme", "Cedar")


@pytest.fixture
def customers(sqlite_engine: Engine) -> Engine:
    """An account at risk, one to watch, one that is healthy, and a person without an account."""
    now = datetime.now(UTC)
    save(sqlite_engine, answer(1, 1, HOSTILE, account="Birch/Co", customer="b-1"), now=now - timedelta(days=3))
    save(sqlite_engine, answer(2, 5, "Slow. Call jo@x.example"), answer(3, 4, days_ago=90), now=now)
    save(sqlite_engine, answer(4, 10, account="Cedar", customer="c-3", revenue=12_000), now=now)
    return sqlite_engine


def test_the_worst_come_first(customers: Engine, annotator: Annotator) -> None:
    """With their health, open cases and revenue; a tab shows one band; whoever is looked for is opened."""
    with visitor(customers, annotator, Role.VIEWER) as viewer:
        page = viewer.get("/customers").text
        assert order(page, *ACCOUNTS) == ["Birch/Co", "Acme", "Cedar"]
        assert "1 overdue" in page
        assert "12,000" in page
        assert order(viewer.get("/customers?shown=healthy").text, *ACCOUNTS) == ["Cedar"]
        assert order(viewer.get("/customers?shown=watch_list").text, *ACCOUNTS) == ["Birch/Co", "Acme"]
        assert viewer.get("/customers", params={"name": " Birch/Co "}).url.path == "/customers/Birch/Co"
        assert viewer.get("/customers?shown=none").status_code == 422
        assert viewer.get("/customers?cursor=x").status_code == 400


def test_accounts_that_turned_are_shown(customers: Engine, annotator: Annotator) -> None:
    """The last one first, with where from and where to; the name of a person only where it may be known."""
    with customers.begin() as connection:
        workspace = store.workspaces.find(connection, WORKSPACE)
        worse = CustomerAlert("Acme", False, HealthBand.HEALTHY, HealthBand.WATCH, 60.0, datetime.now(UTC))
        better = CustomerAlert("jo@x.example", True, HealthBand.WATCH, HealthBand.HEALTHY, 90.0, datetime.now(UTC))
        store.customers.add_alerts(connection, workspace, [worse, better])
    with visitor(customers, annotator, Role.VIEWER) as viewer:
        page = viewer.get("/customers").text
        assert "from “Healthy” to “Watch”" in page
        assert "jo@x.example" not in page
    with visitor(customers, annotator, Role.ADMIN) as admin:
        assert 'href="/customers/jo%40x.example"' in admin.get("/customers").text


def test_a_customer_has_everything_on_one_page(customers: Engine, annotator: Annotator) -> None:
    """Answers, scores in time, health with its parts, cases; masked for those who may not see personal data."""
    with visitor(customers, annotator, Role.VIEWER) as viewer:
        page = viewer.get("/customers/Acme").text
        assert "Scores in order of time: 4, 5" in page
        assert 'href="/follow-ups/' in page
        assert "Health: Acme" in page
        assert "Slow." in page
        assert "x.example" not in page
        assert "Name c-1" not in page
        assert viewer.get("/customers/jo@x.example").status_code == 404
        assert viewer.get("/customers/nobody").status_code == 404
    with visitor(customers, annotator, Role.ADMIN) as admin:
        page = admin.get("/customers/Acme").text
        assert "jo@x.example" in page
        assert "Name c-1" in page


def test_what_customers_write_is_text(customers: Engine, annotator: Annotator) -> None:
    """Also on the page of an account with a slash in its name."""
    with visitor(customers, annotator, None) as client:
        page = client.get("/customers/Birch/Co").text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert" not in page
        assert "\u202e" not in page


def test_anonymous_workspaces_have_no_customers(sqlite_engine: Engine, annotator: Annotator) -> None:
    """Neither a list nor a page of one."""
    anonymous(sqlite_engine)
    with visitor(sqlite_engine, annotator, None) as client:
        for path in ("/customers", "/customers/c-1", "/customers/Acme"):
            refused = client.get(path)
            assert (refused.status_code, "promised" in refused.text) == (409, True)
