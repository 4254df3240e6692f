"""Comments classified, a few at once or any number as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from saywhy_client import models as m
from saywhy_client.operations import Resource, covers, queryable, sendable

#: Bytes of a request of a stream, well below what the server takes.
_LARGEST_BODY = 1_000_000

_RESULT: TypeAdapter[m.ClassifiedComment | m.RefusedComment] = TypeAdapter(m.ClassifiedComment | m.RefusedComment)


class Classify(Resource):
    """Sentiment, themes and causes of comments; nothing is stored.

    Comments are texts, or `SentComment` with an id of yours; the id of a text is its position. An invalid comment has a
    result of its own, `RefusedComment`, and all others are classified.
    """

    @covers("POST", "/v1/classify")
    def __call__(
        self,
        comments: Sequence[str | m.SentComment],
        *,
        language: str = "en",
        model: str = "champion",
        code_frame: str | None = None,
    ) -> Sequence[m.ClassifiedComment | m.RefusedComment]:
        """Classify 1 to 256 comments; `language` is that of the labels of causes, `code_frame` by default the one that
        the workspace uses.
        """
        query = queryable({"language": language, "model": model, "code_frame": code_frame})
        body = {"comments": [sent for _, sent in _sent(comments)]}
        answer = self._transport.send("POST", "/v1/classify", query=query, json=body)
        return m.ClassifyResponse.model_validate_json(answer.content).results

    @covers("POST", "/v1/classify/stream")
    def stream(
        self,
        comments: Iterable[str | m.SentComment],
        *,
        language: str = "en",
        model: str = "champion",
        code_frame: str | None = None,
    ) -> Iterator[m.ClassifiedComment | m.RefusedComment]:
        """Classify any number of comments in bounded memory; a result for each, in order, as soon as it is there."""
        query = queryable({"language": language, "model": model, "code_frame": code_frame})
        for first, body in _bodies(comments):
            headers = {"Content-Type": "application/x-ndjson"}
            with self._transport.stream(
                "POST", "/v1/classify/stream", query=query, content=partial(bytes, body), headers=headers
            ) as answer:
                for line in answer.iter_lines():
                    result = _RESULT.validate_json(line)
                    if isinstance(result, m.RefusedComment) and result.line is not None:
                        result.line += first  # of all comments, not of those of one request
                    yield result


def _sent(comments: Iterable[str | m.SentComment]) -> Iterator[tuple[int, Any]]:
    for position, comment in enumerate(comments):
        yield position, {"id": position, "text": comment} if isinstance(comment, str) else sendable(comment)


def _bodies(comments: Iterable[str | m.SentComment]) -> Iterator[tuple[int, bytes]]:
    """Bodies of JSON lines, each with the number of comments before it."""
    lines: list[bytes] = []
    size = first = 0
    for position, sent in _sent(comments):
        line = json.dumps(sent).encode() + b"\n"
        if lines and size + len(line) > _LARGEST_BODY:
            yield first, b"".join(lines)
            lines, size, first = [], 0, position
        lines.append(line)
        size += len(line)
    if lines:
        yield first, b"".join(lines)
