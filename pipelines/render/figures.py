"""Builds the tables beside the ranking: other measures, board of issues to fix, change, alerts, concentrations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipelines.render.context import AlertPanel, ChangePanel, Figure, FigureRow, FigureTable, FindingText
from pipelines.render.ranking import VISIBLE_ROWS, issue_kind, issue_label, label_language
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.estimate import Estimate
from saywhy.issue import Issue
from saywhy.report import CauseChange, Change, Report
from saywhy.scenario import Scenario

#: Rows that are not folded in tables with many unimportant rows: changes of themes, and segments.
VISIBLE_MINOR_ROWS = 8


def measures(report: Report, code_frame: CodeFrame, wording: Wording) -> FigureTable | None:
    """Recoverable points, Shapley share, leave-out and, if there is an audit, audited points of each issue."""
    if report.nps is None or not any(issue.leave_out for issue in report.issues):
        return None
    audited = any(issue.audited for issue in report.issues)
    titles = ("recoverable", "shapley", "leave_out", *(("audited",) if audited else ()))

    def figures(issue: Issue) -> tuple[Figure, ...]:
        estimates = [_recoverable(issue), issue.shapley, issue.leave_out]
        if audited:
            estimates.append(issue.audited.impact if issue.audited else None)
        return tuple(points_figure(estimate, wording) for estimate in estimates)

    rows = [_row(issue, figures(issue), code_frame, wording) for issue in report.issues]
    return figure_table("measures", titles, rows, wording)


def board(report: Report, code_frame: CodeFrame, wording: Wording) -> FigureTable | None:
    """Issues with an effort, most points per day first."""
    by_key = {str(issue.key): issue for issue in report.issues}
    issues = [by_key[key] for key in report.board if key in by_key]

    def figures(issue: Issue) -> tuple[Figure, ...]:
        days = Figure("–" if issue.effort_days is None else wording.tick(issue.effort_days))
        return (
            points_figure(issue.points_per_day, wording, decimals=2),
            points_figure(_recoverable(issue), wording),
            days,
        )

    rows = []
    for issue in issues:
        badges = (wording["pebble"],) if issue.is_pebble else ()
        rows.append(replace(_row(issue, figures(issue), code_frame, wording), badges=badges))
    return figure_table("board", ("per_day", "recoverable", "effort"), rows, wording)


def scenarios(report: Report, code_frame: CodeFrame, wording: Wording) -> FigureTable | None:
    """What it would bring if complaints were named half as often, or by nobody: the NPS, in the order of the report."""
    names = {str(issue.key): issue_label(issue, code_frame, wording) for issue in report.issues}
    by_set: dict[tuple[str, ...], list[Scenario]] = {}
    for scenario in report.scenarios:
        by_set.setdefault(scenario.causes, []).append(scenario)
    rows = [
        FigureRow(
            " + ".join(names.get(cause, cause) for cause in causes),
            wording("scenario_responses", n=wording.count(cases[0].responses)),
            tuple(
                figure
                for case in cases
                for figure in (points_figure(case.nps, wording, signed=True), _gain(case, wording))
            ),
        )
        for causes, cases in by_set.items()
    ]
    titles = ("scenario_half", "scenario_gain", "scenario_nobody", "scenario_gain")
    return figure_table("scenarios", titles, rows, wording)


def _gain(scenario: Scenario, wording: Wording) -> Figure:
    return points_figure(scenario.gain, wording, signed=True)


def concentrations(report: Report, code_frame: CodeFrame, wording: Wording) -> FigureTable | None:
    """Segments in which an issue is named more often than elsewhere, the most certain differences first."""
    pairs = [(issue, segment) for issue in report.issues for segment in issue.segments]
    pairs.sort(key=lambda pair: (-pair[1].times.low, pair[0].rank))
    rows = [
        _row(
            issue,
            (
                Figure(wording.segment(segment.segment)),
                points_figure(segment.times, wording),
                Figure(wording.share(segment.rate)),
                Figure(wording.share(segment.elsewhere)),
            ),
            code_frame,
            wording,
        )
        for issue, segment in pairs
    ]
    return figure_table(
        "concentrations", ("segment", "times", "rate_there", "rate_elsewhere"), rows, wording, VISIBLE_MINOR_ROWS
    )


def change(report: Report, code_frame: CodeFrame, wording: Wording) -> ChangePanel | None:
    """The change against the wave before."""
    return change_panel(report.change, report, code_frame, wording) if report.change else None


def change_panel(
    change: Change, report: Report, code_frame: CodeFrame, wording: Wording, total: str = "change_total"
) -> ChangePanel:
    """A change, of which the text `total` tells the points; causes are named, and found, as in the report."""
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
            code_frame.name_of(cause.id, wording.language, cause.label),
            wording["complaint" if cause.polarity == "negative" else "delight"],
            _change_figures(cause, wording),
            anchors.get((cause.polarity, cause.id)),
        )
        for cause in change.causes
    ]
    table = figure_table(
        "change_causes", ("named_by", "frequency", "severity"), rows, wording, VISIBLE_MINOR_ROWS, "theme"
    )
    title = wording("change", wave=change.before, after=change.after)
    return ChangePanel(title, tuple(_sentences(change, total, _names(report, code_frame, wording), wording)), table)


def alerts(report: Report, code_frame: CodeFrame, wording: Wording) -> AlertPanel | None:
    """Complaints that are named more often than in the waves before."""
    if not report.alerts:
        return None
    by_key = {issue.key: issue for issue in report.issues}
    texts, names = [], _names(report, code_frame, wording)
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
        texts.append(FindingText(text, f"detractors-{issue.rank}" if issue else None))
    hint = wording("alerts_hint", rate=wording.share(report.alerts[0].false_alarm_rate))
    return AlertPanel(wording["alerts"], hint, tuple(texts))


def _names(report: Report, code_frame: CodeFrame, wording: Wording) -> dict[str, str]:
    """Names of causes in the language of the page, by their labels in the report."""
    names = {theme.name(): theme.name(wording.language) for theme in code_frame}
    return names | {issue.label: issue_label(issue, code_frame, wording) for issue in report.issues}


def _change_figures(cause: CauseChange, wording: Wording) -> tuple[Figure, ...]:
    before, after = wording.share(cause.rate_before), wording.share(cause.rate_after)
    parts = (points_figure(part, wording, signed=True) for part in (cause.frequency, cause.severity))
    return Figure(wording("from_to", before=before, after=after)), *parts


def _sentences(change: Change, total: str, names: Mapping[str, str], wording: Wording) -> Iterator[str]:
    """The change in sentences; `names` maps labels of causes to names in the language of the page."""

    def values(estimate: Estimate) -> dict[str, str]:
        interval = wording.interval(estimate.low, estimate.high, signed=True)
        return {"change": wording.points(estimate.value, signed=True), "interval": interval}

    certainty = "change_sure" if change.is_significant else "change_unsure"
    yield wording(total, **values(change.nps), sure=wording[certainty], visible=wording.points(change.smallest_visible))
    if change.writing is not None and round(change.writing.value, 1):
        yield wording("change_writing", **values(change.writing))
    if change.rest is not None:
        yield wording("change_rest", **values(change.rest))
    if change.mix is not None:
        yield wording("change_mix", dimension=change.mix.dimension, wave=change.before, **values(change.mix.nps))
    for name, labels in (("change_new", change.new), ("change_vanished", change.vanished)):
        if labels:
            yield wording(name, names=wording["comma"].join(names.get(label, label) for label in labels))


def _row(issue: Issue, figures: tuple[Figure, ...], code_frame: CodeFrame, wording: Wording) -> FigureRow:
    return FigureRow(
        issue_label(issue, code_frame, wording),
        issue_kind(issue, code_frame, wording),
        figures,
        f"detractors-{issue.rank}",
        label_language(issue, wording),
    )


def figure_table(
    name: str,
    titles: tuple[str, ...],
    rows: list[FigureRow],
    wording: Wording,
    visible: int = VISIBLE_ROWS,
    item: str = "issue",
) -> FigureTable | None:
    """The table whose title has that key in the catalogue; None without rows."""
    if not rows:
        return None
    return FigureTable(
        title=wording[name],
        hint=wording[f"{name}_hint"],
        item_title=wording[item],
        columns=tuple(wording[title] for title in titles),
        rows=tuple(rows[:visible]),
        more=tuple(rows[visible:]),
        size=wording.count(len(rows) - visible),
    )


def _recoverable(issue: Issue) -> Estimate:
    return Estimate(issue.impact, issue.low, issue.high)


def points_figure(estimate: Estimate | None, wording: Wording, *, signed: bool = False, decimals: int = 1) -> Figure:
    """Points with their interval; a dash where there are none."""
    if estimate is None:
        return Figure("–")
    return Figure(
        wording.points(estimate.value, signed=signed, decimals=decimals),
        wording.interval(estimate.low, estimate.high, signed=signed, decimals=decimals),
    )
