"""When, where and by whom a cause is named, what it costs, and which causes are near it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.web.cause_links import cause_href
from api.web.charts import share_chart
from api.web.customers import customer_path
from api.web.downloads import FileLink, figure_links, table_links
from api.web.pages.cause.context import (
    Cost,
    CustomerRow,
    MarkedQuote,
    QuoteGroup,
    Related,
    SegmentRow,
    WaveRow,
    When,
    Where,
    Who,
)
from api.web.rendering import Web
from pipelines.render.amounts import ticks
from pipelines.render.context import Figure
from pipelines.render.figures import points_figure
from pipelines.render.geometry import Axis
from pipelines.render.ranking import issue_label, quote_text
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.estimate import Estimate
from saywhy.feedback import Group
from saywhy.issue import Issue
from saywhy.report import Report
from service.causes import WaveShare, shares_by_wave
from service.evidence import CauseCustomers, CauseQuote

#: Quotes of a score group, and accounts, that are not folded.
VISIBLE_QUOTES, VISIBLE_CUSTOMERS = 3, 8


def cost(issue: Issue, *, is_praise: bool, wording: Wording) -> Cost:
    """The points with their interval."""
    axis = Axis.around((issue.low, issue.impact, issue.high))
    return Cost(
        title=wording["adds_long" if is_praise else "costs_long"],
        points=wording.points(issue.impact),
        interval=wording.interval(issue.low, issue.high),
        drawing=axis.mark(issue.impact, issue.low, issue.high),
        zero=axis.position(0),
        ticks=ticks(axis, wording),
        is_sure=issue.significant,
        unsure="" if issue.significant else wording["not_significant"],
    )


def quote_groups(
    by_group: Mapping[Group, Sequence[CauseQuote]] | None,
    issue: Issue | None,
    wording: Wording,
    hrefs: Mapping[Group, str],
    *,
    is_praise: bool,
) -> tuple[QuoteGroup, ...]:
    """The quotes of each score group, those that the cause is mostly named by first; `hrefs` lead to all comments.

    None are looked up for an anonymous workspace: it has those of its report, whose score groups are not told.
    """
    if by_group is None:
        quotes = tuple(MarkedQuote(quote_text(quote, wording), None) for quote in issue.quotes) if issue else ()
        return (_quote_group("all", wording["quotes"], "", "", None, quotes, wording),) if quotes else ()
    order = [Group.PROMOTER, Group.PASSIVE, Group.DETRACTOR] if is_praise else [*reversed(Group)]
    groups = []
    for group in order:
        name, of_group = group.plural, by_group.get(group, ())
        count = getattr(issue, name) if issue else len(of_group)
        quotes = tuple(MarkedQuote(quote_text(quote.quote, wording), quote.comment) for quote in of_group)
        span = wording[f"score_range_{name}"]
        href = hrefs[group] if count else None
        groups.append(_quote_group(name, wording[name], span, wording.amount(count), href, quotes, wording))
    return tuple(groups)


def _quote_group(
    key: str,
    title: str,
    span: str,
    count: str,
    href: str | None,
    quotes: tuple[MarkedQuote, ...],
    wording: Wording,
) -> QuoteGroup:
    folded = quotes[VISIBLE_QUOTES:]
    more = wording("cause.more_quotes", n=wording.count(len(folded)))
    return QuoteGroup(key, title, span, count, href, quotes[:VISIBLE_QUOTES], folded, more)


@dataclass(frozen=True, slots=True)
class Files:
    """Where the page's parts are as files: its address, and what is chosen."""

    path: str
    query: Mapping[str, Any]

    def table(self, part: str, title: str, web: Web) -> tuple[FileLink, ...]:
        return table_links(web, self.path, self.query, title, part)

    def figure(self, part: str, title: str, web: Web) -> tuple[FileLink, ...]:
        return figure_links(web, self.path, self.query, title, part)


def when(
    issue: Issue, in_wave: Mapping[str, Issue], report: Report, files: Files, web: Web, *, is_praise: bool
) -> When | None:
    """The share that names the cause by wave; `in_wave` is what the report on each wave says of it."""
    shares, wording = shares_by_wave(issue, report), web.wording
    if not shares:
        return None
    return When(
        chart=share_chart([(share.wave, share.rate) for share in shares], wording),
        rows=tuple(_wave_row(share, in_wave.get(share.wave), wording) for share in shares),
        points_title=wording["adds_long" if is_praise else "costs_long"],
        table_files=files.table("when", wording["cause.when"], web),
        figure_files=files.figure("when", wording["cause.when"], web),
    )


