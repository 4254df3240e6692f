"""The client of a language model behind a URL, with the API of OpenAI's chat completions.

Local servers offer it too (llama.cpp, Ollama, vLLM).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pipelines.clean.personal_data import mask
from pipelines.display_width import display_width
from saywhy.errors import InvalidInput
from saywhy.text import normalise

_MAX_ANSWER_BYTES = 100_000


class EndpointFailed(Exception):
    """No answer: no connection, too slow, an HTTP error, or no chat completion. The next request would fail too."""


class UnusableAnswer(Exception):
    """The model answered something else than it was asked for."""


@dataclass(frozen=True, slots=True)
class LabelEndpoint:
    """Where proposals are requested: `url` is the base of the API (`https://…/v1`), `timeout` in seconds per request.

    Raises `InvalidInput` for a URL that is not http or https, or has a secret: it is logged.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 20.0

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise InvalidInput("SAYWHY_LABEL_URL must begin with http:// or https://")
        if "@" in self.url or "?" in self.url:
            raise InvalidInput("SAYWHY_LABEL_URL must have no password and no query: set SAYWHY_LABEL_KEY")

    def ask(self, instructions: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object that the model answers to a message. Texts in the message are masked.

        Raises `EndpointFailed` and `UnusableAnswer`.
        """
        content = self._complete(instructions, json.dumps(message, ensure_ascii=False))
        try:
            answer = json.loads(content[content.index("{") : content.rindex("}") + 1])
        except (ValueError, RecursionError) as error:
            raise UnusableAnswer("no JSON object") from error
        assert isinstance(answer, dict)  # it begins with a brace
        return answer

    def _complete(self, instructions: str, message: str) -> str:
        body = {
            "model": self.model,
            "temperature": 0,
            "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": message}],
        }
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        try:
            request = Request(f"{self.url.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers)
            content = json.loads(self._read(request))["choices"][0]["message"]["content"]
        except (URLError, HTTPException, OSError, ValueError, LookupError, TypeError, RecursionError) as error:
            raise EndpointFailed(str(error) or type(error).__name__) from error
        if not isinstance(content, str):  # a refusal, or a call of a tool
            raise UnusableAnswer("no text")
        return content

    def _read(self, request: Request) -> bytes:
        """The answer, if it is complete in time. (The time-out of a socket alone starts again with each byte.)"""
        deadline = time.monotonic() + self.timeout
        with build_opener(_NoRedirect).open(request, timeout=self.timeout) as response:
            content = b""
            while chunk := response.read1(8192):
                content += chunk
                if time.monotonic() > deadline:
                    raise TimeoutError("timed out")
                if len(content) > _MAX_ANSWER_BYTES:
                    raise ValueError("the answer is too long")
        return content


class _NoRedirect(HTTPRedirectHandler):
    """Refuses redirects, so that quotes and key go to the configured address only."""

    def redirect_request(self, *_: Any) -> None:
        return None


def one_line(text: Any, what: str, max_width: int) -> str:
    """A text of an answer, normalised and with personal data masked.

    Raises `UnusableAnswer`, which says `what` it is, if it is no text, blank, or wider than `max_width` columns.
    """
    printable = "".join(filter(str.isprintable, normalise(text))) if isinstance(text, str) else ""
    line = mask(printable)[0].strip()
    if not line:
        raise UnusableAnswer(f"no {what}")
    if display_width(line) > max_width:
        raise UnusableAnswer(f"the {what} is too long")
    return line
