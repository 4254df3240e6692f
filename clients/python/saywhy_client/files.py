"""Files from and to disk, as they come: none is read into memory."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from saywhy_client.operations import Resource, queryable


def upload(
    resource: Resource,
    path: str,
    file: str | PathLike[str],
    options: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Send a file as the body, with options in the query; the answer."""
    return resource._transport.send(
        "POST",
        path,
        query=queryable(options),
        content=lambda: Path(file).open("rb"),
        headers={"Content-Type": "application/octet-stream", **(headers or {})},
    ).content


def download(resource: Resource, path: str, to: str | PathLike[str], options: Mapping[str, Any] | None = None) -> Path:
    """Write the body of an answer into a file."""
    query = queryable(options or {})
    with resource._transport.stream("GET", path, query=query) as answer, Path(to).open("wb") as file:
        for part in answer.iter_bytes():
            file.write(part)
    return Path(to)
