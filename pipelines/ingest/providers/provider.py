"""What a survey tool is made of: the meaning of its webhooks, and how its answers are asked for page by page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.ingest.tools import Tool
from saywhy.errors import InvalidInput
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice

#: A JSON object that is or contains a response.
Record = dict[str, Any]

#: Where the next page begins, as a JSON object; {} is the first one.
Position = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """What a webhook says: `records` with responses in them, or that there are answers to pull, or nothing to do.

    `note` says why there is nothing to do.
    """

    records: Sequence[Record] = ()
    is_to_pull: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Which fields hold what, where the tool says so by their types; what is left open is found by name and content."""

    columns: ColumnChoice = field(default_factory=ColumnChoice)
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A GET request to the tool's interface: the path, and its parameters."""

    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """The records of a page, and where the next one begins; None: it is the last one."""

    records: Sequence[Record]
    next: Position | None


@dataclass(frozen=True, slots=True)
class Api:
    """The interface of a tool from which answers are pulled.

    `hosts` are its addresses, by region, the usual one first. `request` makes the request for the page at a position,
    of a form, of what changed since a moment. `page` reads the body of its answer, and raises `InvalidInput` if it is
    another one than documented. `describe`, where there is one, asks for the definition of a form, with which the
    records of `page` are completed: its answers come without their questions.
    """

    hosts: tuple[str, ...]
    authorization: Callable[[str], str]
    request: Callable[[str, datetime | None, Position], ApiRequest]
    page: Callable[[Any, Position], Page]
    needs_form: bool = False
    describe: Callable[[str], ApiRequest] | None = None
    complete: Callable[[Record, Any], Record] = lambda record, _: record


@dataclass(frozen=True, slots=True)
class Provider:
    """A survey tool. `event` raises `InvalidInput` for a payload that is none of its webhooks."""

    tool: Tool
    event: Callable[[Any], Event]
    api: Api | None = None
    reading: Callable[[Sequence[Record]], Reading] = lambda _: Reading()


def score_and_comment(records: Sequence[Record]) -> Reading:
    """The fields `score`, from 0 to 10, and `comment`, if there are any: one record is too few to tell by content."""
    names = {name for record in records for name in record}
    score, comment = (name if name in names else None for name in ("score", "comment"))
    return Reading(ColumnChoice(score=score, comment=comment), Scale.NPS if score else None)


def bearer(token: str) -> str:
    """The value of an `Authorization` header with an access token."""
    return f"Bearer {token}"


def basic(token: str) -> str:
    """The value of an `Authorization` header with a key as user name, and no password."""
    return f"Basic {b64encode(f'{token}:'.encode()).decode()}"


def an_object(value: Any, what: str) -> Record:
    """The value, which must be an object. Raises `InvalidInput`."""
    if not isinstance(value, dict):
        raise InvalidInput(f"{what} is not a JSON object")
    return value


def objects(value: Any, what: str) -> list[Record]:
    """The value, which must be a list of objects. Raises `InvalidInput`."""
    if not isinstance(value, list):
        raise InvalidInput(f"{what} is not a list")
    return [an_object(entry, f"an entry of {what}") for entry in value]


def after(latest: datetime | None, position: Position, *, is_last: bool) -> Position | None:
    """The position behind a page that is sorted by the time of the last change, the oldest first.

    Pages are counted from the `latest` time on that the page before had, not from the beginning: an answer that changes
    meanwhile moves to the end, and all behind it would move up by one place, one of them to a page that has been read.
    A second is repeated, as more answers than a page holds may be of the same one.
    """
    if is_last:
        return None
    if latest is not None:
        since = (latest - timedelta(seconds=1)).astimezone(UTC).isoformat(timespec="seconds")
        if since > position.get("since", ""):
            return {"since": since}
    return {**position, "page": page_of(position) + 1}


def since_of(position: Position, since: datetime | None) -> datetime | None:
    """From which change on the pages of a position are counted."""
    return datetime.fromisoformat(position["since"]) if "since" in position else since


def page_of(position: Position) -> int:
    """The number of the page at a position, from 1."""
    return int(position.get("page", 1))
