"""Labels from a language model: asked of a real HTTP server, which the tests run, in every mood it can be in."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipelines.topics.labelling.llm_endpoint import LabelEndpoint, write_labels
from saywhy.errors import InvalidInput
from saywhy.feedback import Comment
from saywhy.settings import Settings
from saywhy.topic import Cluster, Membership

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Server(ThreadingHTTPServer):
    """Keeps what it was asked; answers as `mood` says."""

    daemon_threads = True
    mood = "good"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_: Any) -> None:
        """Who was asked too slowly has gone: that is what is tested."""


class Handler(BaseHTTPRequestHandler):
    """Chat completions."""

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.asked.append({"path": self.path, "key": self.headers.get("Authorization"), "body": body})
        languages = json.loads(body["messages"][1]["content"])["labels"]
        labels: dict[str, Any] = {language: f"Exports time out in {language}." for language in languages}
        match server.mood:
            case "error":
                self.send_error(500)
                return
            case "redirect":
                self.send_response(307)
                self.send_header("Location", f"{server.url}/elsewhere")
                self.end_headers()
                return
            case "slow":
                time.sleep(1)
            case "empty":
                labels = dict.fromkeys(languages, " ")
            case "long":
                labels = dict.fromkeys(languages, "on and on " * 30)
        content = "Sure! ```json\n" + json.dumps(labels) + "\n```"
        if server.mood == "nonsense":
            content = "export, timeout, file"
        answer = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        for byte in range(0, len(answer), 20):
            self.wfile.write(answer[byte : byte + 20])
            self.wfile.flush()
            if server.mood == "dripping":
                time.sleep(0.2)

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that is up."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def cluster(name: str, *, found_at: datetime = NOW, is_cause: bool = True, parent: str | None = None) -> Cluster:
    """A cluster whose offline label is "Export fails"."""
    return Cluster(
        name, "reliability", "Export fails", (), "negative", 2, b"", 0.0, "m", found_at, parent=parent,
        labels={"en": "Export fails", "de": "Export bricht ab"}, is_cause=is_cause,
    )  # fmt: skip


COMMENTS = {
    comment.content_hash: comment
    for comment in (Comment("Export fails. Call 030 23125 014."), Comment("Export broke, write to jo@example.org"))
}


def members(name: str) -> list[Membership]:
    """The whole of both comments."""
    return [Membership(key, 0, len(comment.verbatim), name, 0.9) for key, comment in COMMENTS.items()]


def test_a_new_topic_gets_the_label_that_was_written(server: Server) -> None:
    """In each language that is wanted, tidied; the key, the model and the quotes are sent, and nothing unmasked."""
    endpoint = LabelEndpoint(server.url + "/", "tiny", "secret-key")
    (labelled,) = write_labels([cluster("a")], members("a"), COMMENTS, endpoint, since=NOW)
    assert labelled.label == "Exports time out in en"
    assert labelled.labels == {"de": "Exports time out in de", "en": "Exports time out in en"}
    (asked,) = server.asked
    assert (asked["path"], asked["key"], asked["body"]["model"]) == (
        "/v1/chat/completions",
        "Bearer secret-key",
        "tiny",
    )
    sent = json.dumps(asked["body"], ensure_ascii=False)
    assert "Export fails. Call" in sent
    assert "jo@" not in sent
    assert "23125" not in sent
    assert "secret" not in repr(endpoint)


def test_only_new_causes_are_asked_for(server: Server) -> None:
    """Known topics keep their name; what is no cause and parts of topics are not asked for."""
    clusters = [
        cluster("old", found_at=NOW - timedelta(days=1)),
        cluster("verdict", is_cause=False),
        cluster("part", parent="old"),
    ]
    asked = [member for name in ("old", "verdict", "part") for member in members(name)]
    assert write_labels(clusters, asked, COMMENTS, LabelEndpoint(server.url, "m"), since=NOW) == tuple(clusters)
    assert server.asked == []


@pytest.mark.parametrize("mood", ["error", "redirect", "slow", "dripping", "empty", "long", "nonsense", "gone"])
def test_whatever_goes_wrong_the_offline_label_stays(
    server: Server, mood: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning, no second try at the next topic, no long wait."""
    server.mood = mood
    url = "http://127.0.0.1:9/v1" if mood == "gone" else server.url
    clusters = [cluster("a"), cluster("b")]
    started = time.monotonic()
    with caplog.at_level(logging.WARNING):
        endpoint = LabelEndpoint(url, "m", timeout=0.5)
        labelled = write_labels(clusters, [*members("a"), *members("b")], COMMENTS, endpoint, since=NOW)
    assert time.monotonic() - started < 3
    assert labelled == tuple(clusters)
    assert len(server.asked) == (0 if mood == "gone" else 1)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "keep the labels found offline" in caplog.text


def test_it_is_off_unless_a_web_address_is_set() -> None:
    """No URL is the default; one that is no web address is refused by name; the key is not shown."""
    assert Settings().label_url is None
    with pytest.raises(InvalidInput, match="SAYWHY_LABEL_URL"):
        LabelEndpoint("ftp://example.org", "m")
    assert "hidden" not in repr(Settings(label_key="hidden"))  # type: ignore[arg-type]
