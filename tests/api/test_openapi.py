"""The OpenAPI document and its interactive page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema_rs import validator_for
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.v1 import classified_comments, reports
from saywhy.report import Report
from tests.api import PROBLEM

EXAMPLES = Path(reports.__file__).parent / "examples" / "operations.json"


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


def test_every_operation_has_examples_that_its_schemas_allow(client: TestClient) -> None:
    """Of the JSON that it takes and of that it answers; those of operations that are no more are gone."""
    document = client.get("/openapi.json").json()
    named: set[str] = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            named.add(operation["operationId"])
            success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
            for content in (operation.get("requestBody", {}).get("content", {}), success.get("content", {})):
                described = content.get("application/json", {})
                if not described or described["schema"].get("format") == "binary":  # nothing, a text or a file
                    continue
                examples = [described["example"]] if "example" in described else _examples_of(described, document)
                assert examples, (method, path)
                validator = validator_for({**described["schema"], "components": document["components"]})
                for example in examples:
                    assert list(validator.iter_errors(example)) == [], (method, path)
    assert set(json.loads(EXAMPLES.read_text(encoding="utf-8"))) <= named


def test_the_interactive_reference_loads_nothing_from_other_servers(client: TestClient) -> None:
    """/docs loads its files from this server."""
    page = client.get("/docs").text
    assert "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/assets/{asset}" in page
        assert client.get(f"/docs/assets/{asset}").status_code == 200


def _examples_of(described: dict[str, Any], document: Any) -> list[Any]:
    """The examples of the model that is sent or answered."""
    name = described["schema"].get("$ref", "").rpartition("/")[2]
    examples: list[Any] = document["components"]["schemas"].get(name, {}).get("examples", [])
    return examples


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
