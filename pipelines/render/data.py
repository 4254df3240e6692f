"""Writes a report as JSON for programs and as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal

from pipelines.render.wording import closest_language, printable
from saywhy.benchmark import CauseComparison
from saywhy.estimate import Estimate
from saywhy.issue import CauseKey, Issue
from saywhy.report import Report

#: Number of quotes of an issue, each in its own column.
QUOTE_COLUMNS = 3

COLUMNS = (
    "rank", "kind", "id", "label", "theme", "impact", "low", "high", "significant", "mentions", "detractors",
    "promoters", "leave_out", "leave_out_low", "leave_out_high", "shapley", "shapley_low", "shapley_high", "top_three",
    "audited_rate", "audited_impact", "audited_low", "audited_high", "effort_days", "lifetime_value", "revenue_at_risk",
    "is_new", "concentrated_in", "keywords", "languages", "waves",
    *(f"quote_{number}" for number in range(1, QUOTE_COLUMNS + 1)),
)  # fmt: skip

#: The further columns of a report with a benchmark; empty where the numbers of a cause are not compared.
BENCHMARK_COLUMNS = tuple(
    column.format(number)
    for number in ("rate", "points")
    for column in ("{}_here", "{}_there", "{}_difference", "{}_low", "{}_high", "{}_q_value", "{}_differs")
)

# Spreadsheets may run a cell as a formula if it begins like this, also after white space. Asian editions of Excel treat
# full-width forms alike.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def to_json(report: Report) -> str:
    """The report as JSON, with the fields of `saywhy.report`, indented by two spaces."""
    return json.dumps(encodable(asdict(report)), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def to_csv(report: Report, *, language: str = "en") -> str:
    """One row per issue, with the first quotes as columns; to be written as UTF-8 without newline translation.

    Made for Excel: it starts with a byte order mark, an apostrophe precedes text that would be run as a formula, and
    cells are separated by semicolons if the language has a decimal comma (German).
    """
    compared = _compared_complaints(report)
    rows = (
        [*_row(issue), *(_benchmark_row(compared.get(issue.key)) if report.benchmark else ())]
        for issue in report.issues
    )
    return table_csv(COLUMNS + (BENCHMARK_COLUMNS if report.benchmark else ()), rows, language=language)


def table_csv(
    columns: Iterable[str], rows: Iterable[Iterable[object]], *, language: str = "en", decimals: int | None = 4
) -> str:
    """Any table as CSV like that of `to_csv`; None is an empty cell, and floats have at most so many `decimals`, or all
    that tell them apart.
    """
    has_decimal_comma = closest_language(language) == "de"
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if has_decimal_comma else ",")
    writer.writerow(map(escape_formula, columns))
    for row in rows:
        writer.writerow(_cell(value, decimal_comma=has_decimal_comma, decimals=decimals) for value in row)
    return "\ufeff" + buffer.getvalue()


def _row(issue: Issue) -> Iterable[object]:
    """The values of an issue in the order of `COLUMNS`."""
    quotes = [quote.text for quote in issue.quotes[:QUOTE_COLUMNS]]
    yield from (issue.rank, issue.kind, issue.id, issue.label, issue.theme, issue.impact, issue.low, issue.high)
    yield from (issue.significant, issue.mentions, issue.detractors, issue.promoters)
    audited = issue.audited
    yield from (*_with_interval(issue.leave_out), *_with_interval(issue.shapley), issue.top_three)
    yield from (audited.rate.value, *_with_interval(audited.impact)) if audited else [None] * 4
    yield from (issue.effort_days, issue.stake.lifetime_value if issue.stake else None, issue.revenue_at_risk)
    yield from (issue.is_new, issue.concentrated_in, ", ".join(issue.keywords), ", ".join(issue.languages))
    yield ", ".join(f"{wave}: {mentions}" for wave, mentions in issue.waves)
    yield from quotes + [""] * (QUOTE_COLUMNS - len(quotes))


def _compared_complaints(report: Report) -> dict[CauseKey, CauseComparison]:
    causes = report.benchmark.causes if report.benchmark else ()
    return {cause.key: cause for cause in causes if cause.polarity == "negative"}


def _benchmark_row(cause: CauseComparison | None) -> Iterable[object]:
    """The values in the order of `BENCHMARK_COLUMNS`."""
    for compared in (cause.rate, cause.points) if cause else (None, None):
        if compared is None:
            yield from [None] * 7
        else:
            yield from (compared.value, compared.reference, *_with_interval(compared.difference))
            yield from (compared.q_value, compared.significant)


def _with_interval(estimate: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (estimate.value, estimate.low, estimate.high) if estimate else (None, None, None)


def _cell(value: object, *, decimal_comma: bool, decimals: int | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # Without an exponent, which spreadsheets read and people do not.
        text = format(Decimal(repr(float(value))), "f") if decimals is None else f"{value:.{decimals}f}"
        number = text.rstrip("0").rstrip(".") if "." in text else text
        return number.replace(".", ",") if decimal_comma else number
    if isinstance(value, int):
        return str(value)
    return escape_formula(str(value))


def escape_formula(text: str) -> str:
    """The text as a cell that spreadsheets do not run as a formula: an apostrophe precedes what looks like one."""
    text = printable(text)
    return f"'{text}" if _FORMULA.match(text) else text


def encodable(value: object) -> object:
    """The value with lone surrogates, which UTF-8 cannot encode, replaced by U+FFFD; offsets stay valid."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: encodable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [encodable(entry) for entry in value]
    return value