def _wave_row(share: WaveShare, issue: Issue | None, wording: Wording) -> WaveRow:
    ends = {"low": wording.share(share.rate.low), "high": wording.share(share.rate.high)}
    estimate = Estimate(issue.impact, issue.low, issue.high) if issue else None
    return WaveRow(
        wave=share.wave,
        share=wording.share(share.rate.value),
        interval=wording("interval", **ends),
        mentions=wording.count(share.mentions),
        points=points_figure(estimate, wording),
    )


def where(issue: Issue, files: Files, web: Web) -> Where | None:
    """The segments in which it is named more often, on one axis that begins at “as often as elsewhere”."""
    if not issue.segments:
        return None
    wording = web.wording
    axis = Axis.around(
        edge - 1 for rate in issue.segments for edge in (rate.times.low, rate.times.value, rate.times.high)
    )
    rows = tuple(
        SegmentRow(
            dimension=rate.segment.partition("=")[0],
            segment=wording.segment(rate.segment),
            times=Figure(
                wording("cause.times", times=wording.points(rate.times.value)),
                wording.interval(rate.times.low, rate.times.high),
            ),
            drawing=axis.mark(*(edge - 1 for edge in (rate.times.value, rate.times.low, rate.times.high))),
            rate=wording.share(rate.rate),
            elsewhere=wording.share(rate.elsewhere),
        )
        for rate in issue.segments
    )
    title = wording["cause.where"]
    return Where(rows, axis.position(0), files.table("where", title, web), files.figure("where", title, web))


def who(customers: CauseCustomers, files: Files, web: Web) -> Who | None:
    """The accounts that name it, if any account is known."""
    if not customers.customers:
        return None
    wording = web.wording
    rows = tuple(
        CustomerRow(
            account=customer.account if customer.account else wording["cause.a_person"],
            href=web.href(customer_path(customer.account)) if customer.account else None,
            score="–" if customer.score is None else wording.count(customer.score),
            answers=wording.count(customer.answers),
            last=wording.day(customer.answered_at.date().isoformat()) if customer.answered_at else customer.wave or "–",
            revenue="–" if customer.revenue is None else wording.amount(float(customer.revenue)),
        )
        for customer in customers.customers
    )
    folded, unlisted = rows[VISIBLE_CUSTOMERS:], customers.accounts - len(rows)
    return Who(
        rows=rows[:VISIBLE_CUSTOMERS],
        more=folded,
        more_label=wording("cause.more_customers", n=wording.count(len(folded))),
        unlisted=wording("cause.unlisted_customers", n=wording.count(unlisted)) if unlisted else "",
        searched=wording("cause.searched", n=wording.count(customers.searched)) if customers.searched else "",
        has_revenue=any(customer.revenue is not None for customer in customers.customers),
        table_files=files.table("who", wording["cause.who"], web),
    )


def co_named(issue: Issue, report: Report, code_frame: CodeFrame, web: Web, *, is_praise: bool) -> tuple[Related, ...]:
    """The causes under which its clauses count too."""
    issues = {str(other.key): other for other in (report.delights if is_praise else report.issues)}
    return tuple(
        Related(
            issue_label(other, code_frame, web.wording),
            web.wording("cause.shared", share=web.wording.share(entry.share)),
            cause_href(web, other.key, wave=report.wave, is_praise=is_praise),
        )
        for entry in issue.co_named
        if (other := issues.get(entry.cause))
    )


def parts(issue: Issue, report: Report, code_frame: CodeFrame, web: Web, *, is_praise: bool) -> tuple[Related, ...]:
    """The causes of a theme with what they cost, or the smaller causes in a topic with how often they are named."""
    wording = web.wording
    causes = [other for other in (report.delights if is_praise else report.issues) if other.parent == str(issue.key)]
    inside = issue.topic.parts if issue.topic else ()
    return (
        *(
            Related(
                issue_label(other, code_frame, wording),
                wording("cause.part_points", points=wording.points(other.impact), n=wording.amount(other.mentions)),
                cause_href(web, other.key, wave=report.wave, is_praise=is_praise),
            )
            for other in causes
        ),
        *(Related(label, wording("cause.part_size", n=wording.count(size)), None) for label, size in inside),
    )
