"""The frames of an editor and of a viewer, before and after the analysis in the chosen one."""

from __future__ import annotations

from api.web.pages.code_frames.listed import code_frames
from api.web.rendering import Web
from saywhy.access import Principal, PrincipalKind, Role
from saywhy.code_frame import load_code_frame
from tests.api.web.page_types import web_of
from tests.builders.extreme_reports import HOSTILE_TEXT
from tests.builders.frames import CORE, hostile_history, shipped


def samples(web: Web) -> list[object]:
    """Three kinds of frames, one of them hostile."""
    frames, core = [CORE, shipped(), hostile_history(HOSTILE_TEXT).listed], load_code_frame()
    return [
        code_frames(frames, core, web, is_awaited=True),
        code_frames(frames, core, viewer(web), is_awaited=True),
        code_frames([CORE, shipped(is_chosen=True)], core, web, is_awaited=False),
    ]


def viewer(web: Web) -> Web:
    """What a route would get of somebody who may only read."""
    principal = Principal(PrincipalKind.PERSON, "Vic", web.principal.workspace, Role.VIEWER.scopes)
    return web_of(web.wording.language, principal)
