"""Code frames: which there are and which one is used; what one consists of; where one is written.

`texts` says what all three pages say of a frame; `listed`, `details` and `editor` make their contexts.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Response

from api.http.auth import ReadAccess, WriteAccess
from api.v1.code_frames import FrameId
from api.web.page import Page
from api.web.pages.code_frames.context import CodeFrames, CodeFrameView, Editor
from api.web.pages.code_frames.details import code_frame_view
from api.web.pages.code_frames.editor import SentFrame, SentFrameDep, editor
from api.web.pages.code_frames.listed import code_frames
from api.web.pages.code_frames.texts import EDITOR_PATH, PATH
from api.web.rendering import Web, WebDep
from saywhy.errors import CodeFrameNotFound, InvalidInput
from saywhy.frame import Frame
from saywhy.frame_faults import Fault
from saywhy.frame_yaml import parse_frame
from service.code_frames import (
    add_frame,
    awaits_analysis,
    check_frame,
    choose_frame,
    list_frames,
    read_listed,
)
from service.frame_history import read_history

_STYLES = ("work.css", "settings.css", "code_frames.css")

PAGE = Page("code_frames", CodeFrames, section="settings", styles=_STYLES)
FRAME = Page("code_frame", CodeFrameView, section="settings", styles=_STYLES)
EDITOR = Page("code_frame_editor", Editor, section="settings", styles=_STYLES)

Version = Annotated[str, Query(max_length=40, description="A version of the code frame; by default the latest.")]


@PAGE.router.get(PATH)
def show_all(web: WebDep, resources: ReadAccess) -> Response:
    """All code frames, and which one is used."""
    at = resources.engine, resources.workspace
    context = code_frames(list_frames(*at), resources.core.code_frame, web, is_awaited=awaits_analysis(*at))
    return web.render(PAGE, context)


@FRAME.router.get(f"{PATH}/{{frame}}")
def show(
    frame: FrameId,
    web: WebDep,
    resources: ReadAccess,
    version: Version = "",
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """A code frame, in its latest version or an earlier one."""
    at = resources.engine, resources.workspace
    history = read_history(*at, frame)
    shown, core = history.version(version), resources.core.code_frame
    context = code_frame_view(history, shown, core, web, is_awaited=awaits_analysis(*at), done=done)
    return web.render(FRAME, context, title=context.name.text)


@FRAME.router.get(f"{PATH}/{{frame}}/yaml")
def download(frame: FrameId, resources: ReadAccess, version: Version = "") -> Response:
    """The YAML of a code frame as it was added. Raises `CodeFrameNotFound` for that of the models, which has none."""
    written = read_history(resources.engine, resources.workspace, frame).version(version)
    if written is None:
        raise CodeFrameNotFound("the code frame of the models has no YAML")
    headers = {"Content-Disposition": f'attachment; filename="{written.id}.yaml"', "Cache-Control": "private, no-cache"}
    return Response(written.source.encode(), headers=headers, media_type="application/yaml")


@FRAME.router.post(f"{PATH}/{{frame}}/use")
def use(frame: FrameId, web: WebDep, resources: WriteAccess) -> Response:
    """Use a code frame from the next analysis on."""
    choose_frame(resources.engine, resources.workspace, frame)
    return web.see(f"{PATH}/{frame}", done="used")


@EDITOR.router.get(EDITOR_PATH)
def write(web: WebDep, resources: WriteAccess, frame: Annotated[str, Query(max_length=40)] = "") -> Response:
    """A code frame to be changed, or an example of a new one."""
    written = read_listed(resources.engine, resources.workspace, frame).frame if frame else None
    return _edited(web, editor(written.source if written else web.wording["code_frame_editor.example"], web))


@EDITOR.router.post(f"{EDITOR_PATH}/check")
def check(web: WebDep, resources: WriteAccess, sent: SentFrameDep) -> Response:
    """Say what is wrong with a code frame, and save nothing."""
    frame, faults = _parsed(sent)
    refusal = sent.refusal
    if frame:
        try:
            check_frame(resources.engine, resources.workspace, frame)
        except InvalidInput as error:
            refusal = error.detail
    return _edited(web, editor(sent.text, web, frame=frame, faults=faults, refusal=refusal))


@EDITOR.router.post(EDITOR_PATH)
def save(web: WebDep, resources: WriteAccess, sent: SentFrameDep) -> Response:
    """Add a code frame, or another version of it; or say what is wrong with it, and keep what was typed."""
    frame, faults = _parsed(sent)
    if frame is None:
        return _refused(web, sent, faults, sent.refusal)
    try:
        is_added = add_frame(resources.engine, resources.workspace, frame, by=web.principal.name)
    except InvalidInput as error:
        return _refused(web, sent, [], error.detail)
    return web.see(f"{PATH}/{frame.id}", done="saved" if is_added else "same")


def _parsed(sent: SentFrame) -> tuple[Frame | None, list[Fault]]:
    """The frame, or its faults; neither if its file could not be read."""
    return (None, []) if sent.refusal else parse_frame(sent.text)


def _refused(web: Web, sent: SentFrame, faults: list[Fault], refusal: str) -> Response:
    response = _edited(web, editor(sent.text, web, faults=faults, refusal=refusal))
    response.status_code = HTTPStatus.BAD_REQUEST
    return response


def _edited(web: Web, context: Editor) -> Response:
    """The page; its title begins with what was said of the text, as it is what is read out first."""
    title = web.wording["code_frame_editor.title"]
    return web.render(EDITOR, context, title=f"{context.title}: {title}" if context.title else title)
