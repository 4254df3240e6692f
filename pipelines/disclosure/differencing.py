"""Differencing between publications: hides what changed by 1 to 4 people since an earlier report.

Someone who holds two reports on the same wave can subtract them. A number that differs by 1 to 4 people from the
published one would disclose what these people said, so it is suppressed or stays as it was published.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    """The report without what differs by 1 to 4 people from the earlier reports on its wave, newest first.

    A cause is suppressed if its mentions, the respondents who do not name it, or among as many mentions the detractors,
    passives or promoters, differ by so few from the latest report that shows the cause; so are the causes in `hidden`.
    The tables of segments and of languages stay as they were published if any of their groups differs by so few: a
    single suppressed group could be computed from the rest. None of this depends on the model version: the people stay
    the same. The findings are left as they are: the caller computes them again from the result.
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
            swapped = not more_mentions and _is_any_change_small(_issue_groups(issue), _issue_groups(issue_before))
            if is_disclosive(abs(more_mentions)) or is_disclosive(abs(more_others)) or swapped:
                suppressed.add(cause)
    latest = history[0]
    segments, segments_before = ({group.name: group.nps.n for group in each.segments} for each in (report, latest))
    keep_segments = _differs_by_few(segments, segments_before)
    keep_languages = _differs_by_few(dict(report.languages), dict(latest.languages))
    report = replace(
        report,
        segments=latest.segments if keep_segments else report.segments,
        languages=latest.languages if keep_languages else report.languages,
    )
    return _without_causes(report, suppressed)


def suppressed_causes(report: Report, published: Report) -> set[RankedCause]:
    """The causes of a report that are not in its published version."""
    return {*_rankings(report)} - {*_rankings(published)}


def was_edited_by_few(report: Report, before: Report | None) -> bool:
    """Whether 1 to 4 people changed their answers since the report before, and nobody came.

    Comparing both reports would disclose the changed answers.
    """
    if before is None or before.counts.responses != report.counts.responses:
        return False
    if _is_any_change_small(_nps_groups(report), _nps_groups(before)):
        return True
    issues_before = _rankings(before)
    # Another model version reads the same answers differently: `against` suppresses the causes that it moves.
    return before.model == report.model and any(
        _is_any_change_small(_issue_groups(issue), _issue_groups(issue_before))
        for cause, issue in _rankings(report).items()
        if (issue_before := issues_before.get(cause)) and issue_before.mentions == issue.mentions
    )


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


def _differs_by_few(counts: Mapping[str, int], counts_before: Mapping[str, int]) -> bool:
    """Whether a group appeared, disappeared, or changed by 1 to 4 people; False where nothing was published."""
    return bool(counts_before) and (
        counts.keys() != counts_before.keys()
        or any(is_disclosive(abs(count - counts_before[name])) for name, count in counts.items())
    )


def _is_any_change_small(counts: Sequence[int], counts_before: Sequence[int]) -> bool:
    return any(is_disclosive(abs(now - before)) for now, before in zip(counts, counts_before, strict=True))


def _nps_groups(report: Report) -> tuple[int, ...]:
    nps = report.nps
    return (nps.n, nps.promoters, nps.passives, nps.detractors) if nps else (0, 0, 0, 0)


def _issue_groups(issue: Issue) -> tuple[int, ...]:
    return issue.promoters, issue.passives, issue.detractors


def _with_comment(report: Report) -> int:
    return report.nps_with_comment.n if report.nps_with_comment else 0
