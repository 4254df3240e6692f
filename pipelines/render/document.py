"""Builds the document of a report: what is printed, sent as a PDF, and shared by a link.

It is short whatever the report is: the costliest rows, the leading causes with some quotes, the latest waves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.render.context import IssueTable, QuoteText
from pipelines.render.document_context import CauseSection, Document, DocumentRanking, LanguageLink
from pipelines.render.page import build_page, group_table, score_panel
from pipelines.render.ranking import cause_names, issue_badges, issue_facts, issue_label, issue_table
from pipelines.render.tree import REST, Node, trees
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.issue import Issue
from saywhy.report import Report

#: Rows of the complaints, and of the praise after them; causes with quotes; quotes of each; waves.
ROWS, PRAISE_ROWS, CAUSES, QUOTES, WAVES = 30, 8, 6, 3, 16

#: Quotes of a document on one cause.
QUOTES_OF_ONE = 10

#: Characters of a quote before its clause, of the clause, and after it.
_BEFORE, _CLAUSE, _AFTER = 200, 500, 200


@dataclass(frozen=True, slots=True)
class Selection:
    """The part of a report that a document shows; by default all of it.

    `keys` are those of the causes, in their order, None for all; `is_praise`: they are praise. With a `segment` the NPS
    is that of the segment. `cause` is the key of the one cause that the document is on. `described` says in words what
    was chosen, as (title, value); empty for the whole report.
    """

    keys: tuple[str, ...] | None = None
    is_praise: bool = False
    segment: str = ""
    cause: str = ""
    described: tuple[tuple[str, str], ...] = ()


def build_document(
    report: Report,
    code_frame: CodeFrame,
    wording: Wording,
    selection: Selection = Selection(),  # it is frozen
    *,
    with_quotes: bool = True,
    banner: str = "",
    languages: tuple[LanguageLink, ...] = (),
) -> Document:
    """The document of a report, or of a part of it."""
    shown = _selected(report, selection)
    page = build_page(shown, code_frame, wording)
    is_whole = not selection.described
    groups = ["detractors", "promoters"] if is_whole else ["promoters" if selection.is_praise else "detractors"]
    sections = tuple(_sections(groups[0], shown, selection, code_frame, wording, with_quotes=with_quotes))
    segment = wording.segment(selection.segment) if selection.segment else ""
    nps = next((group.nps for group in report.segments if group.name == selection.segment), None)
    waves = shown.waves[-WAVES:]
    return Document(
        title=sections[0].label if selection.cause and sections else page.title,
        subject=" · ".join(value for _, value in selection.described),
        chosen=selection.described,
        banner=banner,
        languages=languages,
        score=page.score if not segment else score_panel(nps, None, wording) if nps else None,
        score_title=segment,
        no_score=wording["segment_unknown"] if selection.segment else page.no_score,
        lead=page.lead if is_whole else "",
        findings=page.findings if is_whole else (),
        waves=group_table(wording["waves"], waves, report.wave, wording) if waves else None,
        rankings=tuple(
            _ranking(group, index, shown, selection, code_frame, wording) for index, group in enumerate(groups)
        ),
        causes_title=wording["document.causes" if with_quotes else "document.causes_without_quotes"],
        causes=sections,
        notes=page.notes,
        facts=page.facts,
        generated=page.generated,
    )


def _selected(report: Report, selection: Selection) -> Report:
    """The report with the causes that are selected; a theme of which causes are left out has no rest."""
    keys: Sequence[str] | None = selection.keys
    issues = report.delights if selection.is_praise else report.issues
    if selection.cause:
        parts = (str(issue.key) for issue in issues if issue.parent == selection.cause)
        keys = (selection.cause, *parts)
    if keys is None:
        return report
    by_key = {str(issue.key): issue for issue in issues}
    divided = {issue.parent for key, issue in by_key.items() if key not in keys}
    listed = [by_key[key] for key in keys if key in by_key]
    ranked = tuple(
        replace(issue, rank=rank, rest=None if str(issue.key) in divided else issue.rest)
        for rank, issue in enumerate(listed, 1)
    )
    return replace(report, delights=ranked) if selection.is_praise else replace(report, issues=ranked)


def _ranking(
    group: str, index: int, report: Report, selection: Selection, code_frame: CodeFrame, wording: Wording
) -> DocumentRanking:
    """The complaints or the praise as a table. What may be chance makes room for other themes."""
    is_complaint, limit = group == "detractors", PRAISE_ROWS if index else ROWS
    nodes = _nodes(report.issues if is_complaint else report.delights)
    rows = nodes
    if len(nodes) > limit:
        prominent = [node for node in nodes if not node.is_part or node.issue.significant or node.issue.kind == REST]
        rows = prominent[:limit]
    name = "ranking" if is_complaint else "delights"
    title = wording[name if report.nps else f"{name}_by_mentions"]
    table: IssueTable | None = issue_table(title, group, rows, report, code_frame, wording) if rows else None
    left_out = len(nodes) - len(rows)
    nothing = "delights_none" if not is_complaint else "lead_none"
    if selection.described:
        nothing = "document.not_ranked" if selection.cause else "document.nothing_matches"
    return DocumentRanking(
        kind="costs" if is_complaint else "adds",
        title=title,
        hint=wording[f"{name}_hint" if report.nps else "ranking_without_nps"],
        nothing=wording[nothing],
        table=table,
        more=wording("document.more", n=wording.count(left_out)) if left_out else "",
    )


def _nodes(issues: Sequence[Issue]) -> list[Node]:
    return [node for tree in trees(issues) for node in tree]


def _sections(
    group: str, report: Report, selection: Selection, code_frame: CodeFrame, wording: Wording, *, with_quotes: bool
) -> Iterator[CauseSection]:
    """The leading causes; a theme only where the ranking has none of its causes. Or the one that is selected."""
    issues = report.delights if group == "promoters" else report.issues
    nodes = [node for node in _nodes(issues) if node.issue.kind != REST]
    if selection.cause:
        leading = [node for node in nodes if str(node.issue.key) == selection.cause]
    else:
        divided = {node.issue.parent for node in nodes}
        causes = [node for node in nodes if str(node.issue.key) not in divided]
        ranked = sorted(causes, key=lambda node: node.issue.rank)
        leading = [node for node in ranked if node.issue.significant or report.nps is None][:CAUSES]
    limit = QUOTES_OF_ONE if selection.cause else QUOTES
    for node in leading:
        yield _section(node, group, report, limit if with_quotes else 0, code_frame, wording)


def _section(
    node: Node, group: str, report: Report, quotes: int, code_frame: CodeFrame, wording: Wording
) -> CauseSection:
    issue = node.issue
    [row] = issue_table("", group, [node], report, code_frame, wording).rows
    names = cause_names(report, code_frame, wording)
    facts = {fact.title: fact.entries for fact in issue_facts(group, issue, names, wording)}
    counts = [(wording["mentions"], row.mentions)]
    if report.nps is not None:
        counts.append((wording[group], row.group))
    return CauseSection(
        number=node.number,
        label=issue_label(issue, code_frame, wording),
        label_language=row.label_language,
        kind=row.kind,
        badges=(*issue_badges(issue, wording), *(() if row.sure else (wording["not_significant"],))),
        points=row.impact if report.nps is not None else "",
        interval=row.interval,
        counts=tuple(counts),
        definition=issue.definition.text(wording.language) if issue.definition else "",
        segments=facts.get(wording["named_more_in"], ()),
        waves=row.waves[-WAVES:],
        quotes=tuple(_shortened(quote) for quote in row.quotes[:quotes]),
    )


def _shortened(quote: QuoteText) -> QuoteText:
    """The quote with as much around its clause as a page has room for."""
    before, clause, after = quote.before, quote.clause, quote.after
    if not clause:  # the whole comment is after a clause of no length
        after = after if len(after) <= _CLAUSE else after[:_CLAUSE] + "…"
        return replace(quote, after=after)
    return replace(
        quote,
        before=before if len(before) <= _BEFORE else "…" + before[-_BEFORE:],
        clause=clause if len(clause) <= _CLAUSE else clause[:_CLAUSE] + "…",
        after=after if len(after) <= _AFTER else after[:_AFTER] + "…",
    )
