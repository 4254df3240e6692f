"""Builds the wall of praise from a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api.web.pages.praise.context import PraisedFor, Wall
from api.web.rendering import Web
from api.web.selects import Select
from pipelines.clean.personal_data.kinds import STAFF
from pipelines.render.ranking import issue_label, label_language, quote_texts
from saywhy.code_frame import CodeFrame
from saywhy.report import Report

PATH = "/praise"


def wall(report: Report | None, waves: Sequence[str], code_frame: CodeFrame, web: Web) -> Wall:
    """What promoters praise, most points first, each quote once."""
    wording = web.wording
    praised = tuple(_praised(report, code_frame, web)) if report else ()
    quotes = [quote for each in praised for quote in each.quotes]
    return Wall(
        path=web.href(PATH),
        filters=(Select.of_wave(report.wave, waves, wording),) if report else (),
        staff=tuple(quote for quote in quotes if STAFF in f"{quote.before}{quote.clause}{quote.after}"),
        praised=praised,
        nothing=wording["praise.nothing" if report else "quality.nothing"],
    )


def _praised(report: Report, code_frame: CodeFrame, web: Web) -> Iterator[PraisedFor]:
    """Causes before their themes, whose quotes are mostly those of the causes."""
    wording, shown = web.wording, set[str]()
    for issue in sorted(report.delights, key=lambda issue: issue.kind == "theme"):
        new = [quote for quote in issue.quotes if quote.text not in shown]
        shown.update(quote.text for quote in new)
        if new:
            yield PraisedFor(
                label=issue_label(issue, code_frame, wording),
                language=label_language(issue, wording),
                people=wording("praise.people", n=wording.count(issue.promoters)),
                quotes=quote_texts(new, wording),
            )
