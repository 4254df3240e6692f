"""Refusals are problem documents."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.middleware import MAX_BODY, SECURITY_HEADERS
from tests.api import PROBLEM


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "kind"),
    [
        ("POST", "/v1/classify", {"content": b'{"comments": ['}, 400, "malformed-json"),
        ("POST", "/v1/classify", {"content": b"[" * 100_000}, 400, "bad-request"),
        ("POST", "/v1/classify", {"content": b'"\xff"'}, 400, "bad-request"),
        ("POST", "/v1/classify", {"content": b"{}", "headers": {"content-type": "text/plain"}}, 415, None),
        ("POST", "/v1/fixes", {"content": b'{"\\ud800": 1, "cause": "\\ud800"}'}, 422, "invalid-request"),
        ("POST", "/v1/classify", {"content": b" " * (MAX_BODY + 1)}, 413, "content-too-large"),
        ("POST", "/v1/classify", {"content": (b" " * 2**20 for _ in range(9))}, 413, "content-too-large"),
        ("GET", "/v1/reports/2031-Q1", {}, 404, "wave-not-found"),
        ("GET", "/reports/2031-Q1", {}, 404, "wave-not-found"),
        ("GET", "/nowhere", {}, 404, "not-found"),
        ("GET", "/docs/assets/%2e%2e/core.py", {}, 404, "not-found"),
        ("DELETE", "/v1/classify", {}, 405, "method-not-allowed"),
        ("GET", "/reports/all?language=fr", {}, 400, "invalid-input"),
        ("GET", "/bug", {}, 500, "internal-server-error"),
    ],
)
def test_every_error_is_a_problem(
    client: TestClient, method: str, path: str, sent: dict[str, Any], status: int, kind: str | None
) -> None:
    """Every error is a problem document with the security headers, and leaks nothing."""
    answer = client.request(method, path, **{"headers": {"content-type": "application/json"}, **sent})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"] == f"urn:saywhy:problem:{kind or 'unsupported-media-type'}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == answer.request.url.path
    assert "hunter2" not in answer.text
    assert SECURITY_HEADERS.items() <= {name.title(): value for name, value in answer.headers.items()}.items()


def test_a_refused_method_is_answered_with_the_allowed_ones(client: TestClient) -> None:
    """405 comes with the Allow header that HTTP asks for."""
    assert client.put("/v1/classify").headers["allow"] == "POST"
