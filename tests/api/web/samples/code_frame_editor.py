"""A text that was not checked yet, one that is fine, one with many mistakes, and one that is refused."""

from __future__ import annotations

from api.web.pages.code_frames.editor import MAX_FAULTS, editor
from api.web.rendering import Web
from saywhy.frame_yaml import Fault
from tests.builders.extreme_reports import HOSTILE_TEXT
from tests.builders.frames import SHOP, shop


def samples(web: Web) -> list[object]:
    """Each with a text that keeps what was typed."""
    faults = [Fault(1, HOSTILE_TEXT, HOSTILE_TEXT), Fault(9, "", "not YAML")] + [Fault(1, "id", "x")] * MAX_FAULTS
    return [
        editor(SHOP, web),
        editor(SHOP, web, frame=shop()),
        editor(HOSTILE_TEXT, web, faults=faults),
        editor("", web, refusal=HOSTILE_TEXT),
    ]
