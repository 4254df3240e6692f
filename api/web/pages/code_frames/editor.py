"""Reads what is sent from where a code frame is written, and builds that page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api.http.middleware import MAX_BODY
from api.web.pages.code_frames.context import Editor, FaultLine
from api.web.pages.code_frames.texts import EDITOR_PATH, PATH, sizes
from api.web.rendering import Web
from pipelines.render.wording import Wording
from saywhy.errors import InvalidInput
from saywhy.frame import Frame
from saywhy.frame_faults import Fault
from saywhy.frame_file import decode, with_newlines
from saywhy.frame_yaml import MAX_CHARACTERS

#: Mistakes that are listed; a file may have as many as characters.
MAX_FAULTS = 100

#: Characters of a line, a place and a reason that are shown.
_SHOWN = 200

#: What ends a line in YAML.
_LINE_END = re.compile("[\n\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class SentFrame:
    """The text that was sent, and why its file could not be read, which is empty if it could or if there was none."""

    text: str
    refusal: str


async def read_sent(request: Request) -> SentFrame:
    """The text of the form, or that of its file if there is one that can be read.

    Raises an HTTP error (415, 413, 400) for a body that the form does not send.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the form as multipart/form-data.")
    async with request.form(max_files=1, max_fields=5, max_part_size=MAX_BODY) as form:
        typed, file = form.get("yaml"), form.get("file")
        text = with_newlines(typed) if isinstance(typed, str) else ""
        if not isinstance(file, UploadFile) or not file.filename:  # browsers send an empty part if none is chosen
            return SentFrame(text, "")
        try:
            return SentFrame(decode(await file.read(), file.filename[:_SHOWN]), "")
        except InvalidInput as error:
            return SentFrame(text, error.detail)


SentFrameDep = Annotated[SentFrame, Depends(read_sent)]


def editor(
    text: str, web: Web, *, frame: Frame | None = None, faults: Sequence[Fault] = (), refusal: str = ""
) -> Editor:
    """The page with a text: with the `frame` that it is if it is fine, else with what is wrong with it."""
    wording = web.wording
    is_faulty = bool(faults or refusal)
    unlisted = len(faults) - MAX_FAULTS
    return Editor(
        back=web.href(PATH),
        text=text,
        longest=str(MAX_CHARACTERS),
        check=web.href(f"{EDITOR_PATH}/check"),
        save=web.href(EDITOR_PATH),
        fine=_fine(frame, wording) if frame and not is_faulty else "",
        refusal=refusal,
        title=wording("code_frame_editor.faults", n=wording.count(len(faults) or 1)) if is_faulty else "",
        faults=tuple(_fault_lines(faults[:MAX_FAULTS], text, wording)),
        more=wording("code_frame_editor.more", n=wording.count(unlisted)) if unlisted > 0 else "",
    )


def _fine(frame: Frame, wording: Wording) -> str:
    numbers = wording["comma"].join(sizes(frame.code_frame, frame, wording))
    return wording("code_frame_editor.fine", id=frame.id, version=frame.version, numbers=numbers)


def _fault_lines(faults: Sequence[Fault], text: str, wording: Wording) -> Iterator[FaultLine]:
    lines = _LINE_END.split(text) if faults else []
    for fault in faults:
        line = lines[fault.line - 1] if fault.line <= len(lines) else ""
        yield FaultLine(
            label=wording("code_frame_editor.line", n=wording.count(fault.line)),
            number=str(fault.line),
            excerpt=_short(line.strip()),
            place=_short(fault.path),
            reason=_short(_reason(fault, wording)),
        )


def _reason(fault: Fault, wording: Wording) -> str:
    texts = {name: wording.count(value) if isinstance(value, int) else value for name, value in fault.values}
    return wording(f"code_frame_editor.fault_{fault.kind}", **texts)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
