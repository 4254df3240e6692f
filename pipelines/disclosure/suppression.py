"""Cell suppression: hides small groups of an anonymous survey.

Suppressed are groups of 1 to 4 people, quotes for causes that fewer than eight people name, and published groups of
which a sum or difference may concern 1 to 4 people: segments and their wave, topics and their theme, waves and all,
today's groups and those of earlier reports.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pipelines.disclosure.combinations import Mask
from pipelines.disclosure.comparisons import publishable_alerts, publishable_change
from pipelines.disclosure.fields import published_fields
from pipelines.disclosure.groups import READ, WRITERS, GroupKey, KnownGroups, cause_group, groups_of
from pipelines.disclosure.publishable import publishable_groups
from pipelines.disclosure.thresholds import SMALLEST_QUOTED, is_disclosive
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.issue import Issue
from saywhy.publication import GroupKind
from saywhy.report import ALL_WAVES, Change, Counts, Report


def protect(
    report: Report, data: SurveyData, mask: Mask, published: Sequence[Report], known: KnownGroups | None = None
) -> Report:
    """The report without disclosive numbers, and without fields that are never published (`fields.PUBLICATION`).

    `mask` (N,) selects its responses. `known` are the groups of earlier publications.
    `published` are the protected reports on the waves before, or on all waves for the report on all. Segments and
    ratings are published by wave only: from tables by wave and over all waves, suppressed cells could be computed.
    """
    report = published_fields(report)
    known = known or KnownGroups.none(len(mask))
    if report.wave == ALL_WAVES and published:
        report = replace(report, segments=(), ratings=())
        for wave in published:
            known = known.including(groups_of(wave, data, data.responses_of(wave.wave)))
    shown = publishable_groups(report, data, mask, known)
    segments = tuple(group for group in report.segments if GroupKey(GroupKind.SEGMENT, group.name) in shown)
    quotable_languages = {language for language, comments in report.languages if comments >= SMALLEST_QUOTED}
    issues, delights = (
        tuple(
            _protected_issue(issue, rank, {group.name for group in segments}, quotable_languages)
            for rank, issue in enumerate([issue for issue in ranking if cause_group(polarity, issue.key) in shown], 1)
        )
        for polarity, ranking in ((Polarity.NEGATIVE, report.issues), (Polarity.POSITIVE, report.delights))
    )
    shown_label = {issue.key: issue.label for issue in issues}
    names = {issue.label: shown_label[issue.key] for issue in report.issues if issue.key in shown_label}
    report = replace(
        report,
        counts=_publishable_counts(report.counts),
        nps=report.nps if report.nps and not is_disclosive(report.nps.n) else None,
        nps_with_comment=report.nps_with_comment if WRITERS in shown else None,
        ratings=tuple(rating for rating in report.ratings if GroupKey(GroupKind.SEGMENT, rating.scale) in shown),
        waves=tuple(group for group in report.waves if not is_disclosive(group.nps.n)),
        segments=segments,
        languages=tuple(entry for entry in report.languages if GroupKey(GroupKind.COMMENTS, entry[0]) in shown),
        sentiment=report.sentiment if READ in shown else (),
        issues=issues,
        delights=delights,
    )
    compared = [wave for wave in (*published, report) if _is_compared(wave, report.change)]
    return replace(
        report,
        change=report.change and publishable_change(report.change, compared, names),
        alerts=publishable_alerts(report, [wave.issues for wave in published]),
    )


def _is_compared(report: Report, change: Change | None) -> bool:
    """Whether the report is on one of the two waves of the change."""
    return change is not None and report.wave in (change.before, change.after)


def _publishable_counts(counts: Counts) -> Counts:
    """The counts, in which fewer than five non-answers count as no comments, and so few repeated answers as others."""
    if is_disclosive(counts.non_answers):
        counts = replace(counts, comments=counts.comments - counts.non_answers, non_answers=0)
    return replace(counts, duplicates=0) if is_disclosive(counts.duplicates) else counts


def _protected_issue(issue: Issue, rank: int, segments: Collection[str], quotable_languages: Collection[str]) -> Issue:
    """A row of the ranking without what points to single people; `segments` are the names of published segments.

    Quotes are shown if at least eight people name the cause, in languages of at least eight comments.
    """
    issue = _without_verbatim_labels(issue, quotable_languages)
    quotes = issue.quotes if issue.mentions >= SMALLEST_QUOTED else ()
    return replace(
        issue,
        rank=rank,
        languages=tuple(language for language in issue.languages if language in quotable_languages),
        concentrated_in=issue.concentrated_in if issue.concentrated_in in segments else None,
        quotes=tuple(quote for quote in quotes if quote.language in quotable_languages),
    )


def _without_verbatim_labels(issue: Issue, quotable_languages: Collection[str]) -> Issue:
    """The label of a discovered topic is a clause of a comment: it is shown where a quote is, else its keywords are.

    The names of other causes are those of the library and of people.
    """
    if issue.topic is None or issue.topic.stability is None:
        return issue
    quotable = {language: label for language, label in issue.labels.items() if language in quotable_languages}
    if issue.mentions >= SMALLEST_QUOTED and (not issue.labels or issue.label in quotable.values()):
        return replace(issue, labels=quotable)
    return replace(issue, label=", ".join(issue.keywords) or issue.theme, labels={})
