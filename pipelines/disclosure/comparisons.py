"""What an anonymous report may say of the waves before: only of causes that the reports on these waves show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pipelines.disclosure.thresholds import is_disclosive
from saywhy.issue import CauseKey, Issue
from saywhy.report import Alert, CauseChange, Change, Report


def publishable_change(
    change: Change, shown: Sequence[tuple[Collection[Issue], Collection[Issue]]], names: Mapping[str, str]
) -> Change:
    """The change without causes that one of the two waves does not show.

    `shown` are the complaints and the praise that the reports on the two waves show, `names` the labels of the
    complaints in this report with those under which it shows them. The change at the mix of the earlier wave is left
    out: it is a weighted sum of groups of all sizes.
    """
    kept = tuple(
        cause
        for cause in change.causes
        if all(cause.key in _keys(issues if cause.polarity == "negative" else delights) for issues, delights in shown)
    )
    new = tuple(names[label] for label in change.new if label in names)
    return replace(with_causes(change, kept, ()), new=new, mix=None, vanished=())


def with_causes(change: Change, kept: tuple[CauseChange, ...], labels: Collection[str]) -> Change:
    """The change with these of its causes, and with new causes of these labels.

    The rest is left out with any cause, as the change minus the rest and the other causes would be the hidden cause.
    """
    return replace(
        change,
        causes=kept,
        rest=change.rest if len(kept) == len(change.causes) else None,
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


def _keys(issues: Collection[Issue]) -> set[CauseKey]:
    return {issue.key for issue in issues}
