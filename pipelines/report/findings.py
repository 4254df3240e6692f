"""The findings at the top of the report: five sentences from the numbers, each with its evidence.

The sentences are in pipelines/render/wording/. They tell what goes along with what, never what brings it about.
"""

from __future__ import annotations

from collections.abc import Iterator

from saywhy.issue import Issue
from saywhy.report import Finding, Report, Value

#: How many there are at most; the first that the numbers support, in the order below.
FINDINGS = 5


def findings(report: Report) -> tuple[Finding, ...]:
    """What a reader should take along. `values["issue"]` and `evidence` name issues as `kind:id`."""
    candidates = (*_score(report), *_complaints(report), *_news(report), *_places(report), *_praise(report))
    further = (*_money(report), *_second(report), *_segments(report), *_frequency(report))
    return (*candidates, *further)[:FINDINGS]


def _score(report: Report) -> Iterator[Finding]:
    nps, change = report.nps, report.change
    if nps is None:
        return
    values: dict[str, Value] = {"score": nps.score, "low": nps.low, "high": nps.high, "n": nps.n}
    if change is None:
        yield Finding("score", {**values}, ("nps",))
        return
    moved: dict[str, Value] = {
        "change": change.nps.value,
        "wave": change.before,
        "after": change.after,
        "visible": change.smallest_visible,
    }
    sure = change.p_value < 0.05
    yield Finding("score_moved" if sure else "score_steady", {**values, **moved}, ("nps", "change"))


def _complaints(report: Report) -> Iterator[Finding]:
    if report.nps is None:
        return
    sure = [issue for issue in report.issues if issue.significant]
    if sure:
        yield _on("complaint", sure[0], detractors=sure[0].detractors)
    elif report.issues:
        yield Finding("no_complaint", {"n": len(report.issues)}, ())


def _news(report: Report) -> Iterator[Finding]:
    """What came up, else what is named above its history, else the theme that moved the score most."""
    new = next((issue for issue in report.issues if issue.is_new), None)
    if new is not None:
        yield Finding("new", {"issue": str(new.key), "mentions": new.mentions}, (str(new.key),))
    elif report.alerts:
        alert = report.alerts[0]
        key = str(alert.key)
        yield Finding("alert", {"issue": key, "rate": alert.rate, "expected_rate": alert.expected}, (key, "alerts"))
    elif report.change is not None:
        for cause in report.change.causes:
            for part, name in ((cause.frequency, "oftener"), (cause.severity, "graver")):
                if part.low > 0 or part.high < 0:
                    values: dict[str, Value] = {
                        "issue": str(cause.key),
                        "change": part.value,
                        "wave": report.change.before,
                        "rate": cause.rate_after,
                        "before_rate": cause.rate_before,
                    }
                    yield Finding(name, {**values}, (str(cause.key), "change"))
                    return


def _places(report: Report) -> Iterator[Finding]:
    found = next((issue for issue in report.issues if issue.concentrated_in), None)
    if found is not None and found.concentrated_in is not None:
        yield Finding("concentrated", {"issue": str(found.key), "segment": found.concentrated_in}, (str(found.key),))


def _praise(report: Report) -> Iterator[Finding]:
    sure = next((issue for issue in report.delights if issue.significant), None)
    if sure is not None and report.nps is not None:
        yield _on("praise", sure, promoters=sure.promoters)


def _money(report: Report) -> Iterator[Finding]:
    found = max(report.issues, key=lambda issue: issue.revenue_at_risk or 0.0, default=None)
    if found is not None and found.revenue_at_risk:
        yield Finding("money", {"issue": str(found.key), "revenue": found.revenue_at_risk}, (str(found.key),))


def _second(report: Report) -> Iterator[Finding]:
    sure = [issue for issue in report.issues if issue.significant]
    others = [issue for issue in sure[1:] if issue.kind == "theme" or issue.theme != sure[0].theme]
    if others and report.nps is not None:
        yield _on("second", others[0], detractors=others[0].detractors)


def _segments(report: Report) -> Iterator[Finding]:
    """The segment that scores lowest, where that cannot be chance."""
    if report.nps is None:
        return
    lower = [group for group in report.segments if group.nps.high < report.nps.low]
    if lower:
        lowest = min(lower, key=lambda group: (group.nps.score, group.name))
        values: dict[str, Value] = {
            "segment": lowest.name,
            "score": lowest.nps.score,
            "low": lowest.nps.low,
            "high": lowest.nps.high,
        }
        yield Finding("segment", {**values}, ("segments",))


def _frequency(report: Report) -> Iterator[Finding]:
    """What is named most, of complaints and of praise."""
    for key, issues in (("most_blamed", report.issues), ("most_praised", report.delights)):
        themes = [issue for issue in issues if issue.kind == "theme"]
        if themes:
            most = max(themes, key=lambda issue: issue.mentions)
            yield Finding(key, {"issue": str(most.key), "mentions": most.mentions}, (str(most.key),))


def _on(name: str, issue: Issue, **people: int) -> Finding:
    values: dict[str, Value] = {
        "issue": str(issue.key),
        "impact": issue.impact,
        "low": issue.low,
        "high": issue.high,
        **people,
    }
    return Finding(name, {**values}, (str(issue.key),))
