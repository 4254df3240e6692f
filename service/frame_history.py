"""The versions of a code frame in a workspace, and what each has otherwise than the one before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from saywhy.errors import CodeFrameNotFound
from saywhy.frame import Frame, FrameVersion
from saywhy.frame_changes import FrameChanges, changes_between
from saywhy.frame_file import load_frame, read_frame, shipped_frames
from saywhy.store import Engine
from service.code_frames import ListedFrame, read_listed

#: Versions that are compared, the latest: reading one takes up to a tenth of a second for what people write.
MAX_COMPARED = 20


@dataclass(frozen=True, slots=True)
class FrameHistory:
    """A frame, and its latest versions, the latest first, each with what it changed: None if it is the first one."""

    listed: ListedFrame
    steps: tuple[tuple[FrameVersion, FrameChanges | None], ...]

    def version(self, version: str | None) -> Frame | None:
        """The frame in a version, by default in the latest; that of the models is None.

        Raises `CodeFrameNotFound` if nobody added it.
        """
        if not version or (self.listed.frame and self.listed.frame.version == version):
            return self.listed.frame
        for each in self.listed.versions:
            if each.version == version:
                return _read(each.source)
        raise CodeFrameNotFound(f"the code frame {self.listed.id!r:.80} has no version {version!r:.80}")


def read_history(engine: Engine, workspace: str, frame_id: str) -> FrameHistory:
    """The history of a frame. Raises `WorkspaceNotFound` and `CodeFrameNotFound`."""
    listed = read_listed(engine, workspace, frame_id)
    compared = listed.versions[: MAX_COMPARED + 1]
    frames: list[Frame | None] = [_read(each.source) for each in compared]
    if len(compared) == len(listed.versions):  # before the first one there may be that which ships
        frames.append(load_frame(shipped_frames()[frame_id]) if frame_id in shipped_frames() else None)
    steps = []
    for version, after, before in zip(compared[:MAX_COMPARED], frames, frames[1:], strict=False):
        assert after is not None
        steps.append((version, changes_between(before, after) if before else None))
    return FrameHistory(listed, tuple(steps))


@lru_cache(maxsize=2 * MAX_COMPARED)
def _read(source: str) -> Frame:
    """A version as it is stored, which never changes."""
    return read_frame(source)
