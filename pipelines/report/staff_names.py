"""Hides the names of employees in the quotes of a report, which is stored with them."""

from __future__ import annotations

from dataclasses import replace

from pipelines.clean.personal_data import masking
from pipelines.clean.personal_data.kinds import STAFF
from saywhy.issue import Issue, Quote
from saywhy.report import Report


def hide_staff_names(report: Report) -> Report:
    """The report with employees' names replaced by a placeholder in each quote."""
    return replace(report, issues=tuple(map(_hidden, report.issues)), delights=tuple(map(_hidden, report.delights)))


def _hidden(issue: Issue) -> Issue:
    return replace(issue, quotes=tuple(map(without_staff_names, issue.quotes)))


def without_staff_names(quote: Quote) -> Quote:
    """The quote with the names of employees replaced by a placeholder."""
    matches = [(start, end, STAFF) for start, end in quote.staff_names]
    text, [(start, end)] = masking.replace(quote.text, matches, [(quote.start, quote.end)])
    return replace(quote, text=text, start=start, end=end, staff_names=())
