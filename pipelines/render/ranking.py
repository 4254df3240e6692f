"""The rankings of the page: what costs points and what promoters praise, each row with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.render.amounts import amounts, ticks
from pipelines.render.context import Fact, IssueRow, IssueTable, QuoteText, Ranking
from pipelines.render.geometry import Axis
from pipelines.render.wording import Wording, printable
from saywhy.code_frame import CodeFrame
from saywhy.issue import Issue, Quote, SegmentRate
from saywhy.report import Report

#: Rows of the ranking before the rest is folded away, and segments that a row names.
ROWS_IN_SIGHT = 15
SEGMENTS_NAMED = 3


def ranking(group: str, issues: Sequence[Issue], report: Report, code_frame: CodeFrame, wording: Wording) -> Ranking:
    """What costs points, by those who are detractors, or what promoters praise."""
    name = "ranking" if group == "detractors" else "delights"
    title = wording[name if report.nps else f"{name}_by_mentions"]
    more = wording["more_issues" if group == "detractors" else "more_delights"]
    parts = (title, issues[:ROWS_IN_SIGHT]), (more, issues[ROWS_IN_SIGHT:])
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
        ticks=ticks(axis, wording),
        zero=axis.place(0),
        has_impact=has_impact,
        has_revenue=has_revenue,
    )


def _issue_row(group: str, issue: Issue, axis: Axis, code_frame: CodeFrame, wording: Wording) -> IssueRow:
    revenue = issue.revenue_at_risk
    voices = [wording.language_name(tag) for tag in issue.languages]
    facts = tuple(_facts(group, issue, wording))
    return IssueRow(
        anchor=f"{group}-{issue.rank}",
        rank=wording.count(issue.rank),
        label=issue_label(issue, code_frame, wording),
        label_language=None if issue.kind == "theme" or wording.language in issue.labels else only(issue.languages),
        kind=issue_kind(issue, code_frame, wording),
        badges=_issue_badges(issue, wording),
        sure=issue.significant,
        impact=wording.points(issue.impact),
        interval=wording.interval(issue.low, issue.high),
        mark=axis.mark(issue.impact, issue.low, issue.high),
        mentions=wording.amount(issue.mentions),
        group=wording.amount(getattr(issue, group)),
        revenue="–" if revenue is None else wording.amount(revenue),
        quotes=tuple(_quote_text(quote, wording) for quote in _readable_first(issue.quotes, wording.language)),
        quote_count=wording.count(len(issue.quotes)),
        keywords=issue.keywords,
        waves=amounts(((wave, wave, number) for wave, number in issue.waves), wording),
        voices=wording["comma"].join(voices),
        facts=facts,
        has_evidence=bool(issue.quotes or issue.keywords or issue.waves or facts),
        audited=_audited_points(issue, wording),
    )


def _facts(group: str, issue: Issue, wording: Wording) -> Iterator[Fact]:
    """Who is behind it, where it is named more often, how sure it leads, and what an audit says."""
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
    if issue.topic is not None and issue.topic.stability is not None:
        entries = [
            wording(
                "topic_facts", stability=wording.share(issue.topic.stability), since=wording.day(issue.topic.first_seen)
            )
        ]
        if issue.topic.parts:
            parts = (f"{printable(label)} ({wording.count(size)})" for label, size in issue.topic.parts)
            entries.append(wording("topic_parts", parts=wording["comma"].join(parts)))
        yield Fact(wording["as_topic"], tuple(entries))
    if issue.segments:
        named = issue.segments[:SEGMENTS_NAMED]
        yield Fact(wording["named_more_in"], tuple(_segment(segment, wording) for segment in named))
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


def _segment(found: SegmentRate, wording: Wording) -> str:
    return wording("times_as_often", segment=wording.segment(found.segment), times=wording.points(found.times.value))


def _audited_points(issue: Issue, wording: Wording) -> str | None:
    if issue.audited is None or issue.audited.impact is None:
        return None
    found = issue.audited.impact
    interval = wording.interval(found.low, found.high)
    return wording("audited_points", points=wording.points(found.value), interval=interval)


def _readable_first(quotes: tuple[Quote, ...], language: str) -> list[Quote]:
    """Those in the reader's language before the others, each in the order of the report."""
    return sorted(quotes, key=lambda quote: quote.language != language)


def _quote_text(quote: Quote, wording: Wording) -> QuoteText:
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
        facts=tuple(dict.fromkeys(facts)),  # the language may be a segment too
    )


def issue_label(issue: Issue, code_frame: CodeFrame, wording: Wording) -> str:
    """In the page's language: a theme's name, and a topic's label where customers wrote in it; else as it was found."""
    if issue.kind == "theme" and issue.id in code_frame.ids:
        return code_frame[issue.id].name(wording.language)
    return issue.labels.get(wording.language, issue.label)


def issue_kind(issue: Issue, code_frame: CodeFrame, wording: Wording) -> str:
    """Whether it is a theme, or a root cause and of which theme."""
    if issue.kind == "theme":
        return wording["theme"]
    known = issue.theme in code_frame.ids
    return wording("topic_in", theme=code_frame[issue.theme].name(wording.language) if known else issue.theme)


def _issue_badges(issue: Issue, wording: Wording) -> tuple[str, ...]:
    """What sets an issue apart."""
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


def only(languages: Sequence[str]) -> str | None:
    """The language, where there is only one."""
    return languages[0] if len(languages) == 1 else None
