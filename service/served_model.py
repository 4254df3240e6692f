"""The model version that serves: another one takes its place while requests go on, as soon as it is promoted."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Event, Thread

from models.annotator import Annotator
from models.bundle import ENCODER, TOKENIZER, digest, open_bundle
from models.registry import ALIASES, champion, version_of
from saywhy.errors import SaywhyError
from saywhy.feedback import Comment
from saywhy.store import Engine
from service.served_frames import ServedFrames

log = logging.getLogger(__name__)

#: Seconds between two looks at the registry.
POLL = 0.5

#: What tells whether `aliases.json` is another file than before: it is always replaced.
Stamp = tuple[int, int, int]


def stamp_of(registry: Path | None, name: str = ALIASES) -> Stamp | None:
    """The stamp of the aliases, or of another file that is replaced whole; None: there is none."""
    try:
        status = (registry / name).stat() if registry else None
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size) if status else None


class ServedModel:
    """The annotator of the champion. A thread looks at the registry and loads another champion beside the one that
    serves; then `annotator` is that one, and whoever has the one before goes on with it.
    """

    def __init__(
        self,
        annotator: Annotator,
        registry: Path | None,
        stamp: Stamp | None,
        engine: Engine,
        threads: int = 0,
    ) -> None:
        """`annotator` was loaded after the registry had this `stamp`; `threads` as of `load_annotator`. The code frames
        of the workspaces in the store are taught first, and kept up to date too.
        """
        self.annotator, self.frames = annotator, ServedFrames(engine)
        self.frames.refresh(annotator)
        self._registry, self._stamp, self._threads = registry, stamp, threads
        self._stop = Event()
        self._thread = Thread(target=self._watch, name="served-model", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no longer."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(POLL):
            stamp = stamp_of(self._registry)
            if stamp is not None and stamp != self._stamp:
                try:
                    self._follow()
                except (SaywhyError, OSError) as error:  # what serves goes on; the next change is looked at again
                    log.error("the champion cannot be loaded, %s serves on: %s", self.annotator.model, error)
                except Exception as error:
                    log.error("the champion cannot be loaded, %s serves on", self.annotator.model, exc_info=error)
                self._stamp = stamp
            self.frames.refresh(self.annotator)

    def _follow(self) -> None:
        folder = champion(self._registry)
        if version_of(folder) == self.annotator.model:
            return
        bundle = open_bundle(folder)
        shared = self.annotator.encoder if self._has_same_encoder(folder) else None
        annotator = Annotator(bundle, threads=self._threads, encoder=shared)
        annotator.annotate([Comment("Thank you, it works.", language="en")])
        before = self.annotator.model
        self.annotator = annotator
        log.info("%s serves in the place of %s", annotator.model, before)

    def _has_same_encoder(self, folder: Path) -> bool:
        """Whether encoder and tokenizer are those that are loaded: then they are not loaded again."""
        return all(digest(self.annotator.folder / name) == digest(folder / name) for name in (ENCODER, TOKENIZER))
