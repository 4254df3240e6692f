"""The code frames that the workspaces of a server use, each taught once, as long as nothing changes."""

from __future__ import annotations

import logging
from threading import Lock

from pipelines.annotate.classification import CommentAnnotator
from saywhy import store
from saywhy.errors import SaywhyError
from saywhy.store import Engine
from service.code_frames import in_frame

log = logging.getLogger(__name__)

#: Frames that no workspace uses, and that requests ask for, which are remembered.
_REMEMBERED = 8

#: What tells whether another version of a frame is to be used: the model, and what `store.code_frames.states` says.
_State = tuple[str, tuple[str, int, int]]


class ServedFrames:
    """The annotators of workspaces with a frame. `refresh` is called by one thread, the others by any."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._served: dict[str, tuple[_State, CommentAnnotator]] = {}
        self._asked: dict[tuple[str, str, str], CommentAnnotator] = {}
        self._teaching = Lock()

    def annotator_of(self, workspace: str, core: CommentAnnotator) -> CommentAnnotator:
        """The annotator in the frame that the workspace uses; `core` if it uses that of the models."""
        served = self._served.get(workspace)
        return core if served is None else served[1]

    def refresh(self, core: CommentAnnotator) -> None:
        """Teach the frames that were chosen, changed or analysed since; what serves goes on meanwhile."""
        try:
            with store.reading(self._engine) as connection:
                states = store.code_frames.states(connection)
            served = dict[str, tuple[_State, CommentAnnotator]]()
            for workspace, state in states.items():
                known, now = self._served.get(workspace), (core.model, state)
                served[workspace] = known if known and known[0] == now else (now, self._taught(workspace, core))
            self._served = served
        except SaywhyError as error:
            log.error("the code frames cannot be read, those before serve on: %s", error)
        except Exception as error:
            log.error("the code frames cannot be read, those before serve on", exc_info=error)

    def find(self, workspace: str, frame: str, core: CommentAnnotator) -> CommentAnnotator:
        """The annotator in any frame of a workspace: seconds, if it is asked for the first time.

        Raises `CodeFrameNotFound` and `WorkspaceNotFound`.
        """
        with store.reading(self._engine) as connection:
            workspace_id = store.workspaces.find(connection, workspace)
            latest = store.code_frames.latest(connection, workspace_id, frame)
        key = (core.model, workspace if latest else "", f"{frame}@{latest.version}" if latest else frame)
        with self._teaching:  # a second request waits for the first one instead of teaching too
            if key not in self._asked:
                while len(self._asked) >= _REMEMBERED:
                    del self._asked[next(iter(self._asked))]
                self._asked[key] = in_frame(self._engine, workspace_id, core, frame)
            return self._asked[key]

    def _taught(self, workspace: str, core: CommentAnnotator) -> CommentAnnotator:
        with store.reading(self._engine) as connection:
            workspace_id = store.workspaces.find(connection, workspace)
        return in_frame(self._engine, workspace_id, core)
