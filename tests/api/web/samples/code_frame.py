"""A hostile frame in its latest version and an earlier one, that for employees, and that of the models."""

from __future__ import annotations

from api.web.pages.code_frames.details import code_frame_view
from api.web.rendering import Web
from saywhy.code_frame import load_code_frame
from service.frame_history import FrameHistory
from tests.api.web.samples.code_frames import viewer
from tests.builders.extreme_reports import HOSTILE_TEXT
from tests.builders.frames import CORE, hostile_history, shipped, shop


def samples(web: Web) -> list[object]:
    """After each thing that can be done, and for somebody who may only read."""
    hostile, core, employees = hostile_history(HOSTILE_TEXT), load_code_frame(), FrameHistory(shipped(), ())
    latest = hostile.listed.frame
    return [
        code_frame_view(hostile, latest, core, web, is_awaited=True, done="saved"),
        code_frame_view(hostile, shop(), core, web, is_awaited=False, done="same"),
        code_frame_view(employees, employees.listed.frame, core, web, is_awaited=False, done="used"),
        code_frame_view(FrameHistory(CORE, ()), None, core, web, is_awaited=False, done="nonsense"),
        code_frame_view(hostile, latest, core, viewer(web), is_awaited=True),
    ]
