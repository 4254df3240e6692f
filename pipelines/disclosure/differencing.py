"""Differencing between publications: hides numbers that differ by 1 to 4 from those of an earlier report.

Someone who holds two reports on the same wave can subtract them. `publishable` hides groups that differ by so few
people. Here are the numbers: if six more people name a cause and four no longer do, they differ by two, and who sees
them cannot know that these two are ten people.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from pipelines.disclosure.comparisons import with_causes
from pipelines.disclosure.thresholds import is_disclosive
from saywhy.issue import CauseKey, Issue
from saywhy.report import Change, Report


class RankedCause(NamedTuple):
    """A cause in one of the two rankings of a report: as a complaint or as praise."""

    ranking: Literal["issues", "delights"]
    key: CauseKey


def against(report: Report, history: Sequence[Report], hidden: Collection[RankedCause] = ()) -> Report:
    """The report without numbers that differ by 1 to 4 people from the earlier reports on its wave, newest first.

    A cause is suppressed if its mentions, the respondents who do not name it, or among as many mentions the detractors,
    passives or promoters, differ by so few from the latest report that shows the cause; so are the causes in `hidden`.
    The tables of segments and of languages stay as they were published until all their groups can be shown again. None
    of this depends on the model version: the people stay the same. The findings are left as they are: the caller
    computes them again from the result.
    """
    if not history:
        return _without_causes(report, hidden)
    suppressed = {*hidden}
    earlier_rankings = [(_with_comment(earlier), _rankings(earlier)) for earlier in history]
    for cause, issue in _rankings(report).items():
        latest_with_cause = next(((n, ranking[cause]) for n, ranking in earlier_rankings if cause in ranking), None)
        if latest_with_cause is not None:
            with_comment_before, issue_before = latest_with_cause
            more_mentions = issue.mentions - issue_before.mentions
            more_others = _with_comment(report) - with_comment_before - more_mentions
            swapped = not more_mentions and _is_any_change_small(issue, issue_before)
            if is_disclosive(abs(more_mentions)) or is_disclosive(abs(more_others)) or swapped:
                suppressed.add(cause)
    segments = tuple(group for group in history[0].segments if not is_disclosive(group.nps.n))
    languages = tuple(entry for entry in history[0].languages if not is_disclosive(entry[1]))
    if {group.name for group in segments} - {group.name for group in report.segments}:
        report = replace(report, segments=segments)
    if dict(languages).keys() - dict(report.languages).keys():
        report = replace(report, languages=languages)
    return _without_causes(report, suppressed)


def suppressed_causes(report: Report, published: Report) -> set[RankedCause]:
    """The causes of a report that are not in its published version."""
    return {*_rankings(report)} - {*_rankings(published)}


def _without_causes(report: Report, suppressed: Collection[RankedCause]) -> Report:
    """The report without these causes in rankings, change, alerts and board; the ranks are closed up."""
    issues = [issue for issue in report.issues if RankedCause("issues", issue.key) not in suppressed]
    delights = [issue for issue in report.delights if RankedCause("delights", issue.key) not in suppressed]
    issue_keys = {issue.key for issue in issues}
    return replace(
        report,
        issues=tuple(replace(issue, rank=rank) for rank, issue in enumerate(issues, 1)),
        delights=tuple(replace(issue, rank=rank) for rank, issue in enumerate(delights, 1)),
        alerts=tuple(alert for alert in report.alerts if alert.key in issue_keys),
        board=tuple(key for key in report.board if CauseKey.parse(key) in issue_keys),
        change=report.change and _change_without(report.change, suppressed, {issue.label for issue in issues}),
    )


def _change_without(change: Change, suppressed: Collection[RankedCause], labels: Collection[str]) -> Change:
    kept = tuple(
        cause
        for cause in change.causes
        if RankedCause("issues" if cause.polarity == "negative" else "delights", cause.key) not in suppressed
    )
    return with_causes(change, kept, labels)


def _rankings(report: Report) -> dict[RankedCause, Issue]:
    issues = {RankedCause("issues", issue.key): issue for issue in report.issues}
    return issues | {RankedCause("delights", issue.key): issue for issue in report.delights}


def _is_any_change_small(issue: Issue, before: Issue) -> bool:
    changes = (
        issue.promoters - before.promoters,
        issue.passives - before.passives,
        issue.detractors - before.detractors,
    )
    return any(is_disclosive(abs(change)) for change in changes)


def _with_comment(report: Report) -> int:
    return report.nps_with_comment.n if report.nps_with_comment else 0
