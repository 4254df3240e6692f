"""A version in the shadow of the champion: it answers what the champion answered, and only how far both agree is kept.

Requests are compared by a thread of low priority, after they are answered, as long as there is room in its queue;
what is dropped is counted. Of an analysis, a job compares a sample. Anonymous workspaces are left out.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from models.annotator import Annotator
from models.bundle import open_bundle
from models.registry import SHADOW, Registry
from saywhy import store
from saywhy.errors import SaywhyError
from saywhy.frame import CORE_ID, frame_of
from saywhy.model_version import AgreementCount, AgreementKind, Shadow, ShadowOrigin
from saywhy.store import Engine
from service.classification import Classified, classify
from service.micro_batches import Item, Results
from service.served_model import POLL, Stamp, stamp_of

log = logging.getLogger(__name__)

#: Comments that wait to be compared; more are dropped.
QUEUE = 512

#: Comments that are compared at a time, so that the thread is soon done when the server ends.
_CHUNK = 16

#: As of jobs: lower than the server, and not so low that a busy machine never loads a version.
NICENESS = 10

#: Seconds between two writes of counts.
_FLUSH_EVERY = 1.0

#: Compared and agreed, by language and kind.
Counts = Counter[tuple[str, AgreementKind, str]]


@dataclass(frozen=True, slots=True)
class _Answered:
    """What a request asked and was answered, by this champion."""

    workspace: str
    champion: str
    items: Sequence[Item]
    answers: Sequence[Classified | None]


class ShadowRequests:
    """Compares a share of the requests. `offer` may be called from any thread and never waits."""

    def __init__(self, engine: Engine, registry: Path | None) -> None:
        self._engine, self._registry = engine, registry
        self._stamp: Stamp | None = None
        self._shadow: Shadow | None = None
        self._annotator: Annotator | None = None
        self._waiting: deque[_Answered] = deque()
        self._comments, self._due = 0, 0.0
        self._counts: dict[tuple[str, str, str], Counts] = {}
        self._changed = threading.Condition()
        self._is_closed = False
        self._flushed_at = 0.0
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        if registry is not None:
            self._thread.start()

    def offer(self, workspace: str, items: Sequence[Item], answers: Results) -> None:
        """Take these answers, if it is their turn, there is room, and they are in the code frame of the models."""
        shadow = self._shadow
        given = next((answer for answer in answers if answer is not None), None)
        if shadow is None or given is None or frame_of(given.annotation.model) != CORE_ID:
            return
        champion = given.annotation.model
        with self._changed:
            self._due += shadow.share
            if self._due < 1 or champion == shadow.version:
                return
            self._due -= 1
            if self._comments and self._comments + len(items) > QUEUE:
                self._add(workspace, champion, shadow.version, dropped(len(items)))
                return
            self._comments += len(items)
            self._waiting.append(_Answered(workspace, champion, items, answers))
            self._changed.notify()

    @property
    def version(self) -> str | None:
        """The version that is loaded."""
        return self._annotator.model if self._annotator else None

    def close(self) -> None:
        """Keep what was counted, and end; what waits is dropped."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        with suppress(OSError):  # of this thread alone, on Linux
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        looked_at = 0.0
        while not self._is_closed:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or self._waiting, POLL)
                answered = self._waiting.popleft() if self._waiting and not self._is_closed else None
                self._comments -= len(answered.items) if answered else 0
            if time.monotonic() - looked_at >= POLL:
                looked_at = time.monotonic()
                self._follow()
            if answered is not None:
                self._compare(answered)
            if time.monotonic() - self._flushed_at >= _FLUSH_EVERY or self._is_closed:
                self._flush()

    def _follow(self) -> None:
        """Load the version that is to run in the shadow by now, or none."""
        stamp = stamp_of(self._registry, SHADOW)
        if stamp == self._stamp or self._registry is None:
            return
        self._stamp = stamp
        self._shadow = self._annotator = None
        try:
            shadow = Registry(self._registry).shadow()
            if shadow is not None and shadow.share > 0:
                self._annotator = load_shadow(self._registry, shadow)
                self._shadow = shadow
                log.info("%s runs in the shadow", shadow.version)
        except (SaywhyError, OSError) as error:
            log.error("no version runs in the shadow: %s", error)
        except Exception as error:
            log.error("no version runs in the shadow", exc_info=error)

    def _compare(self, answered: _Answered) -> None:
        annotator = self._annotator
        if annotator is None or annotator.model == answered.champion:
            return
        for start in range(0, len(answered.items), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            items, answers = answered.items[chunk], answered.answers[chunk]
            if self._is_closed:
                counts = dropped(len(items))
            else:
                try:
                    counts = agreement(answers, classify(items, annotator))
                except Exception as error:  # its texts are no secret of the log: the type alone is written
                    log.error("the shadow cannot classify: %s", type(error).__name__)
                    counts = dropped(len(items))
            with self._changed:
                self._add(answered.workspace, answered.champion, annotator.model, counts)

    def _add(self, workspace: str, champion: str, shadow: str, counts: Counts) -> None:
        self._counts.setdefault((workspace, champion, shadow), Counter()).update(counts)

    def _flush(self) -> None:
        self._flushed_at = time.monotonic()
        with self._changed:
            counted, self._counts = self._counts, {}
        if not counted:
            return
        try:
            with self._engine.begin() as connection:
                for (workspace, champion, shadow), counts in counted.items():
                    workspace_id = store.workspaces.find(connection, workspace)
                    if not store.workspaces.is_anonymous(connection, workspace_id):
                        origin = ShadowOrigin.REQUESTS
                        store.shadow_counts.add(connection, workspace_id, champion, shadow, origin, rows_of(counts))
        except SaywhyError as error:  # the store is gone for a while: these counts are lost, the server is not
            log.error("counts of the shadow are lost: %s", error)


def load_shadow(registry: Path, shadow: Shadow) -> Annotator:
    """The annotator in the shadow, on one thread, which is that of whoever calls it."""
    return Annotator(open_bundle(registry / shadow.version), threads=1)


def agreement(champion: Iterable[Classified | None], shadow: Iterable[Classified]) -> Counts:
    """Count, by language and kind, the labels that either version gave ("compared") and those that both gave."""
    counts: Counts = Counter()
    for one, other in zip(champion, shadow, strict=True):
        if one is None or not one.comment.is_answer:
            continue
        language = one.comment.language or "und"
        is_same = one.annotation.sentiment.label is other.annotation.sentiment.label
        themes, its_themes = ({label.theme for label in each.annotation.themes} for each in (one, other))
        causes, its_causes = ({cause.cause for cause in each.causes} for each in (one, other))
        for kind, compared, agreed in (
            (AgreementKind.COMMENTS, 1, 1),
            (AgreementKind.SENTIMENT, 1, int(is_same)),
            (AgreementKind.THEMES, len(themes | its_themes), len(themes & its_themes)),
            (AgreementKind.CAUSES, len(causes | its_causes), len(causes & its_causes)),
        ):
            counts[language, kind, "compared"] += compared
            counts[language, kind, "agreed"] += agreed
    return counts


def dropped(comments: int) -> Counts:
    """So many comments were not compared."""
    return Counter({("und", AgreementKind.DROPPED, "compared"): comments})


def rows_of(counts: Counts) -> list[AgreementCount]:
    """The counts as rows."""
    keys = sorted({(language, kind) for language, kind, _ in counts})
    return [AgreementCount(*key, counts[*key, "compared"], counts[*key, "agreed"]) for key in keys]
