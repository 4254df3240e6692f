"""The OpenAPI document and its interactive page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.v1 import classified_comments, reports
from saywhy.report import Report
from tests.api import PROBLEM


def test_the_openapi_document_is_complete(client: TestClient) -> None:
    """Every operation has a description and its errors, and every reference resolves."""
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert operation["description"], path
            assert operation["tags"], path
            assert PROBLEM in operation["responses"]["default"]["content"], path
    assert "422" not in document["paths"]["/v1/reports"]["get"]["responses"]


def test_the_examples_of_the_openapi_document_are_valid(client: TestClient) -> None:
    """The examples are valid: the request gets a response, and the responses match their schemas."""
    answer = client.post("/v1/classify", json=classified_comments.REQUEST)
    assert answer.status_code == 200
    assert [result["id"] for result in answer.json()["results"]] == ["r-1", "r-2", 3]
    classified_comments.ClassifyResponse.model_validate(classified_comments.RESPONSE)
    assert TypeAdapter(Report).validate_json(json.dumps(reports.EXAMPLE)).wave == "2026-Q2"


def test_the_interactive_reference_loads_nothing_from_other_servers(client: TestClient) -> None:
    """/docs loads its files from this server."""
    page = client.get("/docs").text
    assert "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/assets/{asset}" in page
        assert client.get(f"/docs/assets/{asset}").status_code == 200


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
