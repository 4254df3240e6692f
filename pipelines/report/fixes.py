"""A report with what is said of fixes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipelines.causes.fixes import ordered
from pipelines.report.findings import findings
from saywhy.fix import FixOutcome
from saywhy.report import Report


def with_fixes(report: Report, outcomes: Iterable[FixOutcome]) -> Report:
    """The report with these outcomes in place of those that it has, and with the findings that follow."""
    report = replace(report, fixes=ordered(outcomes))
    return replace(report, findings=findings(report))
