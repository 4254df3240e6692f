"""How the Python client sends requests: repeated where it must be and never twice, problems as exceptions, streams."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from saywhy_client import Client, JobFailed, ProblemError
from saywhy_client import models as m

from api.app import create_app
from api.http.dependencies import Resources
from saywhy.settings import Settings
from saywhy.store import Engine
from tests.api import SLASHED
from tests.api.test_server import running
from tests.builders.access import key_of
from tests.builders.fixed_survey import analysed, responses
from tests.doubles import FakeAnnotator

Answer = httpx2.Response | Exception

BUSY = httpx2.Response(503, headers={"Retry-After": "7"}, json={})
LIVE = httpx2.Response(200, json={"status": "live"})
SAVED = httpx2.Response(200, json={"new": 1, "changed": 0, "unchanged": 0, "rejected": []})


class Scripted:
    """A server that answers with these in turn, and keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def client(self, retries: int = 5) -> Client:
        """A client of it."""
        return Client(
            "http://server", "saywhy_x", retries=retries, http=httpx2.Client(transport=httpx2.MockTransport(self))
        )


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the client waited, without waiting."""
    seconds: list[float] = []
    monkeypatch.setattr("saywhy_client.transport.sleep", seconds.append)
    return seconds


def test_a_busy_server_is_asked_again_when_it_says(waited: list[float]) -> None:
    """After `Retry-After`, as often as is allowed; the request is the same, with its key."""
    server = Scripted(BUSY, httpx2.Response(429, headers={"Retry-After": "2"}, json={}), SAVED)
    assert server.client().responses.send("shop", [{"id": "1", "score": 0}]).new == 1
    assert waited == [7, 2]
    assert len({request.headers["Idempotency-Key"] for request in server.requests}) == 1
    assert {request.content for request in server.requests} == {b'{"source":"shop","responses":[{"id":"1","score":0}]}'}
    assert {request.headers["Authorization"] for request in server.requests} == {"Bearer saywhy_x"}


def test_patience_ends(waited: list[float]) -> None:
    """After so many attempts, and at once if the wait would be minutes."""
    with pytest.raises(ProblemError) as refused:
        Scripted(*[BUSY] * 4).client(retries=3).server.live()
    assert (refused.value.status, waited) == (503, [7, 7, 7])
    with pytest.raises(ProblemError):
        Scripted(httpx2.Response(429, headers={"Retry-After": "3000"}, json={})).client().server.live()
    assert len(waited) == 3


def test_what_was_not_answered_is_repeated_where_that_is_safe(waited: list[float]) -> None:
    """Reading, and what has a key; what never arrived too; other writes may have been done, and are not."""
    lost, unreachable = httpx2.ReadError("reset"), httpx2.ConnectError("refused")
    assert Scripted(lost, LIVE).client().server.live().status == "live"
    assert Scripted(lost, SAVED).client().responses.send("shop", []).new == 1
    assert Scripted(unreachable, httpx2.Response(204)).client().mappings.delete("Shop") is None
    with pytest.raises(httpx2.ReadError):
        Scripted(lost, LIVE).client().mappings.delete("Shop")
    with pytest.raises(httpx2.ConnectError):
        Scripted(unreachable, unreachable).client(retries=1).server.live()
    assert len(waited) == 4


def test_keys_of_requests_are_new_or_given(waited: list[float]) -> None:
    """Two requests have two keys, unless you pass one; what takes none has none."""
    server = Scripted(SAVED, SAVED, SAVED, LIVE)
    client = server.client()
    for key in (None, None, "mine"):
        client.responses.send("shop", [], idempotency_key=key)
    client.server.live()
    first, second, mine, none = (request.headers.get("Idempotency-Key") for request in server.requests)
    assert len({first, second, mine}) == 3
    assert (mine, none) == ("mine", None)
    assert waited == []


def test_what_is_not_passed_is_not_sent() -> None:
    """And None is sent as null in a body, left out of a query."""
    server = Scripted(*[httpx2.Response(404, json={})] * 3)
    client = server.client()
    calls: list[Callable[[], object]] = [
        lambda: client.cases.change(1, version=2, owner=None),
        lambda: list(client.cases.list(owner=None, state=["open", "contacted"], overdue=True)),
        lambda: client.reports.read(SLASHED, against="segment:plan=Größe & mehr"),
    ]
    for call in calls:
        with pytest.raises(ProblemError):
            call()
    first, second, third = server.requests
    assert json.loads(first.content) == {"version": 2, "owner": None}
    assert second.url.query == b"state=open&state=contacted&overdue=true"
    assert third.url.params["against"] == "segment:plan=Größe & mehr"


def test_a_file_is_sent_from_its_beginning_each_time(tmp_path: Path, waited: list[float]) -> None:
    """Also after a refusal that came when it had been read, under its name and with the options."""
    path = tmp_path / "april.csv"
    path.write_bytes(b"score,comment\n" * 100_000)
    job = httpx2.Response(202, json=pending().model_dump(mode="json"))
    server = Scripted(BUSY, job)
    server.client().imports.start(path, wave="W1", score_column=["a", "b"])
    first, second = server.requests
    assert first.content == second.content == path.read_bytes()
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.url.query == b"file=april.csv&wave=W1&score_column=a&score_column=b"
    assert waited == [7]


def test_jobs_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until they succeed; those that fail are an exception, and so is time that has passed."""
    monkeypatch.setattr("saywhy_client.jobs.sleep", lambda _: None)

    def answers(*states: str) -> Scripted:
        jobs = [pending().model_copy(update={"state": state, "detail": "no rows"}) for state in states]
        return Scripted(*[httpx2.Response(200, content=job.model_dump_json(warnings=False)) for job in jobs])

    assert answers("pending", "running", "succeeded").client().jobs.wait(7).state == "succeeded"
    with pytest.raises(JobFailed, match=r"job 7 \(import\) failed: no rows") as failed:
        answers("running", "failed").client().jobs.wait(pending())
    assert failed.value.job.state == "failed"
    with pytest.raises(TimeoutError, match="job 7"):
        answers("running").client().jobs.wait(7, timeout=0)


