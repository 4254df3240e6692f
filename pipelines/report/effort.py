"""What to mend first: recoverable points against the effort that people have set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from saywhy.errors import InvalidInput, NotFound
from saywhy.estimate import Estimate
from saywhy.issue import Issue
from saywhy.report import Report

#: Days of work that the sizes stand for.
SIZES = {"S": 2.0, "M": 10.0, "L": 40.0}

#: A pebble takes no more days than this.
SMALL_EFFORT = 5.0


def days(effort: str) -> float | None:
    """The days that an effort stands for: S, M, L, a number of days, or "none" (None). Raises `InvalidInput`."""
    if effort.lower() == "none":
        return None
    try:
        found = SIZES.get(effort.upper()) or float(effort.replace(",", "."))
    except ValueError:
        found = 0.0
    if not 0 < found < 10_000:
        raise InvalidInput(f"effort {effort!r} is none of {', '.join(SIZES)}, a number of days above 0, none")
    return found


def cause_of(report: Report, name: str) -> str:
    """The issue that a name means, as `kind:id`: that, an id, or a label. Raises `NotFound` with what there is."""
    wanted = name.casefold()
    for issue in report.issues:
        if wanted in (str(issue.key).casefold(), issue.id.casefold(), issue.label.casefold()):
            return str(issue.key)
    known = ", ".join(str(issue.key) for issue in report.issues[:10]) or "none at all"
    raise NotFound(f"there is no cause {name!r} in the report; the first are: {known}")


def weigh(report: Report, efforts: Mapping[str, float]) -> Report:
    """The report with the efforts (days by `kind:id`) on its issues, and the board in their order.

    By points per day at the least: the lower end of the interval over the days, so that noise does not lead. A pebble
    is an issue of at most `SMALL_EFFORT` days that is significant.
    """
    issues = tuple(_weighed(issue, efforts.get(str(issue.key))) for issue in report.issues)
    board = [(issue.points_per_day, str(issue.key)) for issue in issues]
    order = sorted((-weight.low, -weight.value, key) for weight, key in board if weight is not None)
    return replace(report, issues=issues, board=tuple(key for _, _, key in order))


def _weighed(issue: Issue, effort: float | None) -> Issue:
    if effort is None:
        return replace(issue, effort_days=None, points_per_day=None, is_pebble=False)
    weight = Estimate(issue.impact / effort, issue.low / effort, issue.high / effort)
    small = effort <= SMALL_EFFORT and issue.significant
    return replace(issue, effort_days=effort, points_per_day=weight, is_pebble=small)
