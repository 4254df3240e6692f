"""Builds the list of code frames."""

from __future__ import annotations

from collections.abc import Sequence

from api.web.pages.code_frames.context import CodeFrames, FrameLine
from api.web.pages.code_frames.texts import EDITOR_PATH, PATH, awaited, facts, name_of
from api.web.rendering import Web
from saywhy.access import Scope
from saywhy.code_frame import CodeFrame
from service.code_frames import ListedFrame


def code_frames(listed: Sequence[ListedFrame], core: CodeFrame, web: Web, *, is_awaited: bool) -> CodeFrames:
    """All code frames; `core` is that of the models. `is_awaited`: the next analysis is the first in the chosen one."""
    [chosen] = [each for each in listed if each.is_chosen]
    return CodeFrames(
        awaited=awaited(chosen, web, is_awaited=is_awaited),
        frames=tuple(_line(each, core, web) for each in listed),
        write=web.href(EDITOR_PATH) if web.may(Scope.WRITE) else None,
    )


def _line(listed: ListedFrame, core: CodeFrame, web: Web) -> FrameLine:
    may_use = web.may(Scope.WRITE) and not listed.is_chosen
    return FrameLine(
        name=name_of(listed, web.wording),
        id=listed.id,
        href=web.href(f"{PATH}/{listed.id}"),
        facts=facts(listed, listed.frame, core, web.wording),
        is_chosen=listed.is_chosen,
        use=web.href(f"{PATH}/{listed.id}/use") if may_use else None,
    )
