"""Builds what a digest tells: a saved view in words, from a report, in one of the four languages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from pipelines.render.narrowing import issues_of, marks_of, most_specific, narrowed
from pipelines.render.page import finding_text, lead
from pipelines.render.ranking import issue_kind, issue_label, quote_text
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.digest import Digest
from saywhy.estimate import Nps
from saywhy.issue import Issue, Quote
from saywhy.report import ALL_WAVES, Report
from saywhy.view_filters import Filters
from saywhy.webhook_data import DigestCause, DigestData, DigestList, DigestQuote

#: Causes with their points, and quotes of different causes.
CAUSES, QUOTES = 5, 3

#: Causes that a list of marks names.
LISTED = 5

#: Longest quote, in characters.
LONGEST_QUOTE = 280

#: The marks that have a list, the most urgent first.
LISTED_MARKS = ("regressed", "escalating", "new", "fixed")


def digest_data(
    digest: Digest,
    filters: Filters,
    report: Report,
    code_frame: CodeFrame,
    *,
    aside: Collection[str] = (),
    is_test: bool = False,
) -> DigestData:
    """What the view shows of the report of its wave. Causes that people set `aside` (their keys) are left out."""
    wording = Wording(digest.language)
    issues = issues_of(report, filters)
    marks = marks_of(issues, report, aside)
    chosen = most_specific(narrowed(issues, marks, filters, code_frame, wording), filters, code_frame, wording)
    nps = _nps(report, filters)
    name = "delights" if filters.group == "promoters" else "ranking"
    return DigestData(
        digest=digest.id,
        view=digest.view.name,
        address=digest.view.address,
        language=wording.language,
        is_test=is_test,
        added_by=digest.created_by,
        scope=_scope(report, filters, wording),
        score=wording.points(nps.score, signed=True) if nps else "",
        interval=wording.interval(nps.low, nps.high, signed=True) if nps else "",
        people=wording("of_responses", n=wording.count(nps.n)) if nps else "",
        remark="" if nps else wording[_why_no_score(report, filters)],
        change=_change(report, filters, wording),
        findings=tuple(_findings(report, code_frame, wording)),
        causes_title=wording[name if report.nps else f"{name}_by_mentions"],
        costs_title=wording["adds" if filters.group == "promoters" else "costs"],
        causes=tuple(_cause(issue, marks, report, code_frame, wording) for issue in chosen[:CAUSES]),
        nothing="" if chosen else wording["digest.nothing" if filters.is_narrowed else "lead_none"],
        lists=tuple(_lists(chosen, marks, code_frame, wording)),
        quotes=tuple(_quotes(chosen, code_frame, wording)),
        generated=wording("generated", moment=wording.moment(report.generated_at), model=report.model),
    )


def _nps(report: Report, filters: Filters) -> Nps | None:
    if not filters.segment:
        return report.nps
    return next((group.nps for group in report.segments if group.name == filters.segment), None)


def _scope(report: Report, filters: Filters, wording: Wording) -> str:
    wave = wording["all_waves"] if report.wave == ALL_WAVES else report.wave
    if not filters.segment:
        return wave
    return wording("digest.segment_of", segment=wording.segment(filters.segment), wave=wave)


def _why_no_score(report: Report, filters: Filters) -> str:
    """The key of the text that says why there is no NPS."""
    if filters.segment:
        return "segment_unknown"
    return "no_nps" if report.ratings else "no_scores"


def _change(report: Report, filters: Filters, wording: Wording) -> str:
    """The change to the wave before; that of a segment is not in the report."""
    change = report.change
    if change is None or filters.segment:
        return ""
    is_sure = change.p_value < 0.05 and not change.is_small
    return wording(
        "digest.change",
        before=change.before,
        after=change.after,
        change=wording.points(change.nps.value, signed=True),
        interval=wording.interval(change.nps.low, change.nps.high, signed=True),
        sure=wording["change_sure" if is_sure else "change_unsure"],
    )


def _findings(report: Report, code_frame: CodeFrame, wording: Wording) -> Iterator[str]:
    """The findings but for that on the score, which stands above them; without any, the main result."""
    findings = [finding for finding in report.findings if not finding.key.startswith("score")]
    if not findings:
        yield lead(report, code_frame, wording)
    for finding in findings:
        yield finding_text(finding, report, code_frame, wording).text


def _cause(
    issue: Issue, marks: Mapping[str, set[str]], report: Report, code_frame: CodeFrame, wording: Wording
) -> DigestCause:
    marked = [mark for mark in LISTED_MARKS if mark in marks.get(str(issue.key), ())]
    return DigestCause(
        label=issue_label(issue, code_frame, wording),
        kind=issue_kind(issue, code_frame, wording),
        points=wording.points(issue.impact) if report.nps else "",
        interval=wording.interval(issue.low, issue.high) if report.nps else "",
        mentions=wording("digest.times_named", n=wording.count(issue.mentions)),
        marks=tuple(wording[f"digest.list_{mark}"] for mark in marked),
    )


def _lists(
    chosen: Sequence[Issue], marks: Mapping[str, set[str]], code_frame: CodeFrame, wording: Wording
) -> Iterator[DigestList]:
    for mark in LISTED_MARKS:
        marked = [issue for issue in chosen if mark in marks.get(str(issue.key), ())]
        if marked:
            names = (issue_label(issue, code_frame, wording) for issue in marked[:LISTED])
            yield DigestList(wording[f"digest.list_{mark}"], tuple(names))


def _quotes(chosen: Sequence[Issue], code_frame: CodeFrame, wording: Wording) -> Iterator[DigestQuote]:
    """A quote of each of the first causes that have one, in the language of the digest if there is one in it."""
    quoted: list[str] = []
    for issue in chosen:
        fresh = [quote for quote in issue.quotes if quote.text not in quoted]  # one comment may name several causes
        if fresh and len(quoted) < QUOTES:
            quote = min(fresh, key=lambda each: each.language != wording.language)
            quoted.append(quote.text)
            facts = quote_text(quote, wording).facts
            yield DigestQuote(_excerpt(quote), quote.language, issue_label(issue, code_frame, wording), facts)


def _excerpt(quote: Quote) -> str:
    """The comment if it is short, else from the clause on that names the cause."""
    if len(quote.text) <= LONGEST_QUOTE:
        return quote.text
    beginning = "…" if quote.start else ""
    text = quote.text[quote.start :]
    return beginning + (text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rstrip() + "…")
