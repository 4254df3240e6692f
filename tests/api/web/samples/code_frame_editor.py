"""A text that was not checked yet, one that is fine, one with many mistakes, and one that is refused."""

from __future__ import annotations

from api.web.pages.code_frames.editor import MAX_FAULTS, editor
from api.web.rendering import Web
from saywhy.frame_faults import Fault
from tests.builders.extreme_reports import HOSTILE_TEXT
from tests.builders.frames import SHOP, shop


def samples(web: Web) -> list[object]:
    """Each with a text that keeps what was typed."""
    faults = [Fault.of(1, HOSTILE_TEXT, "no_yaml", detail=HOSTILE_TEXT), Fault.of(9, "", "too_long", most=1_000_000)]
    faults += [Fault.of(1, "id", "no_id")] * MAX_FAULTS
    return [
        editor(SHOP, web),
        editor(SHOP, web, frame=shop()),
        editor(HOSTILE_TEXT, web, faults=faults),
        editor("", web, refusal=HOSTILE_TEXT),
    ]
