"""Builds the context of the overview from a report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from api.web.addresses import in_path, with_query
from api.web.charts import nps_chart
from api.web.downloads import figure_links, table_links
from api.web.pages.overview.causes import FILES, cause_table
from api.web.pages.overview.context import (
    EmptyPart,
    Overview,
    PinnedNote,
    ReportPart,
    SavedViewLink,
    Trend,
)
from api.web.rendering import Web
from api.web.selects import Select, segment_choices, wave_choices
from api.web.sharing import share_form
from api.web.shell import Choice
from pipelines.render.narrowing import issues_of, marks_of
from pipelines.render.page import finding_text, group_table, lead, score_panel
from saywhy.access import Scope
from saywhy.case import PRIORITY
from saywhy.code_frame import CodeFrame
from saywhy.report import ALL_WAVES, Report
from saywhy.saved_view import SavedView
from saywhy.view_filters import Filters, Mark
from saywhy.wave_note import WaveNote
from service.workspaces import WorkspaceStatus

PATH = "/"


def empty_overview(status: WorkspaceStatus, web: Web) -> Overview:
    """The overview before the first analysis."""
    count = web.wording.count(status.responses)
    responses = web.wording("overview.start_imported", n=count) if status.responses else None
    return Overview(
        here=PATH,
        reset=None,
        filters=(),
        rows="",
        report=None,
        empty=EmptyPart(responses, status.is_analysing),
        views=(),
        may_edit=False,
        share=None,
        waves=(),
    )


def overview(
    report: Report,
    waves: Sequence[str],
    notes: Sequence[WaveNote],
    views: Sequence[SavedView],
    filters: Filters,
    code_frame: CodeFrame,
    web: Web,
    aside: Collection[str] = (),
) -> Overview:
    """The overview of a report. `waves` are those that have one."""
    here = with_query(PATH, filters.query())
    charted = [group.name for group in report.waves]
    noted = report.wave if report.wave in charted else charted[-1] if charted else ""
    return Overview(
        here=here,
        reset=web.href(PATH, **replace(Filters(), wave=filters.wave).query()) if filters.is_narrowed else None,
        filters=_selects(report, waves, filters, web, aside),
        rows=filters.rows,
        report=_report_part(report, notes, filters, code_frame, web, aside),
        empty=None,
        views=tuple(_view_link(view, here, web) for view in views),
        may_edit=web.may(Scope.WRITE),
        share=share_form(here, web),
        waves=tuple(Choice(wave, wave, wave == noted) for wave in charted),
    )


def _report_part(
    report: Report,
    notes: Sequence[WaveNote],
    filters: Filters,
    code_frame: CodeFrame,
    web: Web,
    aside: Collection[str],
) -> ReportPart:
    wording = web.wording
    wave = wording["all_waves"] if report.wave == ALL_WAVES else report.wave
    nps, title = report.nps, wave
    if filters.segment:
        nps = next((group.nps for group in report.segments if group.name == filters.segment), None)
        title = wording("overview.segment_of", segment=wording.segment(filters.segment), wave=wave)
    with_comment = None if filters.segment else report.nps_with_comment
    return ReportPart(
        score=score_panel(nps, with_comment, wording) if nps else None,
        score_title=title,
        no_score=wording[_why_no_score(report, filters)],
        lead=lead(report, code_frame, wording),
        findings=tuple(finding_text(finding, report, code_frame, wording) for finding in report.findings),
        trend=trend_of(report, notes, filters, web) if report.waves else None,
        causes=cause_table(report, filters, code_frame, web, aside),
        report_href=web.href(f"/reports/{in_path(report.wave)}", language=wording.language),
        pdf_href=web.href(f"/reports/{in_path(report.wave)}.pdf", language=wording.language),
        generated=wording("generated", moment=wording.moment(report.generated_at), model=report.model),
    )


def _why_no_score(report: Report, filters: Filters) -> str:
    """The key of the text that says why there is no NPS."""
    if filters.segment:
        return "segment_unknown"
    return "no_nps" if report.ratings else "no_scores"


def trend_of(report: Report, notes: Sequence[WaveNote], filters: Filters, web: Web) -> Trend:
    """The NPS by wave, with the notes of these waves in their order."""
    wording, query = web.wording, {"wave": filters.query().get("wave")}
    order = {group.name: index for index, group in enumerate(report.waves)}
    pinned = sorted((note for note in notes if note.wave in order), key=lambda note: (order[note.wave], note.id))
    numbered = [(wording.count(number), note) for number, note in enumerate(pinned, 1)]
    at = [" ".join(number for number, note in numbered if note.wave == group.name) for group in report.waves]
    return Trend(
        chart=nps_chart([(group.name, group.nps) for group in report.waves], at, wording),
        table=group_table(wording["waves"], report.waves, report.wave, wording),
        notes=tuple(
            PinnedNote(
                number=number,
                id=str(note.id),
                wave=note.wave,
                text=note.text,
                by=wording(
                    "overview.note_by", author=note.created_by, day=wording.day(note.created_at.date().isoformat())
                ),
            )
            for number, note in numbered
        ),
        table_files=table_links(web, FILES, query, wording["overview.trend"], "trend"),
        figure_files=figure_links(web, FILES, query, wording["overview.trend"]),
    )


def _view_link(view: SavedView, here: str, web: Web) -> SavedViewLink:
    return SavedViewLink(str(view.id), view.name, web.href(view.address), view.address == here)


def _selects(
    report: Report, waves: Sequence[str], filters: Filters, web: Web, aside: Collection[str]
) -> tuple[Select, ...]:
    """The filters for which the report has anything to choose."""
    wording = web.wording
    segments = segment_choices([*(group.name for group in report.segments), filters.segment], wording)
    voices = [tag for tag, _ in report.languages if tag != "und"]
    named = [(tag, wording.language_name(tag)) for tag in dict.fromkeys([*voices, filters.voice]) if tag]
    given = {filters.mark}.union(*marks_of(issues_of(report, filters), report, aside).values())
    marks = [mark for mark in get_args(Mark) if mark in given]
    sorts = ["rank", "mentions", "people", "name"]
    if any(issue.revenue_at_risk is not None for issue in report.issues):
        sorts.insert(3, "revenue")

    def select(
        name: str, choices: Iterable[tuple[str, str]], grouped: Mapping[str, Iterable[tuple[str, str]]] | None = None
    ) -> Select:
        return Select.of(name, wording[f"overview.filter_{name}"], getattr(filters, name), choices, grouped)

    selects = (
        select("wave", wave_choices(waves, wording)),
        select("group", [(group.plural, wording[group.plural]) for group in PRIORITY]),
        select("segment", [("", wording["overview.every_segment"])], segments),
        select("voice", [("", wording["overview.every_voice"]), *named]),
        select(
            "mark",
            [("", wording["overview.every_mark"]), *((mark, wording[f"overview.mark_{mark}"]) for mark in marks)],
        ),
        select("sort", [(name, wording[f"overview.sort_{name}"]) for name in sorts]),
    )
    return tuple(select for select in selects if select.has_alternatives)