def test_what_a_proxy_says_is_a_problem_too() -> None:
    """A page instead of a problem document, with a status that nobody knows."""
    page = httpx2.Response(599, headers={"Content-Type": "text/html"}, content=b"<h1>Bad gateway</h1>")
    with pytest.raises(ProblemError, match="599 Unknown status: <h1>Bad gateway</h1>"):
        Scripted(page).client().reports.list()


def test_refusals_of_a_server_are_typed(sqlite_engine: Engine, waited: list[float]) -> None:
    """Kind, title, detail and the invalid places; a rate limit is waited for, then raised."""
    analysed(sqlite_engine, responses())
    key = key_of(sqlite_engine, "default")
    app = create_app(Settings(rate_limit=4), Resources(sqlite_engine, "default", FakeAnnotator()))
    with running(app) as (_, address):
        with Client(address) as stranger, pytest.raises(ProblemError) as refused:
            stranger.reports.list()
        assert (refused.value.status, refused.value.kind) == (401, "unauthenticated")
        with Client(address, key, retries=2) as client:
            with pytest.raises(ProblemError) as refused:
                client.reports.read("2031")
            assert (refused.value.kind, refused.value.title) == ("wave-not-found", "Wave not found")
            assert "W1, W2, W3, all" in refused.value.detail
            with pytest.raises(ProblemError) as refused:
                client.exports.start(format="pdf", wave="")  # type: ignore[arg-type]
            assert [place.pointer for place in refused.value.errors] == ["#/format"]
            assert "#/format: Input should be" in str(refused.value)
            assert client.reports.list() == ["W1", "W2", "W3", "all"]
            assert client.reports.read("W1").counts.responses == 80
            assert waited == []
            with pytest.raises(ProblemError) as refused:
                client.reports.list()
            assert refused.value.kind == "too-many-requests"
            assert len(waited) == 2
            assert all(0 < seconds <= 60 for seconds in waited)


def pending() -> m.Job:
    """A job that waits."""
    at = "2026-11-27T08:00:00Z"
    return m.Job.model_validate(
        {
            **{"id": 7, "kind": "import", "state": "pending", "progress": {"step": "", "done": 0, "total": 0}},
            **{"arguments": {}, "result": None, "detail": None, "attempts": 0, "is_cancelling": False},
            **{"created_at": at, "due_at": at, "started_at": None, "ended_at": None, "links": {"self": "/v1/jobs/7"}},
        }
    )
