"""The document of a report, and its PDF."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

import pytest
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from pipelines.render.document import CAUSES, ROWS, Selection, build_document
from pipelines.render.document_context import Document
from pipelines.render.html import document_html
from pipelines.render.pdf import pdf_in_process, to_pdf
from pipelines.render.wording import Wording
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, load_code_frame
from saywhy.errors import ServerBusy
from saywhy.report import Report
from tests.builders.extreme_reports import EMPTY, HOSTILE, HUGE
from tests.builders.reports import FULL, RATED, RICH

FRAME = load_code_frame()
WHOLE = Selection()


def of(report: Report, selection: Selection = WHOLE, language: str = "en", *, with_quotes: bool = True) -> Document:
    """The document of a report."""
    return build_document(report, FRAME, Wording(language), selection, with_quotes=with_quotes)


def labels(document: Document) -> list[str]:
    """The rows of its first ranking."""
    table = document.rankings[0].table
    return [row.label for row in table.rows] if table else []


def test_a_document_has_the_report_in_short() -> None:
    """The score with its interval, the ranking with points, the waves, the leading causes with quotes, the notes."""
    document = of(RICH)
    assert document.score is not None
    assert (document.score.score, document.score.interval) == ("+23.4", "+19.1 to +27.6")
    assert document.waves is not None
    assert [ranking.kind for ranking in document.rankings] == ["costs", "adds"]
    first = document.causes[0]
    assert (first.label, first.points, first.interval) == ("Invoices that nobody understands", "4.8", "3.3 to 6.3")
    assert [len(cause.quotes) > 0 for cause in document.causes] == [True] * 4
    assert document.notes
    assert not any(cause.quotes for cause in of(RICH, with_quotes=False).causes)


def test_a_selection_is_all_that_is_ranked() -> None:
    """In its order, with the NPS of a segment; one cause by itself; what is not there any more is said."""
    keys = ("theme:usability", "topic:topic-17")
    chosen = of(RICH, Selection(keys, segment="industry=retail", described=(("Segment", "retail"),)))
    assert labels(chosen) == ["Ease of use", "Invoices that nobody understands"]
    assert chosen.score is not None
    assert (chosen.score_title, chosen.score.score) == ("retail", "−4.2")
    assert chosen.findings == ()
    one = of(RICH, Selection(cause="topic:topic-17", described=(("Wave", "2026-Q2"),)))
    assert (one.title, [cause.label for cause in one.causes]) == ("Invoices that nobody understands", labels(one))
    gone = of(RICH, Selection(cause="topic:gone", described=(("Wave", "2026-Q2"),)))
    assert (gone.rankings[0].table, gone.causes) == (None, ())
    assert gone.rankings[0].nothing == "The latest report does not rank this cause."
    assert of(RICH, Selection(segment="plan=none")).score is None


def test_a_document_is_short_whatever_the_report_is() -> None:
    """It has as many rows, causes and words of quotes as there is room for, and says what it leaves out."""
    document = of(HUGE)
    assert len(labels(document)) == ROWS
    assert document.rankings[0].more == "70 more rows are in the report page."
    assert len(document.causes) <= CAUSES
    huge = replace(HUGE, issues=tuple(replace(issue, significant=True, low=1.0) for issue in HUGE.issues))
    [quote] = of(huge).causes[0].quotes
    assert (len(quote.before), quote.clause, len(quote.after)) == (201, "slow", 201)
    assert len(document_html(of(huge), Wording("en"))) < 200_000


@pytest.mark.parametrize(
    "report", [FULL, RICH, RATED, EMPTY, HOSTILE], ids=["full", "rich", "rated", "empty", "hostile"]
)
def test_words_of_respondents_are_text(report: Report) -> None:
    """In every language: no markup of theirs, and nothing that is fetched."""
    for language in FIRST_CLASS_LANGUAGES:
        page = document_html(of(report, language=language), Wording(language))
        assert f'<html lang="{language}">' in page
        assert not re.search(r"<(script|img|link|iframe|object)|\son\w+=\"|\sstyle=", page)


def unpacked(pdf: bytes) -> bytes:
    """The file, and what its compressed streams hold, the objects of the document among them."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompressobj().decompress(stream) for stream in streams if stream[:1] == b"x")


@pytest.mark.slow
def test_a_pdf_has_its_fonts_and_leads_nowhere() -> None:
    """Tagged, in its language, with a title and embedded fonts; no script, no link, no form, whatever is quoted."""
    pdf = unpacked(pdf_in_process(document_html(of(HOSTILE, language="de"), Wording("de"))))
    assert pdf.startswith(b"%PDF-")
    assert b"/Lang" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"/FontFile" in pdf
    assert b"/Title" in pdf
    for action in (b"/JavaScript", b"/URI", b"/Launch", b"/AcroForm", b"/EmbeddedFile"):
        assert action not in pdf


def test_nothing_is_fetched_for_a_pdf() -> None:
    """Neither from the network nor from a disk: a document that wants to is an error."""
    for wanted in ("https://example.test/x.png", "file:///etc/passwd", "data:image/png;base64,AAAA"):
        with pytest.raises(FatalURLFetchingError, match="must not fetch"):
            to_pdf(f'<img src="{wanted}">')


@pytest.mark.slow
def test_pages_are_numbered_and_cut_no_row() -> None:
    """Each page of A4 has its number, and a row of a table is on one page."""
    page = document_html(of(HUGE), Wording("en"))
    pages = HTML(string=page).render().pages
    assert len(pages) > 2
    assert {(round(sheet.width), round(sheet.height)) for sheet in pages} == {(794, 1123)}  # 210 × 297 mm at 96 dpi
    on_pages: dict[int, set[int]] = {}
    for number, sheet in enumerate(pages):
        texts = []
        for box in sheet._page_box.descendants():
            texts.append(getattr(box, "text", ""))
            if box.element_tag == "tr" and box.element.find("td") is not None:
                on_pages.setdefault(id(box.element), set()).add(number)
        assert f"{number + 1} / {len(pages)}" in texts
    assert len(on_pages) > ROWS
    assert {len(numbers) for numbers in on_pages.values()} == {1}


def test_a_pdf_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends, and the server says that it is busy."""
    monkeypatch.setattr("pipelines.render.pdf.TIMEOUT", 0.01)
    with pytest.raises(ServerBusy):
        pdf_in_process("<p>slow</p>")
