"""Builds the table of what was fixed, and the words for what is said of a fix."""

from __future__ import annotations

from pipelines.render.context import Figure, FigureRow, FigureTable
from pipelines.render.figures import figure_table, points_figure
from pipelines.render.ranking import issue_label
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.fix import FixOutcome, FixState
from saywhy.issue import CauseKey
from saywhy.report import Report


def fixes(report: Report, code_frame: CodeFrame, wording: Wording) -> FigureTable | None:
    """Causes that people marked as fixed, in the order of the report."""
    names = fix_names(report, code_frame, wording)
    ranks = {str(issue.key): issue.rank for issue in report.issues}
    rows = [
        FigureRow(
            names[outcome.cause],
            wording("fixed_from", start=fix_start(outcome, wording)),
            fix_figures(outcome, wording),
            f"detractors-{ranks[outcome.cause]}" if outcome.cause in ranks else None,
        )
        for outcome in report.fixes
    ]
    return figure_table("fixes", ("fix_state", "fix_share", "fix_responses", "fix_recovered"), rows, wording)


def fix_names(report: Report, code_frame: CodeFrame, wording: Wording) -> dict[str, str]:
    """The names of the causes that were fixed by their keys; after its fix a cause may not be among the issues."""
    named = {str(issue.key): issue_label(issue, code_frame, wording) for issue in report.issues}
    return {fix.cause: named.get(fix.cause) or _label(fix, code_frame, wording) for fix in report.fixes}


def fix_start(outcome: FixOutcome, wording: Wording) -> str:
    """The wave, or the day as the language writes it, from which on a cause is fixed."""
    return wording.day(outcome.date) if outcome.wave is None else outcome.wave


def fix_figures(outcome: FixOutcome, wording: Wording) -> tuple[Figure, ...]:
    """State, share that names the cause, responses with a comment, and points recovered; each with its detail."""
    before, after = (
        wording.share(period.rate.value) if period.rate else "–" for period in (outcome.before, outcome.after)
    )
    target = wording("fix_target", rate=wording.share(outcome.target)) if outcome.target is not None else ""
    responses = (wording.count(period.responses) for period in (outcome.before, outcome.after))
    unknown = wording("fix_unknown", n=wording.count(outcome.unknown)) if outcome.unknown else ""
    return (
        Figure(_state(outcome, wording), fix_certainty(outcome, wording)),
        Figure(wording("from_to", before=before, after=after), target),
        Figure(wording("from_to", **dict(zip(("before", "after"), responses, strict=True))), unknown),
        points_figure(outcome.recovered, wording, signed=True),
    )


def _state(outcome: FixOutcome, wording: Wording) -> str:
    match outcome.state:
        case FixState.VERIFIED:
            return wording["fix_verified"]
        case FixState.REGRESSED:
            return wording["fix_regressed"]
        case FixState.WATCHING:
            return wording["fix_watching"]


def fix_certainty(outcome: FixOutcome, wording: Wording) -> str:
    """How sure the state is; of a fix that is still watched, what is needed."""
    if outcome.above_target is None:
        return wording["fix_without_target"]
    if outcome.state is FixState.WATCHING:
        if outcome.needed is None:
            return wording["fix_close"]
        needed = "fix_needed" if outcome.after.mentions else "fix_needed_unnamed"
        return wording(needed, n=wording.count(outcome.needed))
    if outcome.state is FixState.REGRESSED:
        return wording("fix_above", probability=wording.share(outcome.above_target))
    return wording("fix_below", probability=wording.share(1 - outcome.above_target))


def _label(outcome: FixOutcome, code_frame: CodeFrame, wording: Wording) -> str:
    """The name of a cause that is not among the issues of the report."""
    key = CauseKey.parse(outcome.cause)
    if key.kind == "theme" and key.id in code_frame.ids:
        return code_frame[key.id].name(wording.language)
    return outcome.labels.get(wording.language, outcome.label)
