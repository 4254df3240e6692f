"""From a report to the page: the words and numbers of a language, the places of a drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines.render.context import (
    Amount,
    FindingText,
    GroupRow,
    GroupTable,
    IssueRow,
    IssueTable,
    Page,
    QuoteText,
    Ranking,
    RatingRow,
    ScorePanel,
    Tick,
)
from pipelines.render.geometry import Axis, stack
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.report import Finding, GroupNps, Issue, Nps, Quote, RatingSummary, Report

#: Rows of the ranking before the rest is folded away; likewise for the values of one segment.
ROWS_IN_SIGHT = 15
SEGMENTS_IN_SIGHT = 8

#: Findings on praise rather than on a complaint.
PRAISES = ("praise", "praised")


def build_page(report: Report, code_frame: CodeFrame, wording: Wording) -> Page:
    """The page of a report in the language of the wording."""
    wave = wording["all_waves"] if report.wave == "all" else report.wave
    counts = report.counts
    facts = ("responses", "scored", "comments", "non_answers", "duplicates")
    languages = ((tag, wording.language_name(tag), number) for tag, number in report.languages)
    return Page(
        title=wording("page_title", wave=wave),
        generated=wording("generated", moment=wording.moment(report.generated_at), model=report.model),
        facts=tuple((wording[name], wording.count(getattr(counts, name))) for name in facts),
        lead=_lead(report, code_frame, wording),
        findings=tuple(_finding_text(finding, report, code_frame, wording) for finding in report.findings),
        score=_score_panel(report.nps, report.nps_with_comment, wording) if report.nps else None,
        no_score=wording["no_nps" if report.ratings else "no_scores"],
        ratings=tuple(_rating_row(rating, wording) for rating in report.ratings),
        issues=_ranking("detractors", report.issues, report, code_frame, wording),
        delights=_ranking("promoters", report.delights, report, code_frame, wording),
        waves=_group_table(wording["waves"], report.waves, report.wave, wording) if report.waves else None,
        segments=_segment_tables(report.segments, wording),
        sentiment=_amounts(((label, wording[label], number) for label, number in report.sentiment), wording),
        languages=_amounts(languages, wording),
        notes=_notes(report, wording),
    )


def _issue_label(issue: Issue, code_frame: CodeFrame, wording: Wording) -> str:
    """A theme's name in the page's language; a topic's label as it was found."""
    if issue.kind == "theme" and issue.id in code_frame.ids:
        return code_frame[issue.id].name(wording.language)
    return issue.label


def _issue_kind(issue: Issue, code_frame: CodeFrame, wording: Wording) -> str:
    """Whether it is a theme, or a root cause and of which theme."""
    if issue.kind == "theme":
        return wording["theme"]
    known = issue.theme in code_frame.ids
    return wording("topic_in", theme=code_frame[issue.theme].name(wording.language) if known else issue.theme)


def _issue_badges(issue: Issue, wording: Wording) -> tuple[str, ...]:
    """What sets an issue apart."""
    badges = [wording["new"]] if issue.is_new else []
    if issue.is_pebble:
        badges.append(wording["pebble"])
    if issue.concentrated_in:
        value = issue.concentrated_in.partition("=")[2] or issue.concentrated_in
        badges.append(wording("concentrated", segment=value))
    return tuple(badges)


def _lead(report: Report, code_frame: CodeFrame, wording: Wording) -> str:
    """The finding in one sentence."""
    if not report.issues:
        return wording["lead_none"]
    if report.nps is None:
        most = report.issues[0]
        label = _issue_label(most, code_frame, wording)
        return wording("lead_mentions", label=label, mentions=wording.count(most.mentions))
    first = next((issue for issue in report.issues if issue.significant), None)
    if first is None:
        return wording["lead_unsure"]
    return wording(
        "lead",
        label=_issue_label(first, code_frame, wording),
        impact=wording.points(first.impact),
        interval=wording.interval(first.low, first.high),
        mentions=wording.count(first.mentions),
        detractors=wording.count(first.detractors),
    )


