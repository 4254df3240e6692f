"""What is said about a body is short, whatever it is: memory is bounded."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.app import create_app
from api.http.bodies import SentObject
from api.http.middleware import MAX_BODY
from api.v1.classified_comments import ClassifyRequest, SentComment
from saywhy.settings import Settings
from tests.api.hostile_requests import BODIES


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """All parts of a schema of pydantic's core."""
    if isinstance(schema, dict):
        if "type" in schema:
            yield schema
        schema = list(schema.values())
    if isinstance(schema, list | tuple):
        for part in schema:
            yield from nodes(part)


def test_every_sent_object_is_bounded() -> None:
    """Each model of a request body bounds its members, and each of its lists stops at the first invalid entry."""
    included = [entry.original_router for entry in create_app(Settings()).routes if hasattr(entry, "original_router")]
    sent = {
        node["cls"]: node
        for router in included
        for route in router.routes
        if isinstance(route, APIRoute) and route.body_field
        for node in nodes(TypeAdapter[Any](route.body_field.field_info.annotation or object).core_schema)
        if node["type"] == "model"
    }
    del sent[ClassifyRequest], sent[SentComment]  # they ignore unknown members, and each comment is checked alone
    assert len(sent) >= 12
    assert [model for model in sent if not issubclass(model, SentObject)] == []
    lists = [node for model in sent.values() for node in nodes(model) if node["type"] == "list"]
    assert len(lists) >= 8
    assert all(node["fail_fast"] for node in lists)


def fill(start: bytes, part: bytes, end: bytes) -> bytes:
    """The part again and again between start and end, up to the largest body."""
    return start + part * ((MAX_BODY - len(start) - len(end)) // len(part)) + end


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/audits", fill(b'{"comments":[', b"{},", b"{}]}")),
        ("POST", "/v1/audits", fill(b'{"comments":[{"id":"a","labels":[', b"{},", b"{}]}]}")),
        ("POST", "/v1/classify", fill(b'{"comments":[', b"{},", b"{}]}")),
        ("PUT", "/v1/mappings/a", fill(b'{"columns":[', b"0,", b"0]}")),
        ("POST", "/v1/fixes", b"{" + b",".join(b'"%d":0' % number for number in range(700_000)) + b"}"),
        ("POST", "/v1/audits/sheet", fill(b"id,done,Support [support]\n", b"x,,perhaps\n", b"")),
        ("POST", "/v1/audits/sheet", fill(b"id,done\n", b"\n", b"")),
        ("POST", "/v1/audits/sheet", fill(b"", b",", b"\n")),
        ("POST", "/v1/audits/sheet", fill(b"", b'{"a":', b"")),
        pytest.param("POST", "/v1/audits/sheet", fill(b"", b"[", b""), marks=pytest.mark.exhaustive),
    ],
)
def test_the_answer_to_a_hostile_body_is_small(client: TestClient, method: str, path: str, body: bytes) -> None:
    """It is refused or answered in little memory beside what the body itself takes, with a short answer."""
    content_type = "text/csv" if path.endswith("sheet") else "application/json"
    tracemalloc.start()
    answer = client.request(method, path, content=body, headers={"content-type": content_type})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code < 500, answer.text[:500]
    assert len(answer.content) < 100_000
    assert peak < 400e6


def test_the_examples_of_bodies_are_for_operations_that_exist(client: TestClient) -> None:
    """The hostile bodies are made from those of every operation that takes JSON, but not of those that take files."""
    document: dict[str, Any] = client.get("/openapi.json").json()
    taking_json = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if (content := operation.get("requestBody", {}).get("content", {}).get("application/json"))
        and content["schema"].get("format") != "binary"
    }
    assert set(BODIES) == taking_json
