"""Operations as declarations: a method of a resource is its signature, and the decorator sends what was passed.

    @get("/v1/jobs/{job}")
    def read(self, job: int) -> m.Job:
        "A job."

Arguments named in the path go there, the others into the query (GET, DELETE) or the JSON body. What is not passed is
not sent; None is left out of a query and is null in a body. The return annotation says how the answer is read. A new
operation of the server is one such method, and `tests/clients/` fails until there is one.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cache, partial, wraps
from types import GenericAlias
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints
from urllib.parse import quote
from uuid import uuid4

import httpx2
from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_jsonable_python

from saywhy_client.transport import IDEMPOTENCY_KEY, Transport

Method = TypeVar("Method", bound=Callable[..., Any])

#: The parameter of methods whose request has an idempotency key; it is made where none is passed.
KEY = "idempotency_key"


class Resource:
    """Operations on one kind of thing."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the server.

    `items` is the member of the answer that has the entries of a list, `body` the parameter that is the whole body, and
    `query` those that are in the query although there is a body.
    """

    method: str
    path: str
    items: str | None = None
    body: str | None = None
    query: frozenset[str] = frozenset()

    @property
    def in_path(self) -> Sequence[str]:
        """The parameters of the path."""
        return re.findall(r"{(\w+)}", self.path)

    def call(self, transport: Transport, arguments: Mapping[str, Any], declared: Set[str]) -> httpx2.Response:
        """Send the request with these arguments, of those that are declared."""
        headers = {IDEMPOTENCY_KEY: arguments.get(KEY) or str(uuid4())} if KEY in declared else {}
        path = url(self.path, **{name: arguments[name] for name in self.in_path})
        others = {name: value for name, value in arguments.items() if name not in {KEY, *self.in_path}}
        if self.method in ("GET", "DELETE"):
            return transport.send(self.method, path, query=queryable(others), headers=headers)
        query = {name: value for name, value in others.items() if name in self.query}
        body = others[self.body] if self.body else {name: others[name] for name in others if name not in query}
        has_body = not declared <= {"self", KEY, *self.in_path, *self.query}
        json = sendable(body) if has_body else None
        return transport.send(self.method, path, query=queryable(query), json=json, headers=headers)


def covers(method: str, *paths: str) -> Callable[[Method], Method]:
    """Mark a method that carries operations out by itself."""

    def declare(function: Method) -> Method:
        function.operations = [Operation(method, path) for path in paths]  # type: ignore[attr-defined]
        return function

    return declare


def operation(
    method: str, path: str, *, items: str | None = None, body: str | None = None, query: tuple[str, ...] = ()
) -> Callable[[Method], Method]:
    """Declare a method as an operation; see `Operation`."""
    described = Operation(method, path, items, body, frozenset(query))

    def declare(function: Method) -> Method:
        signature = inspect.signature(function)

        @cache
        def read() -> Callable[[Callable[..., httpx2.Response]], Any]:
            return _reader(get_type_hints(function)["return"], items)

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            arguments = signature.bind(*args, **kwargs).arguments
            resource: Resource = arguments.pop("self")

            def send(**more: Any) -> httpx2.Response:
                return described.call(resource._transport, {**arguments, **more}, signature.parameters.keys())

            return read()(send)

        call.operations = [described]  # type: ignore[attr-defined]
        return cast(Method, call)

    return declare


def get(path: str, *, items: str | None = None) -> Callable[[Method], Method]:
    """Declare an operation that reads."""
    return operation("GET", path, items=items)


def post(
    path: str, *, items: str | None = None, body: str | None = None, query: tuple[str, ...] = ()
) -> Callable[[Method], Method]:
    """Declare an operation that makes or does something."""
    return operation("POST", path, items=items, body=body, query=query)


def put(path: str) -> Callable[[Method], Method]:
    """Declare an operation that replaces something."""
    return operation("PUT", path)


def patch(path: str) -> Callable[[Method], Method]:
    """Declare an operation that changes something."""
    return operation("PATCH", path)


def delete(path: str) -> Callable[[Method], Method]:
    """Declare an operation that removes something."""
    return operation("DELETE", path)


def url(path: str, **parameters: Any) -> str:
    """The path with its parameters."""
    return path.format(**{name: quote(str(value), safe="") for name, value in parameters.items()})


def queryable(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as parameters of a query."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in arguments.items()
        if value is not None
    }


def sendable(value: Any) -> Any:
    """A value as JSON; of a model, what was set."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_unset=True)
    if isinstance(value, Mapping):
        return {name: sendable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [sendable(each) for each in value]
    return to_jsonable_python(value)


def _reader(annotation: Any, items: str | None) -> Callable[[Callable[..., httpx2.Response]], Any]:
    """How answers become results of this type."""
    if annotation is type(None):
        return lambda send: send() and None
    if annotation is str:
        return lambda send: send().text
    if get_origin(annotation) is Iterator:
        assert items is not None
        page: Any = GenericAlias(list, get_args(annotation))
        return partial(_pages, entries=TypeAdapter(page), items=items)
    whole: TypeAdapter[Any] = TypeAdapter(annotation)
    if items is None:
        return lambda send: whole.validate_json(send().content)
    return lambda send: whole.validate_python(send().json()[items])


def _pages(send: Callable[..., httpx2.Response], entries: TypeAdapter[list[Any]], items: str) -> Iterator[Any]:
    """The entries of all pages; each page is read when its first entry is asked for."""
    position: dict[str, Any] = {}
    while True:
        answer = send(**position).json()
        yield from entries.validate_python(answer[items])
        if answer["next"] is None:
            return
        position = {"cursor": answer["next"]}
