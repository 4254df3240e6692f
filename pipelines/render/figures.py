"""What stands beside the ranking: the other measures, the board, the change, the alerts, the segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipelines.render.context import AlertPanel, ChangePanel, Figure, FigureRow, FigureTable, FindingText
from pipelines.render.ranking import ROWS_IN_SIGHT, issue_kind, issue_label, only
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.estimate import Estimate
from saywhy.issue import Issue
from saywhy.report import CauseChange, Change, Report

#: Rows in sight where there may be many of which most matter little: moves of themes, and segments.
MOVES_IN_SIGHT = 8


def measures(report: Report, code_frame: CodeFrame, wording: Wording) -> FigureTable | None:
    """Recoverable points beside the Shapley share, leave-out and, where there is an audit, the audited points."""
    if report.nps is None or not any(issue.leave_out for issue in report.issues):
        return None
    audited = any(issue.audited for issue in report.issues)
    titles = ("recoverable", "shapley", "leave_out", *(("audited",) if audited else ()))

    def figures(issue: Issue) -> tuple[Figure, ...]:
        own = Estimate(issue.impact, issue.low, issue.high)
        found = [own, issue.shapley, issue.leave_out]
        if audited:
            found.append(issue.audited.impact if issue.audited else None)
        return tuple(_points(estimate, wording) for estimate in found)

    rows = [_row(issue, figures(issue), code_frame, wording) for issue in report.issues]
    return _table("measures", titles, rows, wording)


def board(report: Report, code_frame: CodeFrame, wording: Wording) -> FigureTable | None:
    """Issues with an effort, most points a day first."""
    by_key = {str(issue.key): issue for issue in report.issues}
    issues = [by_key[key] for key in report.board if key in by_key]

    def figures(issue: Issue) -> tuple[Figure, ...]:
        days = Figure("–" if issue.effort_days is None else wording.tick(issue.effort_days))
        own = Estimate(issue.impact, issue.low, issue.high)
        return _points(issue.points_per_day, wording, decimals=2), _points(own, wording), days

    rows = [
        replace(
            _row(issue, figures(issue), code_frame, wording), badges=(wording["pebble"],) if issue.is_pebble else ()
        )
        for issue in issues
    ]
    return _table("board", ("per_day", "recoverable", "effort"), rows, wording)


def concentrations(report: Report, code_frame: CodeFrame, wording: Wording) -> FigureTable | None:
    """Where causes are named more often than elsewhere, the most so first."""
    found = [(issue, segment) for issue in report.issues for segment in issue.segments]
    found.sort(key=lambda pair: (-pair[1].times.low, pair[0].rank))
    rows = [
        _row(
            issue,
            (
                Figure(wording.segment(segment.segment)),
                _points(segment.times, wording),
                Figure(wording.share(segment.rate)),
                Figure(wording.share(segment.elsewhere)),
            ),
            code_frame,
            wording,
        )
        for issue, segment in found
    ]
    return _table("concentrations", ("segment", "times", "rate_there", "rate_elsewhere"), rows, wording, MOVES_IN_SIGHT)


def change(report: Report, code_frame: CodeFrame, wording: Wording) -> ChangePanel | None:
    """The wave against the one before."""
    if report.change is None:
        return None
    found = report.change
    anchors = {
        (group, issue.id): f"{side}-{issue.rank}"
        for group, side, issues in (
            ("negative", "detractors", report.issues),
            ("positive", "promoters", report.delights),
        )
        for issue in issues
        if issue.kind == "theme"
    }
    rows = [
        FigureRow(
            code_frame[cause.id].name(wording.language) if cause.id in code_frame.ids else cause.label,
            wording["complaint" if cause.polarity == "negative" else "delight"],
            _moves(cause, wording),
            anchors.get((cause.polarity, cause.id)),
        )
        for cause in found.causes
    ]
    table = _table("change_causes", ("named_by", "frequency", "severity"), rows, wording, MOVES_IN_SIGHT, "theme")
    title = wording("change", wave=found.before, after=found.after)
    return ChangePanel(title, tuple(_sentences(found, _names(report, code_frame, wording), wording)), table)


def alerts(report: Report, code_frame: CodeFrame, wording: Wording) -> AlertPanel | None:
    """Complaints that are named above their history."""
    if not report.alerts:
        return None
    by_key = {issue.key: issue for issue in report.issues}
    found, names = [], _names(report, code_frame, wording)
    for alert in report.alerts:
        issue = by_key.get(alert.key)
        text = wording(
            "alert",
            label=issue_label(issue, code_frame, wording) if issue else names.get(alert.label, alert.label),
            rate=wording.share(alert.rate),
            wave=alert.wave,
            expected=wording.share(alert.expected),
            mentions=wording.count(alert.mentions),
        )
        found.append(FindingText(text, f"detractors-{issue.rank}" if issue else None))
    hint = wording("alerts_hint", rate=wording.share(report.alerts[0].false_alarm_rate))
    return AlertPanel(wording["alerts"], hint, tuple(found))


def _names(report: Report, code_frame: CodeFrame, wording: Wording) -> dict[str, str]:
    """Names of causes in the language of the page, by the label that the report gives them."""
    names = {theme.name(): theme.name(wording.language) for theme in code_frame}
    return names | {issue.label: issue_label(issue, code_frame, wording) for issue in report.issues}


def _moves(cause: CauseChange, wording: Wording) -> tuple[Figure, ...]:
    before, after = wording.share(cause.rate_before), wording.share(cause.rate_after)
    moved = (_points(part, wording, signed=True) for part in (cause.frequency, cause.severity))
    return Figure(wording("from_to", before=before, after=after)), *moved


def _sentences(found: Change, names: Mapping[str, str], wording: Wording) -> Iterator[str]:
    """What moved; `names` are labels of causes in the language of the page."""

    def moved(estimate: Estimate) -> dict[str, str]:
        interval = wording.interval(estimate.low, estimate.high, signed=True)
        return {"change": wording.points(estimate.value, signed=True), "interval": interval}

    sure = "change_sure" if found.p_value < 0.05 else "change_unsure"
    yield wording(
        "change_total", **moved(found.nps), sure=wording[sure], visible=wording.points(found.smallest_visible)
    )
    if found.rest is not None:
        yield wording("change_rest", **moved(found.rest))
    if found.mix is not None:
        yield wording("change_mix", dimension=found.mix.dimension, wave=found.before, **moved(found.mix.nps))
    for name, labels in (("change_new", found.new), ("change_vanished", found.vanished)):
        if labels:
            yield wording(name, names=wording["comma"].join(names.get(label, label) for label in labels))


def _row(issue: Issue, figures: tuple[Figure, ...], code_frame: CodeFrame, wording: Wording) -> FigureRow:
    return FigureRow(
        issue_label(issue, code_frame, wording),
        issue_kind(issue, code_frame, wording),
        figures,
        f"detractors-{issue.rank}",
        None if issue.kind == "theme" else only(issue.languages),
    )


def _table(
    name: str,
    titles: tuple[str, ...],
    rows: list[FigureRow],
    wording: Wording,
    in_sight: int = ROWS_IN_SIGHT,
    item: str = "issue",
) -> FigureTable | None:
    """The table of that name; None where there is nothing to show."""
    if not rows:
        return None
    return FigureTable(
        title=wording[name],
        hint=wording[f"{name}_hint"],
        item_title=wording[item],
        columns=tuple(wording[title] for title in titles),
        rows=tuple(rows[:in_sight]),
        more=tuple(rows[in_sight:]),
        size=wording.count(len(rows) - in_sight),
    )


def _points(found: Estimate | None, wording: Wording, *, signed: bool = False, decimals: int = 1) -> Figure:
    if found is None:
        return Figure("–")
    return Figure(
        wording.points(found.value, signed=signed, decimals=decimals),
        wording.interval(found.low, found.high, signed=signed, decimals=decimals),
    )
