"""What an anonymous report may say of the waves before: only of causes that the reports on these waves show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pipelines.disclosure.thresholds import is_disclosive
from saywhy.issue import CauseKey, Issue
from saywhy.report import Alert, CauseChange, Change, Report


def publishable_change(change: Change, compared: Sequence[Report], names: Mapping[str, str]) -> Change:
    """The change without causes that one of the two waves does not show.

    `compared` are the published reports on the two waves in their order, `names` the labels of the complaints in this
    report with those under which it shows them. Rates are of those who wrote, and disclose how many did: where a report
    hides that, no cause is left.
    """
    says_who_wrote = len(compared) == 2 and all(
        report.nps_with_comment is not None and not is_disclosive(report.nps_with_comment.n - wrote)
        for report, wrote in zip(compared, (change.wrote_before, change.wrote_after), strict=True)
    )
    kept = tuple(
        cause
        for cause in change.causes
        if says_who_wrote and all(cause.key in _keys(_ranking(report, cause.polarity)) for report in compared)
    )
    if not says_who_wrote:
        change = replace(change, wrote_before=0, wrote_after=0)
    new = tuple(names[label] for label in change.new if label in names)
    return replace(with_causes(change, kept, ()), new=new)


def with_causes(change: Change, kept: tuple[CauseChange, ...], labels: Collection[str]) -> Change:
    """The change with these of its causes, and with new causes of these labels.

    The rest is left out with any cause, as the change minus the rest and the other causes would be the hidden cause; so
    is what more or fewer comments changed, which is a sum over all causes.
    """
    is_whole = len(kept) == len(change.causes)
    return replace(
        change,
        causes=kept,
        writing=change.writing if is_whole else None,
        rest=change.rest if is_whole else None,
        new=tuple(label for label in change.new if label in labels),
    )


def publishable_alerts(report: Report, shown: Sequence[Collection[Issue]]) -> tuple[Alert, ...]:
    """The alerts on complaints that this report shows, and those on all waves before (`shown`).

    An alert counts comments without a score too; 1 to 4 of them would be its mentions minus those of the ranking.
    Without the number of responses with a comment, which its rates disclose, there is no alert.
    """
    if report.nps_with_comment is None:
        return ()
    by_key, keys = {issue.key: issue for issue in report.issues}, [_keys(issues) for issues in shown]
    return tuple(
        replace(alert, label=by_key[alert.key].label)
        for alert in report.alerts
        if all(alert.key in wave for wave in (by_key, *keys))
        and not is_disclosive(alert.mentions - by_key[alert.key].mentions)
    )


def _ranking(report: Report, polarity: str) -> tuple[Issue, ...]:
    return report.issues if polarity == "negative" else report.delights


def _keys(issues: Collection[Issue]) -> set[CauseKey]:
    return {issue.key for issue in issues}
