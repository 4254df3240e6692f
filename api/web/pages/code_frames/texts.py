"""What the pages on code frames say of one: names in the reader's language, numbers, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from api.web.pages.code_frames.context import Awaited, Text
from api.web.rendering import Web
from pipelines.render.wording import Wording
from saywhy.access import Scope
from saywhy.code_frame import VERDICT, CodeFrame, Theme
from saywhy.frame import Frame
from service.code_frames import ListedFrame

PATH, EDITOR_PATH = "/code-frames", "/code-frame-editor"

#: Where the form leads that starts an analysis (`api.web.pages.imports`).
ANALYSE_PATH = "/imports/analyse"


def named(names: Mapping[str, str], wording: Wording) -> Text:
    """The name in the reader's language, or in English, which every name has."""
    return in_language(names, wording) or Text(names["en"], "en")


def in_language(texts: Mapping[str, str], wording: Wording) -> Text | None:
    """The text in the reader's language, or in English; None if there is neither."""
    if text := texts.get(wording.language):
        return Text(text, None)
    return Text(texts["en"], "en") if texts.get("en") else None


def name_of(listed: ListedFrame, wording: Wording) -> Text:
    """The name of a code frame."""
    return named(listed.frame.names, wording) if listed.frame else Text(wording["code_frames.core"], None)


def themes_of(code_frame: CodeFrame) -> list[Theme]:
    """Its themes, without that of verdicts that have no reason, which every frame has."""
    return [theme for theme in code_frame if theme.id != VERDICT]


def sizes(code_frame: CodeFrame, frame: Frame | None, wording: Wording) -> list[str]:
    """How many themes, causes and examples it has; those of the models have no examples."""
    counts = {"themes": len(themes_of(code_frame)), "causes": len(code_frame.causes)}
    if frame:
        counts["examples"] = sum(map(len, frame.examples.values()))
    return [wording(f"code_frames.count_{name}", n=wording.count(count)) for name, count in counts.items()]


def facts(listed: ListedFrame, frame: Frame | None, core: CodeFrame, wording: Wording) -> str:
    """Version, numbers and, of the latest version, the origin, in one line; `frame` is the version that is shown."""
    version = [wording("code_frames.version", version=frame.version)] if frame else []
    numbers = sizes(frame.code_frame if frame else core, frame, wording)
    is_latest = frame is None or listed.frame is None or frame.version == listed.frame.version
    return " · ".join([*version, *numbers, *([_origin(listed, wording)] if is_latest else [])])


def awaited(listed: ListedFrame, web: Web, *, is_awaited: bool) -> Awaited | None:
    """That the frame, which the workspace uses, is not that of the latest analysis; None if it is."""
    if not is_awaited:
        return None
    text = web.wording("code_frames.awaited", name=name_of(listed, web.wording).text)
    return Awaited(text, web.href(ANALYSE_PATH) if web.may(Scope.WRITE) else None)


def _origin(listed: ListedFrame, wording: Wording) -> str:
    if listed.frame is None:
        return wording["code_frames.of_models"]
    if listed.is_shipped:
        return wording["code_frames.ships"]
    latest = listed.versions[0]
    return wording("code_frames.added", author=latest.added_by, day=wording.day(latest.added_at.date().isoformat()))
