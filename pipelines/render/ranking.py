"""Builds the rankings of the page: complaints that cost points and praise by promoters, with their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipelines.render import benchmark
from pipelines.render.amounts import amounts, ticks
from pipelines.render.context import Fact, Figure, IssueRow, IssueTable, QuoteText, Ranking
from pipelines.render.geometry import Axis
from pipelines.render.tree import REST, Node, trees
from pipelines.render.wording import Wording, printable
from saywhy.benchmark import Benchmark
from saywhy.code_frame import CodeFrame
from saywhy.estimate import Estimate
from saywhy.issue import Issue, Quote, SegmentRate
from saywhy.report import Report

#: Rows of a ranking that are not folded, and segments that a row names.
VISIBLE_ROWS = 15
MAX_SEGMENTS = 3


def ranking(group: str, issues: Sequence[Issue], report: Report, code_frame: CodeFrame, wording: Wording) -> Ranking:
    """The ranking of complaints (`group` "detractors") or of praise ("promoters")."""
    name = "ranking" if group == "detractors" else "delights"
    title = wording[name if report.nps else f"{name}_by_mentions"]
    more = wording["more_issues" if group == "detractors" else "more_delights"]
    nodes = [node for tree in trees(issues) for node in tree]
    # Causes that may be chance are folded, so that a theme with many of them does not hide the next theme.
    prominent = [node for node in nodes if not node.is_part or node.issue.significant or node.issue.kind == REST]
    visible = prominent[:VISIBLE_ROWS]
    parts = (title, visible), (more, [node for node in nodes if node not in visible])
    return Ranking(
        title=title,
        hint=wording[f"{name}_hint" if report.nps else "ranking_without_nps"],
        nothing=wording["lead_none" if group == "detractors" else "delights_none"],
        tables=tuple(_issue_table(title, group, part, report, code_frame, wording) for title, part in parts if part),
    )


def _issue_table(
    title: str, group: str, nodes: Sequence[Node], report: Report, code_frame: CodeFrame, wording: Wording
) -> IssueTable:
    issues = [node.issue for node in nodes]
    names = cause_names(report, code_frame, wording)
    has_impact = report.nps is not None
    axis = Axis.around(edge for issue in issues for edge in (issue.low, issue.impact, issue.high))
    # Beside a benchmark there is no room for the revenue, which is among the details of a row too.
    has_revenue = report.benchmark is None and any(issue.revenue_at_risk is not None for issue in issues)
    benchmark_titles = benchmark.columns(report.benchmark, wording) if report.benchmark else ()
    is_complaint = group == "detractors"
    return IssueTable(
        title=title,
        item_title=wording["issue" if is_complaint else "delight"],
        impact_title=wording["costs" if is_complaint else "adds"],
        impact_explained=wording["costs_long" if is_complaint else "adds_long"],
        group_title=wording[group],
        rows=tuple(_issue_row(group, node, axis, names, report.benchmark, code_frame, wording) for node in nodes),
        size=wording.count(len(issues)),
        columns=str(3 + 3 * has_impact + has_revenue + len(benchmark_titles)),
        ticks=ticks(axis, wording),
        zero=axis.position(0),
        has_impact=has_impact,
        has_revenue=has_revenue,
        benchmark=benchmark_titles,
    )


def cause_names(report: Report, code_frame: CodeFrame, wording: Wording) -> dict[str, str]:
    """The label of every cause on the page by its key."""
    return {str(issue.key): issue_label(issue, code_frame, wording) for issue in (*report.delights, *report.issues)}


def _issue_row(
    group: str,
    node: Node,
    axis: Axis,
    names: Mapping[str, str],
    compared: Benchmark | None,
    code_frame: CodeFrame,
    wording: Wording,
) -> IssueRow:
    issue = node.issue
    revenue = issue.revenue_at_risk
    languages = [wording.language_name(tag) for tag in issue.languages]
    facts = tuple(issue_facts(group, issue, names, wording))
    return IssueRow(
        anchor=f"{group}-{issue.rank}" + ("-rest" if issue.kind == REST else ""),
        rank=node.number,
        is_part=node.is_part,
        label=issue_label(issue, code_frame, wording),
        label_language=label_language(issue, wording),
        kind=issue_kind(issue, code_frame, wording),
        badges=issue_badges(issue, wording),
        sure=issue.significant,
        impact=wording.points(issue.impact),
        interval=wording.interval(issue.low, issue.high),
        estimate=Estimate(issue.impact, issue.low, issue.high),
        mark=axis.mark(issue.impact, issue.low, issue.high),
        mentions=wording.amount(issue.mentions),
        group=wording.amount(getattr(issue, group)),
        revenue="–" if revenue is None else wording.amount(revenue),
        quotes=quote_texts(issue.quotes, wording),
        quote_count=wording.count(len(issue.quotes)),
        keywords=issue.keywords,
        waves=amounts(((wave, wave, number) for wave, number in issue.waves), wording),
        voices=wording["comma"].join(languages),
        facts=facts,
        has_evidence=bool(issue.quotes or issue.keywords or issue.waves or facts),
        audited=_audited_points(issue, wording),
        benchmark=_benchmark_figures(group, issue, compared, wording),
    )


def _benchmark_figures(group: str, issue: Issue, compared: Benchmark | None, wording: Wording) -> tuple[Figure, ...]:
    polarity = "negative" if group == "detractors" else "positive"
    return benchmark.figures(compared, polarity, issue.key, wording) if compared else ()


def issue_facts(group: str, issue: Issue, names: Mapping[str, str], wording: Wording) -> Iterator[Fact]:
    """Details of an issue: both bases, definition, people and revenue, the topic, causes that share its clauses,
    segments, the chance to lead, and the audit."""
    if issue.among_commenters is not None:
        among = issue.among_commenters
        yield Fact(
            wording["bases"],
            (
                wording(
                    "base_scored", points=wording.points(issue.impact), interval=wording.interval(issue.low, issue.high)
                ),
                wording(
                    "base_commented",
                    points=wording.points(among.value),
                    interval=wording.interval(among.low, among.high),
                ),
            ),
        )
    if shared := [entry for entry in issue.co_named if entry.cause in names]:
        texts = (
            wording("co_named_share", label=names[entry.cause], share=wording.share(entry.share)) for entry in shared
        )
        yield Fact(wording["co_named"], tuple(texts))
    if issue.definition is not None:
        title = wording["definition_proposed" if issue.definition.is_proposed else "definition"]
        yield Fact(title, (printable(issue.definition.text(wording.language)),))
    stake = issue.stake
    if stake is not None:
        entries = [wording(f"stake_share_{group}", share=wording.share(stake.share))]
        if stake.accounts is not None:
            entries.append(wording("stake_accounts", n=wording.amount(stake.accounts)))
        if stake.leaving is not None:
            entries.append(wording("stake_leaving", n=wording.amount(stake.leaving)))
        for name, money in (("revenue", stake.revenue), ("lifetime", stake.lifetime_value)):
            if money is not None:
                entries.append(wording(f"stake_{name}", amount=wording.amount(money)))
        yield Fact(wording["stake"], tuple(entries))
    if issue.topic is not None and (issue.topic.stability is not None or issue.topic.parts):
        entries = []
        if issue.topic.stability is not None:
            since = wording.day(issue.topic.first_seen)
            entries.append(wording("topic_facts", stability=wording.share(issue.topic.stability), since=since))
        if issue.topic.parts:
            parts = (f"{printable(label)} ({wording.count(size)})" for label, size in issue.topic.parts)
            entries.append(wording("topic_parts", parts=wording["comma"].join(parts)))
        yield Fact(wording["as_topic"], tuple(entries))
    if issue.segments:
        segments = issue.segments[:MAX_SEGMENTS]
        yield Fact(wording["named_more_in"], tuple(_times_as_often(segment, wording) for segment in segments))
    if issue.leave_out is not None:
        yield Fact(wording["top_three"], (wording.share(issue.top_three),))
    if issue.audited is not None:
        rate = issue.audited.rate
        yield Fact(
            wording["audited_rate"],
            (
                wording(
                    "audited_share",
                    share=wording.share(rate.value),
                    low=wording.share(rate.low),
                    high=wording.share(rate.high),
                    model=wording.share(issue.audited.model_rate),
                ),
            ),
        )


def _times_as_often(rate: SegmentRate, wording: Wording) -> str:
    return wording("times_as_often", segment=wording.segment(rate.segment), times=wording.points(rate.times.value))


def _audited_points(issue: Issue, wording: Wording) -> str | None:
    if issue.audited is None or issue.audited.impact is None:
        return None
    impact = issue.audited.impact
    interval = wording.interval(impact.low, impact.high)
    return wording("audited_points", points=wording.points(impact.value), interval=interval)


def quote_texts(quotes: Sequence[Quote], wording: Wording) -> tuple[QuoteText, ...]:
    """The quotes for the page."""
    return tuple(quote_text(quote, wording) for quote in _readable_first(quotes, wording.language))


def _readable_first(quotes: Sequence[Quote], language: str) -> list[Quote]:
    """The quotes in the language of the page first, otherwise in the order of the report."""
    return sorted(quotes, key=lambda quote: quote.language != language)


def quote_text(quote: Quote, wording: Wording) -> QuoteText:
    """A quote with the clause that names the cause apart, and what is known of who wrote it."""
    text = quote.text
    facts = [wording("score", score=wording.count(quote.score))] if quote.score is not None else []
    if quote.language != wording.language:
        facts.append(wording.language_name(quote.language))
    facts += [fact for fact in (quote.wave, *map(wording.segment, quote.segments)) if fact]
    return QuoteText(
        before=text[: quote.start],
        clause=text[quote.start : quote.end],
        after=text[quote.end :],
        language=quote.language,
        facts=tuple(dict.fromkeys(facts)),  # without repetition, as the language may be a segment too
    )


def issue_label(issue: Issue, code_frame: CodeFrame, wording: Wording) -> str:
    """The name of a theme in the language of the page; the label of a topic in it, if there is one."""
    if issue.kind != "topic" and issue.id in code_frame.ids:
        name = code_frame[issue.id].name(wording.language)
        return wording("rest_of", theme=name) if issue.kind == REST else name
    return issue.labels.get(wording.language, issue.label)


def issue_kind(issue: Issue, code_frame: CodeFrame, wording: Wording) -> str:
    """Whether the issue is a theme, or a root cause in a theme, which is named."""
    if issue.kind == "theme":
        return wording["theme"]
    if issue.kind == REST:
        return wording["rest"]
    return wording("topic_in", theme=code_frame.name_of(issue.theme, wording.language))


def issue_badges(issue: Issue, wording: Wording) -> tuple[str, ...]:
    """Short marks of an issue: new, emerging, unstable, quick win, concentrated."""
    badges = [wording["new"]] if issue.is_new else []
    if issue.topic and issue.topic.is_emerging:
        badges.append(wording("emerging", since=wording.day(issue.topic.first_seen)))
    if issue.topic and issue.topic.is_unstable:
        badges.append(wording["unstable"])
    if issue.is_pebble:
        badges.append(wording["pebble"])
    if issue.concentrated_in:
        badges.append(wording("concentrated", segment=wording.segment(issue.concentrated_in)))
    return tuple(badges)


def label_language(issue: Issue, wording: Wording) -> str | None:
    """The language of the label of a topic that has none in the language of the page, if it can be only one."""
    has_own_label = issue.kind != "topic" or wording.language in issue.labels
    return None if has_own_label else single_language(issue.languages)


def single_language(languages: Sequence[str]) -> str | None:
    """The language, if there is only one."""
    return languages[0] if len(languages) == 1 else None
