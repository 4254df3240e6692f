"""Micro-batching of comments of concurrent requests."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from threading import Event

import pytest

from saywhy.annotation import Annotation
from saywhy.errors import ServerBusy
from saywhy.feedback import Comment
from service.micro_batches import BATCH_TOKENS, MicroBatches
from tests.doubles import FakeAnnotator


class GatedAnnotator(FakeAnnotator):
    """An annotator that waits for a gate, records its batches, and fails on comments with the word `crash`."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Event()
        self.batches: list[list[str]] = []

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        texts = [comment.verbatim for comment in comments]
        self.batches.append(texts)
        self.gate.wait(60)
        if any("crash" in text for text in texts):
            raise RuntimeError("crash")
        return super().annotate(comments)


def items(*texts: str) -> list[tuple[str, str | None]]:
    """Comments in English."""
    return [(text, "en") for text in texts]


def test_requests_that_wait_are_classified_together_in_turns() -> None:
    """While a batch is computed others queue up; a single comment does not wait for all of a large request."""
    annotator = GatedAnnotator()
    sizes: list[int] = []
    with closing(MicroBatches(annotator, on_batch=sizes.append)) as batches:
        first = batches.submit(items("The first one is slow."))
        while not annotator.batches:
            pass
        long = "slow " * 3 * BATCH_TOKENS  # some tokens more than fit in a batch
        large = batches.submit(items(*(f"Comment {number} is {long}" for number in range(3))))
        single = batches.submit(items("A single one."))
        assert batches.waiting == 4
        annotator.gate.set()
        [[of_first], of_large, [of_single]] = [future.result(60) for future in (first, large, single)]
    assert [result and result.comment.verbatim for result in (of_first, of_single)] == [
        "The first one is slow.",
        "A single one.",
    ]
    assert [result and result.comment.verbatim[:9] for result in of_large] == ["Comment 0", "Comment 1", "Comment 2"]
    order = [text[:9] for batch in annotator.batches for text in batch]
    assert order.index("A single ") < order.index("Comment 2")
    assert sum(sizes) == 5


def test_the_queue_is_bounded() -> None:
    """Beyond what may wait a request is refused; one that is larger than that is taken when nothing waits."""
    annotator = GatedAnnotator()
    with closing(MicroBatches(annotator, queue_tokens=20)) as batches:
        running = batches.submit(items("Larger than all that may wait: " + "slow " * 100))
        while not annotator.batches:
            pass
        waiting = batches.submit(items("Ten words that may wait in the queue for now."))
        with pytest.raises(ServerBusy):
            batches.submit(items("Ten words that may not wait in the queue any more."))
        annotator.gate.set()
        assert len(running.result(60)) == len(waiting.result(60)) == 1
        assert len(batches.submit(items("There is room again.")).result(60)) == 1
    with pytest.raises(ServerBusy):
        batches.submit(items("It is closed."))


def test_a_comment_on_which_the_classifier_fails_costs_only_itself() -> None:
    """The others of its batch are classified."""
    annotator = GatedAnnotator()
    annotator.gate.set()
    with closing(MicroBatches(annotator)) as batches:
        results = batches.submit(items("It is slow.", "It may crash.", "It is dear.")).result(60)
    assert [result and result.comment.verbatim for result in results] == ["It is slow.", None, "It is dear."]


def test_a_cancelled_request_leaves_the_queue() -> None:
    """Comments of a client that has gone away are not classified."""
    annotator = GatedAnnotator()
    with closing(MicroBatches(annotator)) as batches:
        running = batches.submit(items("It is running."))
        while not annotator.batches:
            pass
        gone = batches.submit(items("Nobody waits for this."))
        assert gone.cancel()
        annotator.gate.set()
        assert len(running.result(60)) == len(batches.submit(items("This one is.")).result(60)) == 1
    assert ["Nobody waits for this."] not in annotator.batches


def test_no_comments_have_no_results() -> None:
    """An empty request is answered at once."""
    with closing(MicroBatches(FakeAnnotator())) as batches:
        assert batches.submit([]).result(0) == []
