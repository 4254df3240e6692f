"""The wall of praise: quotes of the report, each once, masked."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.web.pages.praise.build import wall
from models.annotator import Annotator
from saywhy.code_frame import load_code_frame
from saywhy.issue import Quote
from tests.api.web.page_types import web_of
from tests.api.web.visitors import visitor
from tests.builders.followed_up import anonymous
from tests.builders.reports import RICH

FRAME = load_code_frame()


def test_each_quote_is_there_once_and_praise_of_employees_apart() -> None:
    """A theme does not repeat the quotes of its causes."""
    quote = Quote("Thanks to [staff name], all went well.", 0, 22, "en", 10)
    twice = tuple(replace(issue, quotes=(quote,)) for issue in RICH.delights[:2])
    page = wall(replace(RICH, delights=twice), ["all"], FRAME, web_of())
    assert [len(each.quotes) for each in page.praised] == [1]
    assert [each.clause for each in page.staff] == ["Thanks to [staff name]"]
    assert wall(replace(RICH, delights=()), ["all"], FRAME, web_of()).praised == ()


def test_the_wall_shows_an_analysed_survey(app_client: TestClient) -> None:
    """Of all waves or of one; one that is not there is not found."""
    assert "<h1>Wall of praise</h1>" in app_client.get("/praise").text
    assert '<option value="W1" selected>' in app_client.get("/praise?wave=W1").text
    assert app_client.get("/praise?wave=none").status_code == 404


def test_nothing_is_quoted_before_a_report_is_published(sqlite_engine: Engine, annotator: Annotator) -> None:
    """Also in an anonymous workspace that has responses."""
    anonymous(sqlite_engine)
    with visitor(sqlite_engine, annotator, None) as client:
        page = client.get("/praise").text
    assert "There is no report yet." in page
    assert "Great" not in page
