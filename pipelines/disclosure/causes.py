"""Which causes of a report can be published together: themes, and topics beside their theme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipelines.disclosure.segments import Mask, publishable_together
from pipelines.disclosure.thresholds import is_disclosive
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.issue import CauseKey, Issue
from saywhy.report import Report


def publishable_causes(
    data: SurveyData, base: Mask, polarity: Polarity, report: Report, published: Sequence[Report]
) -> list[Issue]:
    """The causes of one ranking of the report that no 1 to 4 people name or leave out; `base` (N,) could name them.

    The same holds after subtracting the mentions in the reports on single waves, which are `published`, and for every
    sum and difference of a theme and its topics, in this report and in those (`publishable_together`).
    """
    in_waves = Counter[CauseKey]()
    for wave in published:
        in_waves.update({issue.key: issue.mentions for issue in ranking(wave, polarity)})
    issues = {
        issue.key: issue
        for issue in ranking(report, polarity)
        if not any(
            map(is_disclosive, (issue.mentions, base.sum() - issue.mentions, issue.mentions - in_waves[issue.key]))
        )
    }
    named = data.named(polarity, base).tocsc()
    columns = {cause.key: column for column, cause in enumerate(data.causes)}
    masks = {key: named[:, [columns[key]]].toarray().ravel() for key in issues}
    for theme in [issue for issue in issues.values() if issue.kind == "theme"]:
        family = {key for key, issue in issues.items() if issue.theme == theme.id}
        topics = {str(key): masks[key] for key in family if key != theme.key}
        in_reports_on_waves = [
            masks[key] & (data.wave[base] == data.waves.index(wave.wave))
            for wave in published
            for key in family & {issue.key for issue in ranking(wave, polarity)}
        ]
        shown = publishable_together(topics, [masks[theme.key], *in_reports_on_waves])
        issues = {key: issue for key, issue in issues.items() if str(key) not in topics.keys() - shown}
    return [*issues.values()]


def ranking(report: Report, polarity: Polarity) -> Sequence[Issue]:
    """The complaints of the report, or its praise."""
    return report.issues if polarity is Polarity.NEGATIVE else report.delights
