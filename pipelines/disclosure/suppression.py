"""Cell suppression: hides small groups within one publication of an anonymous survey.

Suppressed are groups of 1 to 4 people, quotes for causes that fewer than eight people name, and published groups of
which a sum or difference may concern 1 to 4 people: segments and their wave, topics and their theme, waves and all.
Groups that only a comparison with earlier publications discloses are hidden in `differencing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from pipelines.disclosure.causes import publishable_causes
from pipelines.disclosure.comparisons import publishable_alerts, publishable_change
from pipelines.disclosure.fields import published_fields
from pipelines.disclosure.segments import Mask, publishable_segments
from pipelines.disclosure.thresholds import SMALLEST_QUOTED, is_disclosive
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.estimate import Nps
from saywhy.issue import Issue
from saywhy.report import ALL_WAVES, Change, Counts, Report


def protect(report: Report, data: SurveyData, mask: Mask, published: Sequence[Report]) -> Report:
    """The report without disclosive numbers, and without fields that are never published (`fields.PUBLICATION`).

    `mask` (N,) selects its responses.
    `published` are the protected reports on the waves before, or on all waves for the report on all. Segments and
    ratings are published by wave only: from tables by wave and over all waves, suppressed cells could be computed.
    """
    report = published_fields(report)
    parts = published if report.wave == ALL_WAVES else ()
    nps = report.nps if report.nps and not is_disclosive(report.nps.n) else None
    segments = () if parts else publishable_segments(report, data, mask)
    languages = _publishable_languages(report.languages, [wave.languages for wave in parts])
    quotable_languages = {language for language, comments in languages if comments >= SMALLEST_QUOTED}
    scored = mask & data.annotated & data.scored
    base = scored if scored.any() else mask & data.annotated  # on which mentions are counted, as in `Analysis.base`
    issues, delights = (
        tuple(
            _protected_issue(issue, rank, {group.name for group in segments}, quotable_languages)
            for rank, issue in enumerate(publishable_causes(data, base, polarity, report, parts), 1)
        )
        for polarity in (Polarity.NEGATIVE, Polarity.POSITIVE)
    )
    shown_label = {issue.key: issue.label for issue in issues}
    names = {issue.label: shown_label[issue.key] for issue in report.issues if issue.key in shown_label}
    report = replace(
        report,
        counts=_publishable_counts(report.counts),
        nps=nps,
        nps_with_comment=_publishable_nps_with_comment(report.nps_with_comment, nps, parts),
        ratings=tuple(rating for rating in report.ratings if not parts and not is_disclosive(rating.n)),
        waves=tuple(group for group in report.waves if not is_disclosive(group.nps.n)),
        segments=segments,
        languages=languages,
        sentiment=() if is_disclosive(sum(count for _, count in report.sentiment)) else report.sentiment,
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


def _publishable_nps_with_comment(with_comment: Nps | None, nps: Nps | None, published: Sequence[Report]) -> Nps | None:
    """None if the respondents with a comment, those without, or those in no single wave's number are 1 to 4 people."""
    if with_comment is None:
        return None
    without_comment = (nps.n if nps else 0) - with_comment.n
    in_waves = sum(wave.nps_with_comment.n for wave in published if wave.nps_with_comment)
    not_in_waves = with_comment.n - in_waves if published else 0
    return None if any(map(is_disclosive, (with_comment.n, without_comment, not_in_waves))) else with_comment


def _publishable_languages(
    languages: Sequence[tuple[str, int]], by_wave: Sequence[Sequence[tuple[str, int]]]
) -> tuple[tuple[str, int], ...]:
    """Languages (name, comments) without disclosive counts, also after subtracting the counts of the single waves.

    If the suppressed languages together are 1 to 4 comments, further languages are suppressed, the rarest first.
    """
    in_waves: Counter[str] = Counter()
    for counts in by_wave:
        in_waves.update(dict(counts))
    kept = [
        (name, count)
        for name, count in languages
        if not is_disclosive(count) and not is_disclosive(count - in_waves[name])
    ]
    total = sum(count for _, count in languages)
    while kept and is_disclosive(total - sum(count for _, count in kept)):
        kept.pop()
    return tuple(kept)


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
