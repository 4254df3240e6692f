"""Builds the context of the page from a report, in one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.render.amounts import amounts, ticks
from pipelines.render.benchmark import panel
from pipelines.render.context import (
    FindingText,
    GroupRow,
    GroupTable,
    Page,
    RatingRow,
    ScorePanel,
)
from pipelines.render.figures import alerts, board, change, concentrations, measures, scenarios
from pipelines.render.fixes import fix_names, fixes
from pipelines.render.geometry import Axis
from pipelines.render.ranking import cause_names, issue_label, ranking
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.estimate import Nps
from saywhy.issue import CauseKey
from saywhy.note import Finding
from saywhy.report import ALL_WAVES, GroupNps, RatingSummary, Report

#: A dimension with more segments than this is folded.
VISIBLE_SEGMENTS = 8

#: Suffixes of the keys of findings on praise; other findings are on complaints.
_PRAISE_SUFFIXES = ("praise", "praised")


def build_page(report: Report, code_frame: CodeFrame, wording: Wording) -> Page:
    """The page of a report in the language of the wording."""
    wave = wording["all_waves"] if report.wave == ALL_WAVES else report.wave
    counts = report.counts
    facts = ("responses", "scored", "comments", "non_answers", "duplicates")
    languages = ((tag, wording.language_name(tag), number) for tag, number in report.languages)
    return Page(
        title=wording("page_title", wave=wave),
        generated=wording("generated", moment=wording.moment(report.generated_at), model=report.model),
        facts=tuple((wording[name], wording.count(getattr(counts, name))) for name in facts),
        lead=lead(report, code_frame, wording),
        findings=tuple(finding_text(finding, report, code_frame, wording) for finding in report.findings),
        score=score_panel(report.nps, report.nps_with_comment, wording) if report.nps else None,
        no_score=wording["no_nps" if report.ratings else "no_scores"],
        ratings=tuple(_rating_row(rating, wording) for rating in report.ratings),
        measures=measures(report, code_frame, wording),
        board=board(report, code_frame, wording),
        scenarios=scenarios(report, code_frame, wording),
        fixes=fixes(report, code_frame, wording),
        change=change(report, code_frame, wording),
        benchmark=panel(report.benchmark, cause_names(report, code_frame, wording), code_frame, wording),
        alerts=alerts(report, code_frame, wording),
        concentrations=concentrations(report, code_frame, wording),
        issues=ranking("detractors", report.issues, report, code_frame, wording),
        delights=ranking("promoters", report.delights, report, code_frame, wording),
        waves=group_table(wording["waves"], report.waves, report.wave, wording) if report.waves else None,
        segments=_segment_tables(report.segments, wording),
        sentiment=amounts(((label, wording[label], number) for label, number in report.sentiment), wording),
        languages=amounts(languages, wording),
        notes=_notes(report, wording),
    )


def lead(report: Report, code_frame: CodeFrame, wording: Wording) -> str:
    """The main result in one sentence."""
    if not report.issues:
        return wording["lead_none"]
    if report.nps is None:
        most_frequent = report.issues[0]
        label = issue_label(most_frequent, code_frame, wording)
        return wording("lead_mentions", label=label, mentions=wording.count(most_frequent.mentions))
    first = next((issue for issue in report.issues if issue.significant), None)
    if first is None:
        return wording["lead_unsure"]
    return wording(
        "lead",
        label=issue_label(first, code_frame, wording),
        impact=wording.points(first.impact),
        interval=wording.interval(first.low, first.high),
        mentions=wording.count(first.mentions),
        detractors=wording.count(first.detractors),
    )


def finding_text(finding: Finding, report: Report, code_frame: CodeFrame, wording: Wording) -> FindingText:
    """The sentence of a finding, with its issue named in the language of the page and segments without dimension."""
    values, anchor = dict(finding.values), None
    if "date" in values:
        values["wave"] = wording.day(str(values["date"]))
    if "segment" in values:
        values["segment"] = wording.segment(str(values["segment"]))
    if "issue" in values:
        key = CauseKey.parse(str(values["issue"]))
        is_coded = key.kind == "theme" and key.id in code_frame.ids
        values["issue"] = code_frame[key.id].name(wording.language) if is_coded else key.id
        for group, issues in (("promoters", report.delights), ("detractors", report.issues)):
            for issue in issues:
                if issue.key == key and (group == "promoters") == finding.key.endswith(_PRAISE_SUFFIXES):
                    values["issue"], anchor = issue_label(issue, code_frame, wording), f"{group}-{issue.rank}"
        if "fixes" in finding.evidence:
            values["issue"], anchor = fix_names(report, code_frame, wording)[str(key)], "fixes"
    return FindingText(wording.note(replace(finding, values=values)), anchor)


def _notes(report: Report, wording: Wording) -> tuple[str, ...]:
    """The notes of the report and the general notes, in the language of the page."""
    keys = ["note_interval"] if report.nps else []
    if any(issue.revenue_at_risk is not None for issue in report.issues):
        keys.append("note_revenue")
    return (*(wording.note(note) for note in report.notes), *(wording[key] for key in [*keys, "note_masked"]))


def score_panel(nps: Nps, with_comment: Nps | None, wording: Wording) -> ScorePanel:
    """The NPS with its three groups, and beside it that of those who wrote a comment."""
    groups = ("detractors", "passives", "promoters")
    with_comment_text = None
    if with_comment is not None and with_comment.n != nps.n:
        with_comment_text = wording(
            "with_comment",
            score=wording.points(with_comment.score, signed=True),
            interval=wording.interval(with_comment.low, with_comment.high, signed=True),
            n=wording.count(with_comment.n),
        )
    return ScorePanel(
        score=wording.points(nps.score, signed=True),
        interval=wording.interval(nps.low, nps.high, signed=True),
        n=wording("of_responses", n=wording.count(nps.n)),
        groups=amounts(((name, wording[name], getattr(nps, name)) for name in groups), wording),
        with_comment=with_comment_text,
    )


def _rating_row(rating: RatingSummary, wording: Wording) -> RatingRow:
    return RatingRow(
        name=wording("rating", scale=rating.scale.replace("-", "–")),
        n=wording.count(rating.n),
        mean=wording.points(rating.mean),
        top_box=wording.share(rating.top_box),
    )


def group_table(title: str, groups: Sequence[GroupNps], current: str, wording: Wording) -> GroupTable:
    """The NPS of groups on one axis; the group called `current` stands out."""
    edges = [edge for group in groups for edge in (group.nps.low, group.nps.score, group.nps.high)]
    axis = Axis.around(edges, bounds=(-100, 100))
    rows = tuple(
        GroupRow(
            name=group.name,
            score=wording.points(group.nps.score, signed=True),
            interval=wording.interval(group.nps.low, group.nps.high, signed=True),
            n=wording.count(group.nps.n),
            mark=axis.mark(group.nps.score, group.nps.low, group.nps.high),
            current=group.name == current,
        )
        for group in groups
    )
    return GroupTable(
        title=title,
        rows=rows,
        ticks=ticks(axis, wording),
        zero=axis.position(0),
        size=wording.count(len(rows)),
        folded=len(rows) > VISIBLE_SEGMENTS,
    )


def _segment_tables(segments: Sequence[GroupNps], wording: Wording) -> tuple[GroupTable, ...]:
    """One table per dimension, in the order of the report."""
    dimensions: dict[str, list[GroupNps]] = {}
    for segment in segments:
        dimension = segment.name.partition("=")[0]
        dimensions.setdefault(dimension, []).append(GroupNps(wording.segment(segment.name), segment.nps))
    return tuple(group_table(name, groups, "", wording) for name, groups in dimensions.items())
