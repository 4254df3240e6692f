"""PDFs of a server: made in processes, one at a time, and kept, as they take seconds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

from api.http.rendered import Rendering, Renderings
from api.http.worker_slots import MAX_WAIT
from pipelines.render.pdf import pdf_in_process
from saywhy.errors import ServerBusy


class Pdfs:
    """The PDFs that were asked for last. Who waits for another one to be made waits `MAX_WAIT` seconds at most."""

    def __init__(self) -> None:
        self._kept = Renderings()
        self._turn = Lock()

    def get(self, key: Hashable, document: Callable[[], str]) -> Rendering:
        """The PDF of that key, which determines what `document` returns. Raises `ServerBusy` and `NotInstalled`."""
        if not self._turn.acquire(timeout=MAX_WAIT):
            raise ServerBusy("another PDF is being made")
        try:
            return self._kept.get(key, lambda: pdf_in_process(document()))
        finally:
            self._turn.release()