def _finding_text(finding: Finding, report: Report, code_frame: CodeFrame, wording: Wording) -> FindingText:
    """The issue that it speaks of by its name in the page's language, and a segment without its dimension."""
    values, anchor = dict(finding.values), None
    if "segment" in values:
        values["segment"] = str(values["segment"]).partition("=")[2] or values["segment"]
    if "issue" in values:
        kind, _, key = str(values["issue"]).partition(":")
        values["issue"] = code_frame[key].name(wording.language) if kind == "theme" and key in code_frame.ids else key
        for group, issues in (("promoters", report.delights), ("detractors", report.issues)):
            for issue in issues:
                if (issue.kind, issue.id) == (kind, key) and (group == "promoters") == finding.key.endswith(PRAISES):
                    values["issue"], anchor = _issue_label(issue, code_frame, wording), f"{group}-{issue.rank}"
    return FindingText(wording.note(replace(finding, values=values)), anchor)


def _notes(report: Report, wording: Wording) -> tuple[str, ...]:
    """What a reader must know, in the page's language: what the report remarks, and what always holds."""
    keys = ["note_interval"] if report.nps else []
    if any(issue.revenue_at_risk is not None for issue in report.issues):
        keys.append("note_revenue")
    return (*(wording.note(note) for note in report.notes), *(wording[key] for key in [*keys, "note_masked"]))


def _score_panel(nps: Nps, with_comment: Nps | None, wording: Wording) -> ScorePanel:
    groups = ("detractors", "passives", "promoters")
    beside = None
    if with_comment is not None and with_comment.n != nps.n:
        beside = wording(
            "with_comment",
            score=wording.points(with_comment.score, signed=True),
            interval=wording.interval(with_comment.low, with_comment.high, signed=True),
            n=wording.count(with_comment.n),
        )
    return ScorePanel(
        score=wording.points(nps.score, signed=True),
        interval=wording.interval(nps.low, nps.high, signed=True),
        n=wording("of_responses", n=wording.count(nps.n)),
        groups=_amounts(((name, wording[name], getattr(nps, name)) for name in groups), wording),
        with_comment=beside,
    )


def _rating_row(rating: RatingSummary, wording: Wording) -> RatingRow:
    return RatingRow(
        name=wording("rating", scale=rating.scale.replace("-", "–")),
        n=wording.count(rating.n),
        mean=wording.points(rating.mean),
        top_box=wording.share(rating.top_box),
    )


def _ranking(group: str, issues: Sequence[Issue], report: Report, code_frame: CodeFrame, wording: Wording) -> Ranking:
    """What costs points, by those who are detractors, or what promoters praise."""
    name = "ranking" if group == "detractors" else "delights"
    title = wording[name if report.nps else f"{name}_by_mentions"]
    parts = (title, issues[:ROWS_IN_SIGHT]), (wording["more_issues"], issues[ROWS_IN_SIGHT:])
    return Ranking(
        title=title,
        hint=wording[f"{name}_hint" if report.nps else "ranking_without_nps"],
        nothing=wording["lead_none" if group == "detractors" else "delights_none"],
        tables=tuple(
            _issue_table(title, group, part, report.nps is not None, code_frame, wording)
            for title, part in parts
            if part
        ),
    )


def _issue_table(
    title: str, group: str, issues: Sequence[Issue], has_impact: bool, code_frame: CodeFrame, wording: Wording
) -> IssueTable:
    axis = Axis.around(edge for issue in issues for edge in (issue.low, issue.impact, issue.high))
    has_revenue = any(issue.revenue_at_risk is not None for issue in issues)
    costs = group == "detractors"
    return IssueTable(
        title=title,
        item_title=wording["issue" if costs else "delight"],
        impact_title=wording["costs" if costs else "adds"],
        impact_explained=wording["costs_long" if costs else "adds_long"],
        group_title=wording[group],
        rows=tuple(_issue_row(group, issue, axis, code_frame, wording) for issue in issues),
        size=wording.count(len(issues)),
        columns=str(3 + 3 * has_impact + has_revenue),
        ticks=_ticks(axis, wording),
        zero=axis.place(0),
        has_impact=has_impact,
        has_revenue=has_revenue,
    )


