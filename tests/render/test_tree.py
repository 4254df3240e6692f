"""The ranking as a tree: parts stand under their theme, numbered, with what is left of it."""

from __future__ import annotations

from dataclasses import replace

from pipelines.render.html import to_html
from pipelines.render.ranking import ranking
from pipelines.render.tree import trees
from pipelines.render.wording import Wording
from saywhy.code_frame import load_code_frame
from saywhy.estimate import Estimate, Impact
from saywhy.issue import CoNamed, Issue
from tests.builders.reports import FULL, INVOICES

REST = Impact("rest:0", 1.2, 0.3, 2.1, 22, 9, 3)
BILLING = replace(FULL.issues[1], rest=REST)
PART = replace(
    INVOICES,
    parent="theme:billing",
    among_commenters=Estimate(9.34, 6.4, 12.28),
    co_named=(CoNamed("topic:topic-4", 0.25), CoNamed("topic:suppressed", 0.2)),
)
ISSUES = (FULL.issues[4], PART, BILLING, replace(FULL.issues[2], parent="theme:suppressed"))


def numbered(*issues: Issue) -> list[tuple[str, str, str]]:
    """Number, kind and id of each row, the issues ranked in the order given."""
    ranked = [replace(issue, rank=rank) for rank, issue in enumerate(issues, 1)]
    return [(node.number, node.issue.kind, node.issue.id) for tree in trees(ranked) for node in tree]


def test_parts_follow_their_theme_with_the_rest_of_it() -> None:
    """A topic ranked above its theme stands below it; one whose theme is not in the ranking stands alone."""
    assert numbered(*ISSUES) == [
        ("1", "theme", "usability"),
        ("2", "theme", "billing"),
        ("2.1", "topic", "topic-17"),
        ("", "rest", "billing"),
        ("3", "topic", "topic-4"),
    ]


def test_the_costliest_row_is_in_the_first_tree() -> None:
    """A theme whose topic is first comes before a theme that ranks above the theme itself."""
    assert [row[0] for row in numbered(PART, FULL.issues[4], BILLING)] == ["1", "1.1", "", "2"]
    assert numbered(PART, FULL.issues[4], BILLING)[0][2] == "billing"


def test_a_cause_that_may_be_chance_is_folded() -> None:
    """It is among the further issues, with its number in the tree; the theme, sure causes and the rest are in sight."""
    unsure = replace(PART, id="topic-99", significant=False)
    ranked = tuple(replace(issue, rank=rank) for rank, issue in enumerate((BILLING, PART, unsure), 1))
    first, more = ranking("detractors", ranked, FULL, load_code_frame(), Wording("en")).tables
    assert [row.rank for row in first.rows] == ["1", "1.1", ""]
    assert [row.rank for row in more.rows] == ["1.2"]


def test_the_page_states_both_bases_the_rest_and_shared_clauses() -> None:
    """Points of all who scored beside those among who wrote; shared causes by label, suppressed ones not at all."""
    ranked = tuple(replace(issue, rank=rank) for rank, issue in enumerate(ISSUES, 1))
    page = to_html(replace(FULL, issues=ranked), load_code_frame())
    assert "of all who gave a score: 4.8 (3.3 to 6.3)" in page
    assert "among those who wrote: 9.3 (6.4 to 12.3)" in page
    assert "the rest</span>" in page
    assert "(25% of the clauses)" in page
    assert "topic:suppressed" not in page
