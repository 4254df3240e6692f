"""Builds the page of a code frame: its themes as a tree with their causes, its versions and what they changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api.web.pages.code_frames.context import CauseLeaf, CodeFrameView, Examples, ThemeBranch, VersionLine
from api.web.pages.code_frames.texts import EDITOR_PATH, PATH, awaited, facts, in_language, name_of, named, themes_of
from api.web.rendering import Web
from pipelines.render.wording import Wording
from saywhy.access import Scope
from saywhy.annotation import Polarity
from saywhy.code_frame import CodeFrame, LibraryCause, Theme
from saywhy.frame import Frame
from saywhy.frame_changes import FrameChanges
from service.code_frames import ListedFrame
from service.frame_history import FrameHistory

#: Examples that are shown at once, and causes of a frame whose themes are unfolded.
FEW_EXAMPLES, FEW_CAUSES = 3, 20

#: What may just have been done.
DONE = ("saved", "same", "used")


def code_frame_view(
    history: FrameHistory, shown: Frame | None, core: CodeFrame, web: Web, *, is_awaited: bool, done: str = ""
) -> CodeFrameView:
    """The page. `shown` is the version of it that is asked for, None for that of the models."""
    listed, wording, may_edit = history.listed, web.wording, web.may(Scope.WRITE)
    is_latest = listed.frame is None or shown is None or shown.version == listed.frame.version
    name = name_of(listed, wording)
    code_frame = shown.code_frame if shown else core
    version = shown.version if shown else ""
    unlisted = len(listed.versions) - len(history.steps)
    return CodeFrameView(
        back=web.href(PATH),
        name=name,
        id=listed.id,
        definition=in_language(shown.definitions, wording) if shown else None,
        facts=facts(listed, shown, core, wording),
        done=wording(f"code_frame.done_{done}", version=version, name=name.text) if done in DONE else "",
        earlier="" if is_latest else wording["code_frame.earlier"],
        note=_note(listed, code_frame, wording),
        is_chosen=listed.is_chosen,
        awaited=awaited(listed, web, is_awaited=is_awaited and listed.is_chosen),
        use=web.href(f"{PATH}/{listed.id}/use") if may_edit and not listed.is_chosen else None,
        change=web.href(EDITOR_PATH, frame=listed.id) if may_edit and listed.frame else None,
        download=_download(listed.id, None if is_latest else version, web) if listed.frame else None,
        themes=tuple(_branch(theme, code_frame, shown, wording) for theme in themes_of(code_frame)),
        versions=tuple(_versions(history, version, web)),
        older=wording("code_frame.older", n=wording.count(unlisted)) if unlisted else "",
    )


def _note(listed: ListedFrame, code_frame: CodeFrame, wording: Wording) -> str:
    """What is special about it."""
    if listed.frame is None:
        return wording["code_frame.core_note"]
    return "" if code_frame.causes else wording["code_frame.no_causes"]


def _download(frame_id: str, version: str | None, web: Web) -> str:
    return web.href(f"{PATH}/{frame_id}/yaml", version=version)


def _branch(theme: Theme, code_frame: CodeFrame, frame: Frame | None, wording: Wording) -> ThemeBranch:
    causes = [cause for cause in code_frame.causes if cause.theme == theme.id]
    return ThemeBranch(
        name=named(theme.names, wording),
        id=theme.id,
        count=wording("code_frames.count_causes", n=wording.count(len(causes))) if causes else "",
        definition=in_language(theme.descriptions, wording),
        examples=_examples(theme.id, frame, wording),
        causes=tuple(_leaf(cause, frame, wording) for cause in causes),
        is_open=len(code_frame.causes) <= FEW_CAUSES,
    )


def _leaf(cause: LibraryCause, frame: Frame | None, wording: Wording) -> CauseLeaf:
    kind = "praise" if cause.polarity == Polarity.POSITIVE else "complaint"
    return CauseLeaf(
        name=named(cause.names, wording),
        id=cause.id,
        kind=wording[f"code_frame.kind_{kind}"],
        definition=in_language(cause.definitions, wording),
        examples=_examples(cause.id, frame, wording),
    )


def _examples(key: str, frame: Frame | None, wording: Wording) -> Examples | None:
    texts = frame.examples.get(key, ()) if frame else ()
    if not texts:
        return None
    title = wording("code_frames.count_examples", n=wording.count(len(texts)))
    return Examples(title, texts, len(texts) <= FEW_EXAMPLES)


def _versions(history: FrameHistory, shown: str, web: Web) -> Iterator[VersionLine]:
    wording, frame_id = web.wording, history.listed.id
    for step, (version, changes) in enumerate(history.steps):
        day = wording.day(version.added_at.date().isoformat())
        latest = step == 0
        yield VersionLine(
            version=version.version,
            href=web.href(f"{PATH}/{frame_id}", version=None if latest else version.version),
            is_shown=version.version == shown,
            added=wording("code_frames.added", author=version.added_by, day=day),
            changes=tuple(_changes(changes, wording)) if changes else (wording["code_frame.first"],),
            download=_download(frame_id, version.version, web),
        )


def _changes(changes: FrameChanges, wording: Wording) -> Iterator[str]:
    """Each kind of change as a sentence, by ids, as the YAML has them."""

    def listed(ids: Sequence[str]) -> str:
        return wording["comma"].join(ids)

    if changes.added:
        yield wording("code_frame.added", names=listed(changes.added))
    for before, after in changes.gone.items():
        key = "code_frame.became" if after else "code_frame.removed"
        yield wording(key, before=before, names=listed(after)) if after else wording(key, before=before)
    if changes.reworded:
        yield wording("code_frame.reworded", names=listed(changes.reworded))
    for key, number in (("more", changes.more_examples), ("fewer", changes.fewer_examples)):
        if number:
            yield wording(f"code_frame.examples_{key}", n=wording.count(number))
