"""A language model for tests: an HTTP server with the API of OpenAI's chat completions, which answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: What the model answers to the JSON object of a user message: any JSON value, or a text as it is.
Reply = Callable[[dict[str, Any]], Any]


class LanguageModel(ThreadingHTTPServer):
    """Keeps what it was asked. `reply` is what it answers, `failure` how the server fails."""

    daemon_threads = True
    failure: str | None = None

    def __init__(self, reply: Reply) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = reply
        self.asked: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The user messages."""
        return [json.loads(asked["body"]["messages"][1]["content"]) for asked in self.asked]

    def handle_error(self, *_: Any) -> None:
        """Who was answered too slowly has gone: that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    """Chat completions."""

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, LanguageModel)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.asked.append({"path": self.path, "key": self.headers.get("Authorization"), "body": body})
        if server.failure == "error":
            self.send_error(500)
            return
        if server.failure == "redirect":
            self.send_response(307)
            self.send_header("Location", f"{server.url}/elsewhere")
            self.end_headers()
            return
        if server.failure == "slow":
            time.sleep(1)
        reply = server.reply(server.messages[-1])
        content = reply if isinstance(reply, str) else f"Sure! ```json\n{json.dumps(reply)}\n```"
        completion: Any = {"choices": [{"message": {"content": content}}]}
        match server.failure:
            case "no completion":
                completion = {"choices": []}
            case "too long":
                completion["padding"] = "x" * 200_000
        answer = json.dumps(completion).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        for start in range(0, len(answer), 8192 if server.failure != "dripping" else 20):
            self.wfile.write(answer[start : start + (8192 if server.failure != "dripping" else 20)])
            self.wfile.flush()
            if server.failure == "dripping":
                time.sleep(0.2)

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""


@contextmanager
def language_model(reply: Reply) -> Iterator[LanguageModel]:
    """A server that is up."""
    server = LanguageModel(reply)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def names_and_merges(message: dict[str, Any]) -> Any:
    """Names and defines each topic by its first quote, and takes the first two topics of a list for one."""
    if "quotes" in message:
        quote = message["quotes"][0]
        return {
            language: {"name": f"{quote[:30]} in {language}", "definition": f"Comments like “{quote}” in {language}."}
            for language in message["languages"]
        }
    ids = [topic["id"] for topic in message["topics"]]
    return {"same": [{"ids": ids[:2], "reason": "Both say the same."}] if len(ids) > 1 else []}
