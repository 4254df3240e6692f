"""The code frames of a workspace: those that ship and those that people wrote, and which one it uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.annotate.classification import CommentAnnotator
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.correction import CorrectionKind
from saywhy.errors import CodeFrameNotFound, InvalidInput, WorkspaceNotFound
from saywhy.frame import CORE_ID, Frame, FrameVersion, frame_of, version_of
from saywhy.frame_file import load_frame, read_frame, shipped_frames
from saywhy.run import RunState
from saywhy.store import Connection, Engine
from service.workspaces import reading

if TYPE_CHECKING:
    from pipelines.annotate.framed import FramedAnnotator


@dataclass(frozen=True, slots=True)
class ListedFrame:
    """A frame, whether it ships as it is, whether the workspace uses it, and who added its versions, the latest first.

    `frame` is None for that of the models.
    """

    id: str
    frame: Frame | None
    is_shipped: bool
    is_chosen: bool
    versions: tuple[FrameVersion, ...] = ()


def list_frames(engine: Engine, workspace: str) -> list[ListedFrame]:
    """The frame of the models, then all others by id. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        chosen = store.code_frames.chosen(connection, workspace_id)
        added: dict[str, list[FrameVersion]] = {}
        for version in store.code_frames.versions(connection, workspace_id):
            added.setdefault(version.frame, []).append(version)
    frames = [
        ListedFrame(
            key,
            read_frame(added[key][0].source) if key in added else load_frame(shipped_frames()[key]),
            is_shipped=key not in added,
            is_chosen=key == chosen,
            versions=tuple(added.get(key, ())),
        )
        for key in sorted({*shipped_frames(), *added})
    ]
    return [ListedFrame(CORE_ID, None, is_shipped=True, is_chosen=chosen is None), *frames]


def read_listed(engine: Engine, workspace: str, frame_id: str) -> ListedFrame:
    """One of them. Raises `WorkspaceNotFound` and `CodeFrameNotFound`."""
    frames = {frame.id: frame for frame in list_frames(engine, workspace)}
    if frame_id not in frames:
        raise _not_found(frame_id, list(frames))
    return frames[frame_id]


def add_frame(engine: Engine, workspace: str, frame: Frame, *, by: str, name: str = "the code frame") -> bool:
    """Add a frame, or another version of it, which is used from now on where the frame is. Returns whether it is new:
    the same again is nothing.

    Corrections, efforts and fixes of ids that were renamed or merged are those of the new ids; corrections to what was
    split or removed are taken back. The workspace is created if it does not exist. Raises `InvalidInput` if it does not
    say what became of an id of the version before; `name` says in which file.
    """
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, workspace)
        before = _version_before(connection, workspace_id, frame)
        if before is not None and before.version == frame.version:
            return False
        _require_changes(before, frame, name)
        version = FrameVersion(frame.id, frame.version, frame.source, by, datetime.now(UTC))
        store.code_frames.add(connection, workspace_id, version)
        store.code_frames.rename(connection, workspace_id, frame.id, frame.renamed)
        _take_back(connection, workspace_id, frame, by)
    return True


def check_frame(engine: Engine, workspace: str, frame: Frame) -> None:
    """Raise what `add_frame` would, and `WorkspaceNotFound`; nothing is added."""
    with reading(engine, workspace) as (connection, workspace_id):
        _require_changes(_version_before(connection, workspace_id, frame), frame, "the code frame")


def choose_frame(engine: Engine, workspace: str, frame_id: str) -> None:
    """Use a frame from the next analysis on; the workspace is created if it does not exist.

    Raises `CodeFrameNotFound`.
    """
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, workspace)
        chosen = None if frame_id == CORE_ID else find_frame(connection, workspace_id, frame_id).id
        if chosen != store.code_frames.chosen(connection, workspace_id):
            store.code_frames.choose(connection, workspace_id, chosen)


def find_frame(connection: Connection, workspace_id: int, frame_id: str) -> Frame:
    """The version of a frame that is used. Raises `CodeFrameNotFound`."""
    if added := store.code_frames.latest(connection, workspace_id, frame_id):
        return read_frame(added.source)
    if frame_id in shipped_frames():
        return load_frame(shipped_frames()[frame_id])
    added_ids = {version.frame for version in store.code_frames.versions(connection, workspace_id)}
    raise _not_found(frame_id, [CORE_ID, *sorted({*shipped_frames(), *added_ids})])


