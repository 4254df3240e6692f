"""Micro-batching: comments of concurrent requests are classified together, by one thread, in batches of some tokens.

While a batch is computed, requests wait in a bounded queue; the next batch takes from each of them in turn, so that a
single comment does not wait for all of a large request. Nobody waits for a batch to fill up unless the last one had
several requests; then the requests that its answers bring about are waited for, a few milliseconds.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread

from pipelines.annotate.classification import CommentAnnotator
from saywhy.errors import ServerBusy
from service.classification import Classified, classify

log = logging.getLogger(__name__)

#: Tokens of a batch, set by hand: half of what one run of the encoder takes, so that answers come early.
BATCH_TOKENS = 1024

#: Tokens that may wait, several seconds of work; a larger request is taken only by an empty queue.
QUEUE_TOKENS = 100_000

#: Seconds in which requests that follow a shared batch may join the next one.
MAX_WAIT = 0.003

#: A text to classify and its language, None if it is not known.
Item = tuple[str, str | None]

#: The results of a request, in order; None for a comment that made the classifier fail.
Results = list[Classified | None]


@dataclass(slots=True, eq=False)
class _Request:
    items: Sequence[Item]
    tokens: list[int]
    annotator: CommentAnnotator
    future: Future[Results] = field(default_factory=Future)
    taken: int = 0  # items that are in a batch, or were
    results: dict[int, Classified | None] = field(default_factory=dict)

    @property
    def is_taken(self) -> bool:
        return self.taken == len(self.items)


class MicroBatches:
    """Classifies comments of concurrent requests together. `submit` may be called from any thread."""

    def __init__(
        self,
        annotator: CommentAnnotator,
        *,
        queue_tokens: int = QUEUE_TOKENS,
        on_batch: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`on_batch` is told the number of comments of each batch."""
        self._annotator = annotator
        self._limit = queue_tokens
        self._on_batch = on_batch
        self._changed = Condition()
        self._requests: deque[_Request] = deque()
        self._waiting_tokens = 0
        self._is_closed = False
        self._thread = Thread(target=self._run, name="micro-batches", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Comments that wait for a batch."""
        with self._changed:
            return sum(len(request.items) - request.taken for request in self._requests)

    def submit(self, items: Sequence[Item], annotator: CommentAnnotator | None = None) -> Future[Results]:
        """Classify a request's comments, by this annotator if another one serves by now; raises `ServerBusy` if too
        much waits already.

        A request whose future is cancelled leaves the queue.
        """
        if not items:
            future: Future[Results] = Future()
            future.set_result([])
            return future
        request = _Request(items, [_estimated_tokens(text) for text, _ in items], annotator or self._annotator)
        tokens = sum(request.tokens)
        with self._changed:
            if self._is_closed or (self._waiting_tokens and self._waiting_tokens + tokens > self._limit):
                raise ServerBusy
            self._requests.append(request)
            self._waiting_tokens += tokens
            self._changed.notify_all()
        return request.future

    def close(self) -> None:
        """Classify what waits, and end."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        was_shared = False
        while batch := self._next_batch(was_shared):
            was_shared = len({id(request) for request, _ in batch}) > 1
            self._on_batch(len(batch))
            for annotator in {id(request.annotator): request.annotator for request, _ in batch}.values():
                own = [(request, index) for request, index in batch if request.annotator is annotator]
                results = self._classify([request.items[index] for request, index in own], annotator)
                for (request, index), result in zip(own, results, strict=True):
                    request.results[index] = result
            for request in {id(request): request for request, _ in batch}.values():
                if len(request.results) == len(request.items) and request.future.set_running_or_notify_cancel():
                    request.future.set_result([request.results[index] for index in range(len(request.items))])

    def _next_batch(self, was_shared: bool) -> list[tuple[_Request, int]]:
        """Requests and the index of one of their comments, as many as a batch has; none at the end."""
        with self._changed:
            batch: list[tuple[_Request, int]] = []
            while not batch:
                self._changed.wait_for(lambda: self._is_closed or self._requests)
                if was_shared and not self._is_closed:
                    self._changed.wait_for(lambda: self._is_closed or self._waiting_tokens >= BATCH_TOKENS, MAX_WAIT)
                if self._is_closed and not self._requests:
                    break
                batch = self._take()
            return batch

    def _take(self) -> list[tuple[_Request, int]]:
        """A batch from the queue, a comment of each request in turn; empty if all requests are cancelled."""
        batch: list[tuple[_Request, int]] = []
        tokens = 0
        while self._requests and tokens < BATCH_TOKENS:
            request = self._requests.popleft()
            if request.future.cancelled():
                self._waiting_tokens -= sum(request.tokens[request.taken :])
                continue
            batch.append((request, request.taken))
            tokens += request.tokens[request.taken]
            request.taken += 1
            if not request.is_taken:
                self._requests.append(request)
        self._waiting_tokens -= tokens
        return batch

    def _classify(self, items: Sequence[Item], annotator: CommentAnnotator) -> Results:
        """The results; should the classifier fail, it is asked for each comment, so that only the culprit has none."""
        try:
            return list(classify(items, annotator))
        except Exception as error:
            if len(items) > 1:
                return [result for item in items for result in self._classify([item], annotator)]
            log.error("a comment cannot be classified", exc_info=error)
            return [None]


def _estimated_tokens(text: str) -> int:
    """About as many as the tokenizer makes: one for three bytes, which are four letters or a Chinese character."""
    return 1 + len(text.encode("utf-8", "replace")) // 3
