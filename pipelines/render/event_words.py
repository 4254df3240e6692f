"""The words of the messages that people read, in one of the four languages: Slack and e-mail say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.render.wording import Wording
from saywhy.webhook_data import (
    AccountData,
    CauseData,
    ComplaintData,
    Data,
    DetractorData,
    DigestData,
    DriftData,
    FixData,
    PingData,
    PraiseData,
    ReportData,
    ResponseData,
)


@dataclass(frozen=True, slots=True)
class Words:
    """Title, paragraphs and small print of a message; lines of a paragraph are lines of a list."""

    title: str
    paragraphs: tuple[str, ...]
    facts: tuple[str, ...]


def words_of(data: Data, wording: Wording) -> Words:
    """What the message says. A digest has the language of its own, the other messages that of the wording."""
    title, paragraphs, facts = _digest(data) if isinstance(data, DigestData) else _words(data, wording)
    return Words(title, tuple(paragraphs), tuple(facts))


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
        case DriftData():
            aspects = wording["comma"].join(wording[f"slack.drift_{aspect}"] for aspect in data.aspects)
            newest = (
                wording("slack.wave", wave=data.wave)
                if data.wave
                else wording("slack.since", day=wording.day(data.since))
            )
            return wording["slack.drift"], [wording("slack.drifted", aspects=aspects)], [newest]
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


def _digest(data: DigestData) -> tuple[str, list[str], list[str]]:
    wording = Wording(data.language)
    title = wording(
        "digest.subject_score" if data.score else "digest.subject", view=data.view, score=data.score, scope=data.scope
    )
    if data.is_test:
        title = wording("digest.test", title=title)
    return title, [*_digest_paragraphs(data, wording)], [wording["slack.association"], data.generated]


def _digest_paragraphs(data: DigestData, wording: Wording) -> Iterator[str]:
    score = wording("digest.score", score=data.score, interval=data.interval, people=data.people)
    yield "\n".join(filter(None, [score if data.score else data.remark, data.change]))
    if data.findings:
        yield "\n".join([wording["digest.findings"], *(f"• {finding}" for finding in data.findings)])
    causes = (
        wording("digest.cause", label=cause.label, points=cause.points, interval=cause.interval)
        if cause.points
        else wording("digest.list", title=cause.label, entries=cause.mentions)
        for cause in data.causes
    )
    numbered = [f"{number}. {cause}" for number, cause in enumerate(causes, 1)]
    yield "\n".join([data.causes_title, *(numbered or [data.nothing])])
    if data.lists:
        yield "\n".join(
            wording("digest.list", title=marked.title, entries=wording["comma"].join(marked.entries))
            for marked in data.lists
        )
    if data.quotes:
        quotes = (
            wording("digest.quote", text=quote.text, facts=wording["comma"].join([quote.cause, *quote.facts]))
            for quote in data.quotes
        )
        yield "\n".join([wording["digest.quotes"], *quotes])
