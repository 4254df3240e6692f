"""Data quality: what the page says of reports, audits and imports."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.web.pages.quality.build import WaveCounts, quality
from models.annotator import Annotator
from saywhy.report import Counts
from saywhy.store.audits import AuditProgress
from tests.api.web.page_types import web_of
from tests.api.web.samples.imports import DONE
from tests.api.web.samples.quality import AGREEMENT
from tests.api.web.visitors import visitor
from tests.builders.followed_up import anonymous
from tests.builders.reports import FULL


def test_shares_are_of_what_they_say() -> None:
    """Scores and comments of responses, answers of comments; nothing of nothing is no share."""
    counts = Counts(responses=200, scored=150, comments=80, non_answers=20, duplicates=4)
    page = quality(
        FULL, [WaveCounts("W1", counts, 8), WaveCounts("W2", Counts(0, 0, 0, 0, 0), 0)], None, None, [], web_of()
    )
    assert page.report is not None
    first, second = page.report.waves
    assert (first.scored, first.commented, first.non_answers, first.duplicates, first.unknown) == (
        "75%", "40%", "25%", "5%", "10%",
    )  # fmt: skip
    assert (second.responses, second.scored, second.non_answers) == ("0", "–", "–")
    certain = page.report.certain
    assert certain is not None
    assert certain.detail.startswith(f"{sum(each.significant for each in FULL.issues)} of {len(FULL.issues)} ")


def test_imports_with_rejected_rows_are_listed() -> None:
    """With how many, and a link to the page that shows them."""
    [line] = quality(None, [], AuditProgress(1, 2, 3), None, [DONE], web_of()).imports
    assert (line.href, line.rejected) == ("/imports/jobs/1", "2 of 9 rows")


def test_agreement_is_shown_with_its_interval() -> None:
    """Of the kinds of which there is any."""
    labels = quality(FULL, [], None, AGREEMENT, [], web_of()).labels
    assert labels is not None
    assert [fact.value for fact in labels.agreement] == [
        "0.81 (0.77 to 0.85), of 1,200 labels by 3 people",
        "\N{MINUS SIGN}0.10, of 7 labels by 2 people",
    ]


def test_the_page_leads_to_a_comment_to_label(app_client: TestClient) -> None:
    """The correction of the comment of which the model is least sure, or of the audit sample."""
    assert "/quality/next?by=uncertain" in app_client.get("/quality").text
    for by in ("uncertain", "random"):
        page = app_client.get(f"/quality/next?by={by}")
        assert page.status_code == 200
        assert page.url.path.startswith("/comments/")
    assert app_client.get("/quality/next?by=luck").status_code == 422


def test_the_page_shows_an_analysed_survey(app_client: TestClient) -> None:
    """Its waves, how far the audit is, and the caveats of the report."""
    page = app_client.get("/quality").text
    assert ">W1</th>" in page
    assert "Comments labelled" in page
    assert "Impact is an association" in page


@pytest.mark.parametrize("is_anonymous", [True, False])
def test_before_an_analysis_there_is_nothing(
    sqlite_engine: Engine, annotator: Annotator, *, is_anonymous: bool
) -> None:
    """The page says so; where anonymity was promised, there is no audit."""
    if is_anonymous:
        anonymous(sqlite_engine)
    with visitor(sqlite_engine, annotator, None) as client:
        page = client.get("/quality").text
    assert "There is no report yet." in page
    assert ("promised anonymity" in page) == is_anonymous
