"""The report as data: JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict

from pipelines.render.wording import closest_language, printable
from saywhy.estimate import Estimate
from saywhy.issue import Issue
from saywhy.report import Report

#: How many quotes of an issue get a column of their own.
QUOTE_COLUMNS = 3

COLUMNS = (
    "rank", "kind", "id", "label", "theme", "impact", "low", "high", "significant", "mentions", "detractors",
    "promoters", "leave_out", "leave_out_low", "leave_out_high", "shapley", "shapley_low", "shapley_high", "top_three",
    "audited_rate", "audited_impact", "audited_low", "audited_high", "effort_days", "lifetime_value", "revenue_at_risk",
    "is_new", "concentrated_in", "keywords", "languages", "waves",
    *(f"quote_{number}" for number in range(1, QUOTE_COLUMNS + 1)),
)  # fmt: skip

# A cell that begins like this, even after white space, may be run as a formula; Asian editions of Excel fold the
# full-width forms.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def to_json(report: Report) -> str:
    """The whole report, field by field as in `saywhy.report`; UTF-8 text, two spaces of indentation."""
    return json.dumps(_encodable(asdict(report)), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def to_csv(report: Report, *, language: str = "en") -> str:
    """One row an issue, the first quotes as columns, to be written as UTF-8 without further newline translation.

    Opens right in Excel: it starts with a byte order mark, text that would be run as a formula is preceded by an
    apostrophe, and where the language writes a decimal comma (German) the cells are separated by semicolons.
    """
    german = closest_language(language) == "de"
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if german else ",")
    writer.writerow(COLUMNS)
    for issue in report.issues:
        writer.writerow(_cell(value, decimal_comma=german) for value in _row(issue))
    return "\ufeff" + buffer.getvalue()


def _row(issue: Issue) -> Iterable[object]:
    """The values of an issue in the order of `COLUMNS`."""
    quotes = [quote.text for quote in issue.quotes[:QUOTE_COLUMNS]]
    yield from (issue.rank, issue.kind, issue.id, issue.label, issue.theme, issue.impact, issue.low, issue.high)
    yield from (issue.significant, issue.mentions, issue.detractors, issue.promoters)
    audited = issue.audited
    yield from (*_ends(issue.leave_out), *_ends(issue.shapley), issue.top_three)
    yield from (audited.rate.value, *_ends(audited.impact)) if audited else [None] * 4
    yield from (issue.effort_days, issue.stake.lifetime_value if issue.stake else None, issue.revenue_at_risk)
    yield from (issue.is_new, issue.concentrated_in, ", ".join(issue.keywords), ", ".join(issue.languages))
    yield ", ".join(f"{wave}: {mentions}" for wave, mentions in issue.waves)
    yield from quotes + [""] * (QUOTE_COLUMNS - len(quotes))


def _ends(found: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (found.value, found.low, found.high) if found else (None, None, None)


def _cell(value: object, *, decimal_comma: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        number = f"{value:.4f}".rstrip("0").rstrip(".")
        return number.replace(".", ",") if decimal_comma else number
    if isinstance(value, int):
        return str(value)
    return escape_formula(str(value))


def escape_formula(text: str) -> str:
    """The text as a cell of a CSV that no spreadsheet runs as a formula."""
    text = printable(text)
    return f"'{text}" if _FORMULA.match(text) else text


def _encodable(value: object) -> object:
    """The same value with each lone surrogate, which UTF-8 cannot hold, replaced by U+FFFD; offsets hold."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: _encodable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(entry) for entry in value]
    return value
