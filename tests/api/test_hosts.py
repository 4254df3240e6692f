"""Which requests are taken: those to a name of this server, and writes that no foreign page has made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.http.hosts import AllowedHosts
from saywhy.settings import Settings
from tests.api import PROBLEM
from tests.api.test_keys import client_of


@pytest.fixture
def client(sqlite_engine: Engine) -> Iterator[TestClient]:
    """A client of a server on this machine, which is known under one more name."""
    with client_of(sqlite_engine, Settings(allowed_hosts="nps.example.com, NPS.example.org")) as client:
        yield client


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("nps.example.com", 200),
        ("nps.example.org.:443", 200),
        ("attacker.example", 421),
        ("attacker.example:8000", 421),
        ("localhost.attacker.example", 421),
        ("localhost@attacker.example", 421),
        ("attacker.example/localhost", 421),
        ("127.0.0.2", 421),
        ("10.0.0.1", 421),
        ("", 421),
        ("[", 421),
        ("localhost:port", 421),
    ],
)
def test_only_names_of_the_server_are_answered(client: TestClient, host: str, status: int) -> None:
    """On every route, health among them; another name is 421."""
    for path in ("/health/live", "/v1/topics", "/docs", "/nowhere"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == (404 if path == "/nowhere" and status == 200 else status), path
        if status == 421:
            assert (answer.headers["content-type"], answer.json()["title"]) == (PROBLEM, "Wrong host")
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_server_on_every_address_answers_under_each() -> None:
    """Foreign pages have names, so addresses are safe; a star allows any name."""
    everywhere = AllowedHosts.of(Settings(host="0.0.0.0", allowed_hosts=None))
    assert "10.1.2.3" in everywhere
    assert "fe80::1" in everywhere
    assert "attacker.example" not in everywhere
    assert "192.168.0.7" in AllowedHosts.of(Settings(host="192.168.0.7", allowed_hosts=None))
    assert "192.168.0.8" not in AllowedHosts.of(Settings(host="192.168.0.7", allowed_hosts=None))
    assert "any.example" in AllowedHosts.of(Settings(allowed_hosts="*"))


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({}, True),
        ({"origin": "http://localhost:8000"}, True),
        ({"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "https://localhost:8000"}, True),
        ({"origin": "http://localhost:3000"}, False),
        ({"origin": "http://localhost"}, False),
        ({"origin": "http://127.0.0.1:8000"}, False),
        ({"origin": "https://attacker.example"}, False),
        ({"origin": "https://attacker.example", "sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://localhost:8000@attacker.example"}, False),
    ],
)
def test_foreign_pages_cannot_write(client: TestClient, headers: dict[str, str], is_taken: bool) -> None:
    """Writes of a page of another origin are 403, whatever the method; reading needs no such check."""
    host = {"host": "localhost:8000"}
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = client.request(method, "/v1/mappings/shop", headers={**host, **headers})
        assert (answer.status_code == 403) is not is_taken, method
        if not is_taken:
            assert answer.json()["type"] == "urn:saywhy:problem:forbidden"
    assert client.get("/v1/topics", headers={**host, **headers}).status_code == 200


def test_a_proxy_may_have_taken_the_port_from_the_name(client: TestClient) -> None:
    """Default ports of the origin's scheme are the same as none."""
    for origin in ("https://nps.example.com", "https://nps.example.com:443", "http://nps.example.com"):
        headers = {"host": "nps.example.com", "origin": origin}
        assert client.put("/v1/mappings/shop", headers=headers).status_code == 422
