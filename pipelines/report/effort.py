"""What to fix first: recoverable points divided by the effort that people have set for an issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from saywhy.errors import InvalidInput, NotFound
from saywhy.estimate import Estimate
from saywhy.issue import Issue
from saywhy.report import Report

#: Days of work that a size stands for.
SIZES = {"S": 2.0, "M": 10.0, "L": 40.0}

#: An effort is at least some minutes, so that points per day stay finite, and less than this. Set by hand.
MIN_DAYS, MAX_DAYS = 0.01, 10_000.0

#: A quick win takes at most this many days.
QUICK_WIN_DAYS = 5.0


def parse_effort(effort: str) -> float | None:
    """The days of work: from S, M, L or a number of days; None for "none". Raises `InvalidInput`."""
    if effort.lower() == "none":
        return None
    try:
        days = SIZES.get(effort.upper()) or float(effort.replace(",", "."))
    except ValueError:
        days = 0.0
    if not MIN_DAYS <= days < MAX_DAYS:
        raise InvalidInput(f"effort {effort!r} is none of {', '.join(SIZES)}, a number of days from {MIN_DAYS:g}, none")
    return days


def find_cause(report: Report, name: str) -> str:
    """The key (`kind:id`) of the issue that the name matches: a key, an id or a label, in any case of letters.

    Raises `NotFound`, with the first issues that there are.
    """
    folded = name.casefold()
    for issue in report.issues:
        if folded in (str(issue.key).casefold(), issue.id.casefold(), issue.label.casefold()):
            return str(issue.key)
    known = ", ".join(str(issue.key) for issue in report.issues[:10]) or "none at all"
    raise NotFound(f"there is no cause {name!r} in the report; the first are: {known}")


def with_efforts(report: Report, efforts: Mapping[str, float]) -> Report:
    """The report with these efforts (days by `kind:id`) on its issues and with the board of issues to fix first.

    The board is ordered by the lower end of the interval of points per day, so that estimates with wide intervals do
    not lead. A quick win is a significant issue of at most `QUICK_WIN_DAYS` days.
    """
    issues = tuple(_with_effort(issue, efforts.get(str(issue.key))) for issue in report.issues)
    rates = [(issue.points_per_day, str(issue.key)) for issue in issues]
    board = sorted((-rate.low, -rate.value, key) for rate, key in rates if rate is not None)
    return replace(report, issues=issues, board=tuple(key for _, _, key in board))


def _with_effort(issue: Issue, days: float | None) -> Issue:
    if days is None:
        return replace(issue, effort_days=None, points_per_day=None, is_pebble=False)
    points_per_day = Estimate(issue.impact / days, issue.low / days, issue.high / days)
    is_quick_win = days <= QUICK_WIN_DAYS and issue.significant
    return replace(issue, effort_days=days, points_per_day=points_per_day, is_pebble=is_quick_win)