def _issue_row(group: str, issue: Issue, axis: Axis, code_frame: CodeFrame, wording: Wording) -> IssueRow:
    revenue = issue.revenue_at_risk
    voices = [wording.language_name(tag) for tag in issue.languages]
    return IssueRow(
        anchor=f"{group}-{issue.rank}",
        rank=wording.count(issue.rank),
        label=_issue_label(issue, code_frame, wording),
        label_language=None if issue.kind == "theme" else _only(issue.languages),
        kind=_issue_kind(issue, code_frame, wording),
        badges=_issue_badges(issue, wording),
        sure=issue.significant,
        impact=wording.points(issue.impact),
        interval=wording.interval(issue.low, issue.high),
        mark=axis.mark(issue.impact, issue.low, issue.high),
        mentions=wording.amount(issue.mentions),
        group=wording.amount(getattr(issue, group)),
        revenue="–" if revenue is None else wording.amount(revenue),
        quotes=tuple(_quote_text(quote, wording) for quote in issue.quotes),
        quote_count=wording.count(len(issue.quotes)),
        keywords=issue.keywords,
        waves=_amounts(((wave, wave, number) for wave, number in issue.waves), wording),
        voices=wording["comma"].join(voices),
        has_evidence=bool(issue.quotes or issue.keywords or issue.waves),
    )


def _quote_text(quote: Quote, wording: Wording) -> QuoteText:
    text = quote.text
    facts = [wording("score", score=wording.count(quote.score))] if quote.score is not None else []
    if quote.language != wording.language:
        facts.append(wording.language_name(quote.language))
    facts += [fact for fact in (quote.wave, *(s.partition("=")[2] or s for s in quote.segments)) if fact]
    return QuoteText(
        before=text[: quote.start],
        clause=text[quote.start : quote.end],
        after=text[quote.end :],
        language=quote.language,
        facts=tuple(facts),
    )


def _group_table(title: str, groups: Sequence[GroupNps], current: str, wording: Wording) -> GroupTable:
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
        ticks=_ticks(axis, wording),
        zero=axis.place(0),
        size=wording.count(len(rows)),
        folded=len(rows) > SEGMENTS_IN_SIGHT,
    )


def _segment_tables(segments: Sequence[GroupNps], wording: Wording) -> tuple[GroupTable, ...]:
    """One table a dimension, in the order in which the report names them."""
    dimensions: dict[str, list[GroupNps]] = {}
    for segment in segments:
        dimension, _, value = segment.name.partition("=")
        dimensions.setdefault(dimension, []).append(GroupNps(value or dimension, segment.nps))
    return tuple(_group_table(name, groups, "", wording) for name, groups in dimensions.items())


def _ticks(axis: Axis, wording: Wording) -> tuple[Tick, ...]:
    return tuple(Tick(axis.place(value), wording.tick(value)) for value in axis.ticks)


def _amounts(entries: Iterable[tuple[str, str, int]], wording: Wording) -> tuple[Amount, ...]:
    """Rows of (key, name, count) with their shares of the sum."""
    listed = list(entries)
    numbers = [number for _, _, number in listed]
    total = sum(numbers) or 1
    return tuple(
        Amount(key, name, wording.count(number), wording.share(number / total), part)
        for (key, name, number), part in zip(listed, stack(numbers), strict=True)
    )


def _only(languages: Sequence[str]) -> str | None:
    """The language, where there is only one."""
    return languages[0] if len(languages) == 1 else None