def awaits_analysis(engine: Engine, workspace: str) -> bool:
    """Whether the workspace uses another frame, or another version of it, than the latest analysis that succeeded.

    It does not before the first one. Raises `WorkspaceNotFound`.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        run = store.runs.latest(connection, workspace_id, RunState.SUCCEEDED)
        chosen = store.code_frames.chosen(connection, workspace_id)
        version = find_frame(connection, workspace_id, chosen).version if chosen else ""
    return run is not None and (frame_of(run.model), version_of(run.model)) != (chosen or CORE_ID, version)


def chosen_code_frame(engine: Engine, workspace: str, core: CodeFrame) -> CodeFrame:
    """The themes and causes that the workspace uses; `core` are those of the models, also if there is no workspace."""
    try:
        with reading(engine, workspace) as (connection, workspace_id):
            chosen = store.code_frames.chosen(connection, workspace_id)
            return find_frame(connection, workspace_id, chosen).code_frame if chosen else core
    except WorkspaceNotFound:
        return core


def in_frame(
    engine: Engine, workspace_id: int, core: CommentAnnotator, frame_id: str | None = None
) -> CommentAnnotator:
    """The annotator in a frame, by default in the one that the workspace uses, taught by its labels too.

    Raises `CodeFrameNotFound`.
    """
    from pipelines.annotate.framed import FramedAnnotator  # loads scikit-learn, which only those who have a frame need

    with store.reading(engine) as connection:
        chosen = frame_id or store.code_frames.chosen(connection, workspace_id) or CORE_ID
        if chosen == CORE_ID:
            return core
        frame = find_frame(connection, workspace_id, chosen).taught(list(_labels(connection, workspace_id, chosen)))
    return FramedAnnotator(core, frame)


def forget_outdated(engine: Engine, workspace_id: int, annotator: FramedAnnotator) -> None:
    """Delete the annotations in the frame that were made before people labelled what teaches it now."""
    with engine.begin() as connection:
        if store.code_frames.lessons(connection, workspace_id) != annotator.frame.lessons:
            store.annotations.delete(connection, workspace_id, annotator.model)
            store.code_frames.keep_lessons(connection, workspace_id, annotator.frame.lessons)


def _version_before(connection: Connection, workspace_id: int, frame: Frame) -> Frame | None:
    """The version of the frame that is used so far, be it the one that ships; None if it is a new frame."""
    try:
        return find_frame(connection, workspace_id, frame.id)
    except CodeFrameNotFound:
        return None


def _require_changes(before: Frame | None, after: Frame, name: str) -> None:
    """What was known must be known still, or it must be said what became of it: else trends would just break off."""
    if before is None:
        return
    gone = [key for key in before.examples if key not in after.examples and key not in after.changes]
    if gone:
        ids = ", ".join(gone)
        raise InvalidInput(f"{name}: changes: say what became of {ids}, which the version before has; [] is removed")


def _take_back(connection: Connection, workspace_id: int, frame: Frame, by: str) -> None:
    """Take back corrections to what was split or removed: nobody has said which of the new themes is meant."""
    gone = {key for key, after in frame.changes.items() if len(after) != 1}
    standing = store.corrections.load(connection, workspace_id, CorrectionKind.THEME) if gone else {}
    now = datetime.now(UTC)
    taken_back = [
        replace(each, value=None, said=each.value or "", author=by, at=now)
        for corrections in standing.values()
        for each in corrections
        if each.value in gone and frame_of(each.model) == frame.id
    ]
    store.corrections.add(connection, workspace_id, taken_back)


def _labels(connection: Connection, workspace_id: int, frame: str) -> Iterator[tuple[str, str]]:
    """(theme or cause, text) of every clause that people corrected in a frame; an anonymous workspace has none."""
    corrections = store.corrections.load(connection, workspace_id)
    comments = store.comments.by_hash(connection, workspace_id, corrections)
    for content_hash, standing in sorted(corrections.items()):
        for each in standing:
            is_label = each.kind in (CorrectionKind.THEME, CorrectionKind.CAUSE) and frame_of(each.model) == frame
            if each.clause and is_label and content_hash in comments:
                text = comments[content_hash].verbatim[slice(*each.clause)].strip()
                if text:
                    yield from ((key, text) for key in (each.value or "").split(",") if key)


def _not_found(frame_id: str, there: list[str]) -> CodeFrameNotFound:
    return CodeFrameNotFound(f"there is no code frame {frame_id!r:.80}; there are: {', '.join(there)}")
