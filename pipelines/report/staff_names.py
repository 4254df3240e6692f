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
    return replace(issue, quotes=tuple(map(_masked, issue.quotes)))


def _masked(quote: Quote) -> Quote:
    matches = [(start, end, STAFF) for start, end in quote.staff_names]
    text, [(start, end)] = masking.replace(quote.text, matches, [(quote.start, quote.end)])
    return replace(quote, text=text, start=start, end=end, staff_names=())
