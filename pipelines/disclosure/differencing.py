"""Anonymous reports over time: what one report adds to the one before it must not show what a few people said.

Newcomers wait until there are five, and what has changed by fewer than five people stays as it was published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from pipelines.disclosure.suppression import reveals
from pipelines.report.findings import findings
from saywhy.feedback import Response
from saywhy.issue import CauseKey, Issue
from saywhy.report import Report

#: How many responses of each wave (None: of none) may be published.
Limits = Mapping[str | None, int]


def limits(responses: Iterable[Response], published: Limits) -> dict[str | None, int]:
    """Of each wave those that were published before, and those that came since where no kind of them is but a few:
    not they, nor those among them with a score, with a comment, with both. The others wait.
    """
    counts: dict[str | None, int] = {}
    new: dict[str | None, list[int]] = {}
    for response in responses:
        wave = response.wave
        counts[wave] = counts.get(wave, 0) + 1
        if counts[wave] > published.get(wave, 0):
            scored, wrote = bool(response.score and response.score.group), response.comment is not None
            kinds = new.setdefault(wave, [0, 0, 0, 0])
            for kind, holds in enumerate((True, scored, wrote, scored and wrote)):
                kinds[kind] += holds
    return {
        wave: published.get(wave, 0) if any(map(reveals, new.get(wave, ()))) else count
        for wave, count in counts.items()
    }


def within(responses: Iterable[Response], allowed: Limits) -> Iterator[Response]:
    """The first responses of each wave, as many as are allowed; in the order in which they were saved."""
    seen: dict[str | None, int] = {}
    for response in responses:
        seen[response.wave] = seen.get(response.wave, 0) + 1
        if seen[response.wave] <= allowed.get(response.wave, 0):
            yield response


def published_counts(reports: Mapping[str, Report], everything: str) -> dict[str | None, int]:
    """Responses of each wave in the reports that are published; None stands for those without a wave."""
    counts: dict[str | None, int] = {wave: report.counts.responses for wave, report in reports.items()}
    whole = counts.pop(everything, 0)
    counts[None] = max(whole - sum(counts.values()), 0)
    return counts


def was_edited(report: Report, before: Report | None) -> bool:
    """Whether a few answers were changed since, and nothing else: both reports would show which way."""
    if before is None or before.model != report.model or before.counts.responses != report.counts.responses:
        return False
    return _moved(_scores(report), _scores(before)) or any(
        _moved(_people(issue), _people(old))
        for key, issue in _by_key(report).items()
        if (old := _by_key(before).get(key)) and old.mentions == issue.mentions
    )


def against(report: Report, history: Sequence[Report], hidden: Iterable[tuple[str, str, str]] = ()) -> Report:
    """The report without what differs by a few people from the last report of its wave that shows it, newest first.

    Causes go, by mentions and by those who do not mention them; `hidden` (as `withdrawn` gives them) go too. Of
    segments and languages the whole table stays as it was published, since the rest can be reckoned from it.
    """
    earlier = [before for before in history if before.model == report.model]
    if not earlier:
        return _without(report, {*hidden})
    last = earlier[0]
    gone = {*hidden}
    for key, issue in _by_key(report).items():
        before = next((found for found in earlier if key in _by_key(found)), None)
        if before is not None:
            more = issue.mentions - _by_key(before)[key].mentions
            others = _writers(report) - _writers(before) - more
            if reveals(abs(more)) or reveals(abs(others)):
                gone.add(key)
    segments = {group.name: group.nps.n for group in report.segments}
    segments_before = {group.name: group.nps.n for group in last.segments}
    report = replace(
        report,
        segments=last.segments if _few(segments, segments_before) else report.segments,
        languages=last.languages if _few(dict(report.languages), dict(last.languages)) else report.languages,
    )
    return _without(report, gone)


def withdrawn(report: Report, shown: Report) -> set[tuple[str, str, str]]:
    """The causes (ranking, kind, id) of a report that are not in what is shown of it."""
    return {*_by_key(report)} - {*_by_key(shown)}


def _without(report: Report, gone: set[tuple[str, str, str]]) -> Report:
    issues, delights = (
        tuple(issue for issue in getattr(report, name) if (name, issue.kind, issue.id) not in gone)
        for name in ("issues", "delights")
    )
    left = {issue.key for issue in issues}
    change = report.change
    if change is not None:
        sides = {"negative": "issues", "positive": "delights"}
        told = tuple(cause for cause in change.causes if (sides[cause.polarity], "theme", cause.id) not in gone)
        labels = {issue.label for issue in issues}
        change = replace(change, causes=told, new=tuple(label for label in change.new if label in labels))
    report = replace(
        report,
        issues=tuple(replace(issue, rank=rank) for rank, issue in enumerate(issues, 1)),
        delights=tuple(replace(issue, rank=rank) for rank, issue in enumerate(delights, 1)),
        alerts=tuple(alert for alert in report.alerts if alert.key in left),
        board=tuple(key for key in report.board if CauseKey.parse(key) in left),
        change=change,
    )
    return replace(report, findings=findings(report))


def _by_key(report: Report) -> dict[tuple[str, str, str], Issue]:
    named = chain((("issues", issue) for issue in report.issues), (("delights", issue) for issue in report.delights))
    return {(name, issue.kind, issue.id): issue for name, issue in named}


def _few(now: Mapping[str, int], before: Mapping[str, int]) -> bool:
    """Whether any group came, went, or differs by a few."""
    return bool(before) and (
        now.keys() != before.keys() or any(reveals(abs(count - before[name])) for name, count in now.items())
    )


def _moved(now: tuple[int, ...], before: tuple[int, ...]) -> bool:
    return any(reveals(abs(one - other)) for one, other in zip(now, before, strict=True))


def _scores(report: Report) -> tuple[int, ...]:
    nps = report.nps
    return (nps.n, nps.promoters, nps.passives, nps.detractors) if nps else (0, 0, 0, 0)


def _people(issue: Issue) -> tuple[int, ...]:
    return issue.promoters, issue.passives, issue.detractors


def _writers(report: Report) -> int:
    return report.nps_with_comment.n if report.nps_with_comment else 0
