"""Reports of surveys that promised anonymity: what would show what a handful of people said is left out.

No group of fewer than five, no quote from one of fewer than eight, and no two published groups whose difference is a
group of fewer than five: neither two segments, nor a segment and the whole, nor a wave and all waves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipelines.tabulate.survey_data import SurveyData
from saywhy.feedback import Response
from saywhy.issue import CauseKey, Issue
from saywhy.report import CauseChange, GroupNps, Report

#: Fewest people in a published group, and in one that is quoted.
SMALLEST_GROUP = 5
SMALLEST_QUOTED = 8


def reveals(people: int) -> bool:
    """Whether a group is so small that it tells on its members; nobody at all tells nothing."""
    return 0 < people < SMALLEST_GROUP


def small_waves(responses: Iterable[Response]) -> set[str | None]:
    """The waves (None: no wave) of few responses or few scores.

    They are left out of the report on all waves too: its difference from the other waves would be the small one.
    """
    given, scored = Counter[str | None](), Counter[str | None]()
    for response in responses:
        given[response.wave] += 1
        scored[response.wave] += bool(response.score and response.score.group)
    return {wave for wave in given if reveals(given[wave]) or reveals(scored[wave])}


def protect(report: Report, data: SurveyData, rows: NDArray[np.bool_], published: Sequence[Report]) -> Report:
    """The same report without what reveals few people.

    `rows` are its responses, `published` the protected reports on the single waves where this one is on all of them.
    Segments are shown by wave only, since a table of both could be solved for what is missing.
    """
    nps = report.nps if report.nps and not reveals(report.nps.n) else None
    everyone = nps.n if nps else 0
    writers = report.nps_with_comment
    in_waves = sum(before.nps_with_comment.n for before in published if before.nps_with_comment)
    if writers and any(map(reveals, (writers.n, everyone - writers.n, writers.n - in_waves if published else 0))):
        writers = None
    segments = () if published else _segments(report, data, rows)
    languages = _languages(report.languages, [before.languages for before in published])
    base = int((rows & data.scored & data.annotated).sum())
    spoken = {language for language, comments in languages if comments >= SMALLEST_QUOTED}
    issues, delights = (
        _causes(found, base, [before for earlier in published for before in getattr(earlier, name)], segments, spoken)
        for name, found in (("issues", report.issues), ("delights", report.delights))
    )
    shown = {issue.key for issue in issues}
    change = report.change
    if change is not None:
        sizes = {group.name: group.nps.n for group in report.waves}
        causes = tuple(cause for cause in change.causes if _told(cause, sizes[change.before], sizes[change.after]))
        labels = {issue.label for issue in issues}
        change = replace(
            change, causes=causes, new=tuple(label for label in change.new if label in labels), vanished=()
        )
    return replace(
        report,
        nps=nps,
        nps_with_comment=writers,
        ratings=tuple(rating for rating in report.ratings if not published and not reveals(rating.n)),
        waves=tuple(group for group in report.waves if not reveals(group.nps.n)),
        segments=segments,
        languages=languages,
        sentiment=() if reveals(sum(count for _, count in report.sentiment)) else report.sentiment,
        issues=issues,
        delights=delights,
        change=change,
        audit=None,
        alerts=tuple(alert for alert in report.alerts if alert.key in shown),
    )


def _segments(report: Report, data: SurveyData, rows: NDArray[np.bool_]) -> tuple[GroupNps, ...]:
    """Segments large enough, of which none lies within another one but for a few people.

    What is not shown of a dimension, its small values and who has none, is the whole less the values that are: where
    that is a small group, the smallest value that is shown goes too (complementary suppression).
    """
    if report.nps is None:
        return ()
    scored = rows & data.scored
    place = {str(segment): code for code, segment in enumerate(data.segments)}
    members = {
        group.name: data.segmented[:, [place[group.name]]].toarray().ravel().astype(bool) & scored
        for group in report.segments
        if not reveals(group.nps.n)
    }
    while True:
        hidden = _to_hide(members, scored)
        if hidden is None:
            return tuple(group for group in report.segments if group.name in members)
        del members[hidden]


def _to_hide(members: Mapping[str, NDArray[np.bool_]], scored: NDArray[np.bool_]) -> str | None:
    """A segment that must not be shown beside the others, the smaller ones first; None where all may."""
    names = sorted(members, key=lambda name: (int(members[name].sum()), name))
    dimensions: dict[str, list[str]] = {}
    for name in names:
        dimensions.setdefault(name.partition("=")[0], []).append(name)
    # What anyone can reckon: each segment, and of each dimension what is left of the whole. By whom it may be undone:
    groups = [(members[name], name) for name in names]
    groups += [
        (scored & ~np.logical_or.reduce([members[name] for name in values]), values[0])
        for values in dimensions.values()
    ]
    for rows, name in groups:
        if reveals(int(rows.sum())):
            return name
    for inner, name in groups:
        for outer, _ in groups:
            if inner.any() and reveals(int((outer & ~inner).sum())) and not (inner & ~outer).any():
                return name
    return None


def _languages(
    languages: Sequence[tuple[str, int]], earlier: Sequence[Sequence[tuple[str, int]]]
) -> tuple[tuple[str, int], ...]:
    """Languages of enough comments, also when those of single waves are taken away, and so that what is left out is
    not one small group by itself.
    """
    in_waves: Counter[str] = Counter()
    for entries in earlier:
        in_waves.update(dict(entries))
    shown = [(name, count) for name, count in languages if not reveals(count) and not reveals(count - in_waves[name])]
    while shown and reveals(sum(count for _, count in languages) - sum(count for _, count in shown)):
        shown.pop()
    return tuple(shown)


def _causes(
    issues: Sequence[Issue], base: int, earlier: Sequence[Issue], segments: Sequence[GroupNps], spoken: set[str]
) -> tuple[Issue, ...]:
    """Causes that enough people name and enough do not, also when those of single waves are taken away.

    A topic is shown beside its theme only where enough people name the theme without it. Quotes lose all that tells
    who wrote them, and those in languages of few are left out.
    """
    in_waves: Counter[CauseKey] = Counter()
    for issue in earlier:
        in_waves[issue.key] += issue.mentions
    themes = {issue.id: issue.mentions for issue in issues if issue.kind == "theme"}
    names = {group.name for group in segments}
    shown: list[Issue] = []
    for issue in issues:
        groups = [issue.mentions, base - issue.mentions]
        groups.append(issue.mentions - in_waves[issue.key])
        if issue.kind == "topic" and issue.theme in themes:
            groups.append(abs(themes[issue.theme] - issue.mentions))
        if not any(reveals(people) for people in groups):
            quotes = issue.quotes if issue.mentions >= SMALLEST_QUOTED else ()
            shown.append(
                replace(
                    issue,
                    rank=len(shown) + 1,
                    waves=(),
                    languages=tuple(language for language in issue.languages if language in spoken),
                    concentrated_in=issue.concentrated_in if issue.concentrated_in in names else None,
                    revenue_at_risk=None,
                    stake=None,
                    audited=None,
                    topic=issue.topic and replace(issue.topic, first_seen=None, growth=0, parts=()),
                    segments=(),
                    quotes=tuple(
                        replace(quote, score=None, wave=None, segments=())
                        for quote in quotes
                        if quote.language in spoken
                    ),
                )
            )
    return tuple(shown)


def _told(cause: CauseChange, before: int, after: int) -> bool:
    """Whether enough people name it, and enough do not, in both waves."""
    named = round(cause.rate_before * before), round(cause.rate_after * after)
    return not any(reveals(people) for people in (*named, before - named[0], after - named[1]))
