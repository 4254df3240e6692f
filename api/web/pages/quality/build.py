"""Builds the context of the page on data quality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.web.downloads import table_links
from api.web.facts import Fact
from api.web.pages.quality.context import (
    DriftLines,
    Labels,
    NextLink,
    Quality,
    RejectedLine,
    ReportQuality,
    ShadowLines,
    Tile,
    WaveLine,
)
from api.web.rendering import Web
from pipelines.labelling.agreement import Agreement
from pipelines.render.geometry import percent
from pipelines.render.wording import Wording
from saywhy.access import Scope
from saywhy.audit import MIN_COMMENTS
from saywhy.job import Job
from saywhy.report import Counts, Report
from saywhy.store.audits import AuditProgress
from service.labelling.agreement import LabelAgreement
from service.labelling.selection import Strategy

PATH = "/quality"


@dataclass(frozen=True, slots=True)
class WaveCounts:
    """What of a wave's report the page needs."""

    wave: str
    counts: Counts
    unknown: int  # comments whose language is not known

    @classmethod
    def of(cls, report: Report) -> WaveCounts:
        return cls(report.wave, report.counts, dict(report.languages).get("und", 0))


def quality(
    report: Report | None,
    waves: Sequence[WaveCounts],
    audit: AuditProgress | None,
    agreement: LabelAgreement | None,
    jobs: Sequence[Job],
    web: Web,
    drift: DriftLines | None = None,
    shadow: ShadowLines | None = None,
) -> Quality:
    """The page, of the report on all waves and of those on the latest ones; imports are `jobs`."""
    wording = web.wording
    return Quality(
        report=None if report is None else _report(report, waves, web),
        drift=drift,
        shadow=shadow,
        audit=None if audit is None else tuple(_progress(audit, wording)),
        labels=None if agreement is None else _labels(agreement, has_report=report is not None, web=web),
        audit_advice=wording("quality.audit_advice", n=wording.count(MIN_COMMENTS)),
        imports=tuple(_rejected(job, web) for job in jobs if job.result and job.result.get("rejected")),
    )


def _report(report: Report, waves: Sequence[WaveCounts], web: Web) -> ReportQuality:
    wording = web.wording
    counts, of = report.counts, WaveCounts.of(report)
    tiles = [
        _tile("scored", counts.scored, counts.responses, wording),
        _tile("commented", counts.comments, counts.responses, wording),
        _tile("answers", counts.comments - counts.non_answers, counts.comments, wording),
        _tile("language", counts.comments - of.unknown, counts.comments, wording),
    ]
    significant = sum(issue.significant for issue in report.issues)
    return ReportQuality(
        generated=wording("generated", moment=wording.moment(report.generated_at), model=report.model),
        tiles=tuple(tiles),
        certain=_tile("certain", significant, len(report.issues), wording) if report.issues else None,
        notes=tuple(wording.note(note) for note in report.notes),
        agreement=tuple(_agreement(report, wording)),
        waves=tuple(_wave(each, wording) for each in waves),
        files=table_links(web, "/quality", {}, wording["quality.by_wave"]),
    )


def _tile(name: str, count: int, base: int, wording: Wording) -> Tile:
    share = count / base if base else 0.0
    detail = wording(f"quality.of_{name}", n=wording.count(count), base=wording.count(base))
    return Tile(wording[f"quality.tile_{name}"], wording.share(share) if base else "–", percent(share), detail)


def _wave(wave: WaveCounts, wording: Wording) -> WaveLine:
    counts = wave.counts

    def share(count: int, base: int) -> str:
        return wording.share(count / base) if base else "–"

    return WaveLine(
        wave=wave.wave,
        responses=wording.count(counts.responses),
        scored=share(counts.scored, counts.responses),
        commented=share(counts.comments, counts.responses),
        non_answers=share(counts.non_answers, counts.comments),
        duplicates=share(counts.duplicates, counts.comments),
        unknown=share(wave.unknown, counts.comments),
    )


def _progress(audit: AuditProgress, wording: Wording) -> Iterator[Fact]:
    """How far the audit is."""
    for name in ("labelled", "skipped", "unlabelled"):
        yield Fact(wording[f"quality.audit_{name}"], wording.count(getattr(audit, name)))


def _agreement(report: Report, wording: Wording) -> Iterator[Fact]:
    """How far the model agrees with people."""
    audit = report.audit
    if audit is not None and audit.precision is not None:
        yield Fact(wording["quality.precision"], wording.share(audit.precision))
    if audit is not None and audit.recall is not None:
        yield Fact(wording["quality.recall"], wording.share(audit.recall))


def _labels(agreement: LabelAgreement, *, has_report: bool, web: Web) -> Labels:
    can_label = has_report and Scope.WRITE in web.principal.scopes
    links = [
        NextLink(web.wording[f"quality.next_{strategy.value}"], web.href(f"{PATH}/next", by=strategy.value))
        for strategy in (Strategy.UNCERTAIN, Strategy.RANKING, Strategy.RANDOM)
    ]
    return Labels(tuple(_alphas(agreement, web.wording)), tuple(links) if can_label else ())


def _alphas(agreement: LabelAgreement, wording: Wording) -> Iterator[Fact]:
    for name in ("sentiment", "themes", "causes"):
        of_kind: Agreement = getattr(agreement, name)
        if of_kind.alpha is None:
            continue
        value = wording.points(of_kind.alpha, decimals=2)
        if of_kind.low is not None and of_kind.high is not None:
            value = f"{value} ({wording.interval(of_kind.low, of_kind.high, decimals=2)})"
        counts = wording("quality.agreement_of", n=wording.count(of_kind.units), people=wording.count(of_kind.people))
        yield Fact(wording[f"quality.agreement_{name}"], f"{value}, {counts}")


def _rejected(job: Job, web: Web) -> RejectedLine:
    wording, result = web.wording, job.result or {}
    rejected, rows = int(result["rejected"]), int(result.get("rows", 0))
    return RejectedLine(
        file=str(job.arguments.get("file_name", "")),
        href=web.href(f"/imports/jobs/{job.id}"),
        at=job.created_at.isoformat(timespec="seconds"),
        day=wording.day(job.created_at.date().isoformat()),
        rejected=wording("quality.rejected_of", n=wording.count(rejected), rows=wording.count(rows)),
    )
