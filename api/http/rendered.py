"""What is rendered of a report is kept: a report does not change, and rendering takes longer than reading.

Each request still reads the stored report. So what is kept is never out of date, and is not served without the store.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from threading import Lock

from fastapi import Request, Response

#: Renderings that are kept, of mostly less than a megabyte.
_KEPT = 16


@dataclass(frozen=True, slots=True)
class Rendering:
    """A body, and its entity tag (RFC 9110, section 8.8.3)."""

    content: bytes
    etag: str

    @classmethod
    def of(cls, content: bytes) -> Rendering:
        return cls(content, f'"{sha256(content).hexdigest()[:32]}"')

    def respond(self, request: Request, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
        """The body, or 304 if the request says that the client has it."""
        headers = {"Cache-Control": "private, no-cache", "ETag": self.etag, **(headers or {})}
        known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
        if known & {self.etag, "*"}:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(self.content, headers=headers, media_type=media_type)


class Renderings:
    """The renderings that were asked for last. One is made at a time: many who ask for it wait for one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Rendering] = OrderedDict()

    def get(self, key: Hashable, render: Callable[[], bytes]) -> Rendering:
        """The rendering of that key, which determines what `render` returns."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = Rendering.of(render())
            self._kept.move_to_end(key)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]
