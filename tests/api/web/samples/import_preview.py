"""Previews of files that can be read, and of those that cannot."""

from __future__ import annotations

from api.web.pages.imports.options import Options
from api.web.pages.imports.preview import preview_view, problem_view
from api.web.rendering import Web
from saywhy.feedback import Comment, Customer, Rejection, Response, Scale, Score, Segment
from service.previews import ImportPreview, PreviewedColumn
from tests.api.web.samples.imports import NOW
from tests.builders.extreme_reports import HOSTILE_TEXT

COLUMNS = tuple(
    PreviewedColumn(f"{HOSTILE_TEXT}{role}", role, 0.5, (HOSTILE_TEXT, "x"))
    for role in ("score", "comment", "segment region", "exclusion", None)
)
ROWS = (
    Response("survey", "1", Score(0), Comment(HOSTILE_TEXT), NOW, "W1", (Segment("a", "b"),), Customer(account="Acme")),
    Response("survey", "2"),
    Rejection(3, HOSTILE_TEXT, HOSTILE_TEXT),
)


def samples(web: Web) -> list[object]:
    """With everything chosen, with nothing, and a file without columns."""
    chosen = Options("key", HOSTILE_TEXT, ("a", "b"), ("score", "-"), "W1", "survey", Scale.FIVE, "Ours")
    previews = [
        ImportPreview("CSV", HOSTILE_TEXT, HOSTILE_TEXT, COLUMNS, ROWS, Scale.FIVE, "", (HOSTILE_TEXT,)),
        ImportPreview("XLSX", "survey", None, COLUMNS, (), Scale.NPS, "", ()),
        ImportPreview("XLSX", "survey", None, (), (), None, "", ()),
    ]
    shown = [preview_view(each, options, ["W1", "all"], web) for each in previews for options in (chosen, Options("k"))]
    return [*shown, problem_view(HOSTILE_TEXT, ["a", "b"], chosen, [], web), problem_view("x", (), chosen, [], web)]
