"""Messages to Slack, in one of the four languages: blocks of plain text, in which nothing is a command.

Slack reads `<!channel>` as a mention of everybody, `<https://…|text>` as a link and `&` as the start of an entity, so
all three characters are escaped in every text, as its documentation asks for. Comments are plain text (no markup, no
emoji codes), and nothing is unfurled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.render.wording import Wording, printable
from saywhy.webhook_data import (
    AccountData,
    CauseData,
    ComplaintData,
    Data,
    DetractorData,
    FixData,
    PingData,
    PraiseData,
    ReportData,
    ResponseData,
)

#: Longest texts of Slack, in characters, after escaping.
_LONGEST_HEADER, _LONGEST_TEXT = 150, 3000


def slack_message(data: Data, wording: Wording) -> dict[str, Any]:
    """The body of a request to an incoming webhook."""
    title, texts, facts = _words(data, wording)
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(title, _LONGEST_HEADER)}]
    blocks += ({"type": "section", "text": _plain(text, _LONGEST_TEXT)} for text in texts)
    if facts:
        blocks.append({"type": "context", "elements": [_plain(fact, _LONGEST_TEXT) for fact in facts]})
    return {
        "text": escaped(title, _LONGEST_TEXT),  # for notifications
        "blocks": blocks,
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def escaped(text: str, longest: int) -> str:
    """The text as Slack shows it as it is, cut so that it is not longer than that when it is escaped."""
    shown = printable(text)
    while len(safe := shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")) > longest:
        excess = len(safe) - longest
        shown = shown[: -(excess // 5 + 2)] + "…"
    return safe


def _plain(text: str, longest: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": escaped(text, longest), "emoji": False}


def _words(data: Data, wording: Wording) -> tuple[str, list[str], list[str]]:
    """Title, paragraphs and small print of a message."""
    match data:
        case DetractorData():
            title = "slack.detractor" if data.score is None else "slack.detractor_score"
            return wording(title, score=str(data.score)), _quoted(data, wording), [*_facts(data, wording)]
        case PraiseData():
            return wording["slack.praise"], _quoted(data, wording), [*_facts(data, wording)]
        case AccountData():
            turned = {"before": wording[f"slack.{data.before}"], "after": wording[f"slack.{data.after}"]}
            sentence = wording("slack.turned", health=wording.count(round(data.health)), **turned)
            account = data.account or wording["slack.an_account"]
            return wording("slack.worse" if data.is_worse else "slack.better", account=account), [sentence], []
        case ComplaintData():
            sentence = wording(
                "finding.alert",
                issue=_label(data, wording),
                rate=wording.share(data.rate),
                expected_rate=wording.share(data.expected),
            )
            return wording["slack.complaint"], [sentence], [wording("slack.wave", wave=data.wave)]
        case FixData():
            sentence = wording(
                "finding.fix_regressed",
                issue=_label(data, wording),
                wave=data.wave or wording.day(data.date),
                rate=wording.share(data.rate),
                target_rate=wording.share(data.target),
            )
            return wording["slack.regressed"], [sentence], []
        case ReportData():
            return wording["slack.report"], [*_report(data, wording)], [wording["slack.association"]]
        case PingData():
            return wording["slack.ping"], [], []
    raise TypeError(type(data))


def _quoted(data: ResponseData, wording: Wording) -> list[str]:
    return [wording("slack.quote", comment=data.comment)] if data.comment else [wording["slack.no_comment"]]


def _facts(data: ResponseData, wording: Wording) -> Iterator[str]:
    if data.account:
        yield wording("slack.account", account=data.account)
    if data.customer:
        yield wording("slack.customer", customer=data.customer)
    if data.wave:
        yield wording("slack.wave", wave=data.wave)
    if data.answered_at:
        yield wording.moment(data.answered_at.isoformat())
    if isinstance(data, DetractorData) and data.case is not None:
        yield wording("slack.case", case=str(data.case))


def _report(data: ReportData, wording: Wording) -> Iterator[str]:
    if data.nps is None:
        yield wording("slack.responses", n=wording.count(data.responses))
        return
    ends = {"low": wording.points(data.nps.low), "high": wording.points(data.nps.high)}
    yield wording("finding.score", score=wording.points(data.nps.score), n=wording.count(data.nps.n), **ends)
    if data.causes:
        lines = [
            wording(
                "slack.cause",
                label=_label(cause, wording),
                impact=wording.points(cause.impact),
                interval=wording.interval(cause.low, cause.high),
            )
            for cause in data.causes
        ]
        yield "\n".join([wording["ranking"], *lines])


def _label(data: CauseData | ComplaintData | FixData, wording: Wording) -> str:
    labels: Mapping[str, str] = data.labels
    return labels.get(wording.language, data.label)
