"""Lists of comments, hostile ones too, and the correction of one."""

from __future__ import annotations

from datetime import UTC, datetime

from api.web.pages.comments.build import comment_list
from api.web.pages.comments.cards import Names
from api.web.pages.comments.context import Comments
from api.web.pages.comments.filters import Filters
from api.web.pages.comments.panel import panel
from api.web.rendering import Web
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.correction import Correction, CorrectionKind
from saywhy.feedback import Group
from saywhy.topic import Topic
from service.comment_facets import Facets
from service.comments import FoundPage
from service.correcting import CommentToCorrect
from service.exports import ExportedCause, ExportedResponse, ExportedSentiment, ExportedTheme
from service.found_comments import FoundClause, FoundComment
from tests.builders.extreme_reports import HOSTILE_TEXT

NOW = datetime(2026, 5, 4, tzinfo=UTC)
VECTOR = b"\x00\x3c\x00\x00"

SLOW = Topic("slow", "support", "Slow replies", ("slow",), "negative", 2, VECTOR, labels={"de": "Langsame Antworten"})
EVIL = Topic("evil", "own", HOSTILE_TEXT[:80], ("x",), "positive", 1, VECTOR, is_adopted=True)

TEXT = "Slow replies, but lovely staff."

CORRECTIONS = (
    Correction("0", CorrectionKind.SENTIMENT, None, "mixed", "negative", "m1", "Eda", NOW, 1),
    Correction("0", CorrectionKind.SENTIMENT, (0, 12), "negative", "neutral", "m1", "Eda", NOW, 2),
    Correction("0", CorrectionKind.THEME, (0, 12), "support", "staff,own", "m1", "Eda", NOW, 3),
    Correction("0", CorrectionKind.CAUSE, (0, 12), "", "evil", "m1", HOSTILE_TEXT, NOW, 4),
    Correction("0", CorrectionKind.SPAN, (0, 12), "0-13", "0-12", "m1", "Eda", NOW, 5),
)

CONFIRMED = (Correction("0", CorrectionKind.SENTIMENT, (14, 31), "positive", "positive", "m1", "Eda", NOW, 6),)


def found(text: str = TEXT, id: int = 7, *, is_match: bool = False) -> FoundComment:
    """A comment with two clauses, of which the first is corrected and names a cause, and the second names nothing."""
    cause = ExportedCause("slow", SLOW.label, "support", Polarity.NEGATIVE, True, 0, 12, 0.9, None)
    response = ExportedResponse(
        id=HOSTILE_TEXT[:40],
        score=2,
        scale="0-10",
        comment=text,
        wave="2026-Q1",
        answered_at=NOW,
        language="en",
        segments={"region": HOSTILE_TEXT[:40]},
        sentiment=ExportedSentiment(Polarity.MIXED, 0.0),
        themes=(ExportedTheme("support", "Support", Polarity.NEGATIVE, 0.9),),
        causes=(cause,),
    )
    clauses = (
        FoundClause((0, 12), 0, 12, Polarity.NEGATIVE, ("support",), (cause,), CORRECTIONS[1:], is_match),
        FoundClause((14, 31), 14, 31, Polarity.POSITIVE, (), (), CONFIRMED, False),
    )
    return FoundComment(
        id, "file", Group.DETRACTOR, "0", response, clauses, (*CORRECTIONS, *CONFIRMED), 0.53 if is_match else None
    )


def unread(id: int = 9) -> FoundComment:
    """A comment that has not been analysed, without anything else."""
    response = ExportedResponse("1", None, None, "Hm", None, None, None, {}, None, (), ())
    return FoundComment(id, "file", None, "1", response, (), (), None)


FACETS = Facets(("2026-Q1",), ("file", HOSTILE_TEXT[:40]), ("region=north", "plan=free"), ("en", "de"), (SLOW, EVIL))

FILTERS = (
    Filters(),
    Filters(q=HOSTILE_TEXT[:80], cursor="x"),
    Filters(q="slow", by="meaning", segment=("region=south",), cause="slow", voice="fr", source="x", wave="W9"),
    Filters(corrected="3", skipped="1"),
    Filters(corrected="1", skipped="0", score="0"),
)


def samples(web: Web) -> list[object]:
    """With every filter, with and without comments, and the correction of a comment with and without clauses."""
    names = Names.of(load_code_frame(), FACETS.topics, web.wording.language)
    pages = (
        FoundPage((), None),
        FoundPage((found(), found(HOSTILE_TEXT, 8, is_match=True), unread()), "next"),
    )
    lists = [
        comment_list(page, done, FACETS, names, filters, web)
        for page in pages
        for filters in FILTERS
        for done in (None, found())
    ]
    read = found()
    opened = CommentToCorrect(read, read.clauses[0], (SLOW, EVIL), (0, 20), (0, 31), (0, 31))
    nothing = CommentToCorrect(unread(), None, (), None, None, None)
    panels = [panel(each, names, load_code_frame(), "/comments?q=x", web) for each in (opened, nothing)]
    return [
        *(Comments(list=each, panel=None, cause_names=(SLOW.label, EVIL.label)) for each in lists),
        *(Comments(list=None, panel=each, cause_names=()) for each in panels),
    ]
