"""The findings at the top of a report: at most five sentences from its numbers, each with its evidence.

A finding is a key and values; the sentences are in `pipelines/render/wording/`. They state associations, never causes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipelines.impact.multiple_testing import FALSE_DISCOVERY_RATE, q_values
from pipelines.impact.nps import nps, nps_change
from saywhy.estimate import Nps
from saywhy.fix import FixState
from saywhy.issue import Issue
from saywhy.note import Finding, Value
from saywhy.report import MIN_CLAIM, Report

#: How many findings there are at most: the first that the numbers support, in the order of `findings`.
MAX_FINDINGS = 5


def findings(report: Report) -> tuple[Finding, ...]:
    """The main results, most important first. `values["issue"]` and `evidence` name issues as `kind:id`."""
    candidates = (
        *_score(report),
        *_costliest_complaint(report),
        *_fixes(report),
        *_news(report),
        *_concentration(report),
        *_strongest_praise(report),
        *_revenue(report),
        *_second_complaint(report),
        *_lowest_segment(report),
        *_most_frequent(report),
    )
    return candidates[:MAX_FINDINGS]


def _score(report: Report) -> Iterator[Finding]:
    nps, change = report.nps, report.change
    if nps is None:
        return
    values: dict[str, Value] = {"score": nps.score, "low": nps.low, "high": nps.high, "n": nps.n}
    if change is None:
        yield Finding("score", values, ("nps",))
        return
    values |= {
        "change": change.nps.value,
        "wave": change.before,
        "after": change.after,
        "visible": change.smallest_visible,
    }
    key = "score_moved" if change.is_significant else "score_steady"
    yield Finding(key, values, ("nps", "change"))


def _costliest_complaint(report: Report) -> Iterator[Finding]:
    if report.nps is None:
        return
    significant = [issue for issue in report.issues if issue.significant]
    if significant:
        yield _impact_finding("complaint", significant[0], detractors=significant[0].detractors)
    elif report.issues:
        yield Finding("no_complaint", {"n": len(report.issues)}, ())


def _fixes(report: Report) -> Iterator[Finding]:
    """The first fix that has regressed, and the first that is verified."""
    for state, name in ((FixState.REGRESSED, "fix_regressed"), (FixState.VERIFIED, "fix_verified")):
        fix = next((outcome for outcome in report.fixes if outcome.state is state), None)
        if fix is not None and fix.after.rate is not None and fix.target is not None:
            values: dict[str, Value] = {
                "issue": fix.cause,
                "rate": fix.after.rate.value,
                "target_rate": fix.target,
                **({"wave": fix.wave} if fix.wave is not None else {"date": fix.date or ""}),
            }
            yield Finding(name, values, ("fixes",))


def _news(report: Report) -> Iterator[Finding]:
    """A new issue; else the first alert; else the theme with the largest contribution to the change."""
    new = next((issue for issue in report.issues if issue.is_new), None)
    if new is not None:
        yield Finding("new", {"issue": str(new.key), "mentions": new.mentions}, (str(new.key),))
    elif report.alerts:
        alert = report.alerts[0]
        key = str(alert.key)
        yield Finding("alert", {"issue": key, "rate": alert.rate, "expected_rate": alert.expected}, (key, "alerts"))
    elif report.change is not None and not report.change.is_small:
        for cause in report.change.causes:
            parts = ((cause.frequency, cause.frequency_q, "oftener"), (cause.severity, cause.severity_q, "graver"))
            for part, q_value, name in parts:
                if q_value <= FALSE_DISCOVERY_RATE:
                    values: dict[str, Value] = {
                        "issue": str(cause.key),
                        "change": part.value,
                        "wave": report.change.before,
                        "rate": cause.rate_after,
                        "before_rate": cause.rate_before,
                    }
                    yield Finding(name, values, (str(cause.key), "change"))
                    return


def _concentration(report: Report) -> Iterator[Finding]:
    for issue in report.issues:
        if issue.concentrated_in:
            key = str(issue.key)
            yield Finding("concentrated", {"issue": key, "segment": issue.concentrated_in}, (key,))
            return


def _strongest_praise(report: Report) -> Iterator[Finding]:
    delight = next((issue for issue in report.delights if issue.significant), None)
    if delight is not None and report.nps is not None:
        yield _impact_finding("praise", delight, promoters=delight.promoters)


def _revenue(report: Report) -> Iterator[Finding]:
    """The issue with the most revenue at risk."""
    issue = max(report.issues, key=lambda issue: issue.revenue_at_risk or 0.0, default=None)
    if issue is not None and issue.revenue_at_risk:
        yield Finding("money", {"issue": str(issue.key), "revenue": issue.revenue_at_risk}, (str(issue.key),))


def _second_complaint(report: Report) -> Iterator[Finding]:
    """The next significant issue that is not a topic in the theme of the first."""
    significant = [issue for issue in report.issues if issue.significant]
    others = [issue for issue in significant[1:] if issue.kind == "theme" or issue.theme != significant[0].theme]
    if others and report.nps is not None:
        yield _impact_finding("second", others[0], detractors=others[0].detractors)


def _lowest_segment(report: Report) -> Iterator[Finding]:
    """The segment with the lowest NPS, of those that are significantly below all others.

    Each segment of at least `MIN_CLAIM` responses is tested against the responses outside it, with Benjamini and
    Hochberg's control over all of them.
    """
    if report.nps is None:
        return
    overall = report.nps
    large = [group for group in report.segments if min(group.nps.n, overall.n - group.nps.n) >= MIN_CLAIM]
    tests = [nps_change(_outside(group.nps, overall), group.nps) for group in large]
    q = q_values(np.array([p_value for _, p_value in tests])).tolist()
    lower = [
        group
        for group, (difference, _), q_value in zip(large, tests, q, strict=True)
        if q_value <= FALSE_DISCOVERY_RATE and difference.value < 0
    ]
    if lower:
        lowest = min(lower, key=lambda group: (group.nps.score, group.name))
        values: dict[str, Value] = {
            "segment": lowest.name,
            "score": lowest.nps.score,
            "low": lowest.nps.low,
            "high": lowest.nps.high,
        }
        yield Finding("segment", values, ("segments",))


def _outside(group: Nps, overall: Nps) -> Nps:
    counts = ((part.promoters, part.passives, part.detractors) for part in (overall, group))
    # Of the responses outside only the counts are known: their design effect is taken to be that of all.
    others = (whole - inside for whole, inside in zip(*counts, strict=True))
    return nps(*others, design_effect=overall.design_effect)


def _most_frequent(report: Report) -> Iterator[Finding]:
    """The theme that most responses name, as a complaint and as praise."""
    for key, issues in (("most_blamed", report.issues), ("most_praised", report.delights)):
        themes = [issue for issue in issues if issue.kind == "theme"]
        if themes:
            most = max(themes, key=lambda issue: issue.mentions)
            yield Finding(key, {"issue": str(most.key), "mentions": most.mentions}, (str(most.key),))


def _impact_finding(name: str, issue: Issue, **people: int) -> Finding:
    """A finding on the points that an issue costs or adds; `people` is the group that names it, with its size."""
    values: dict[str, Value] = {
        "issue": str(issue.key),
        "impact": issue.impact,
        "low": issue.low,
        "high": issue.high,
        **people,
    }
    return Finding(name, values, (str(issue.key),))
