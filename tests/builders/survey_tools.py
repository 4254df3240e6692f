"""A local server that answers as the interfaces of the survey tools are documented to, with their paging and limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "token-of-the-tool"
FORM = "u6nXL7"
NPS_QUESTION = "How likely are you to recommend us?"
START = datetime(2026, 1, 1, tzinfo=UTC)

Answer = tuple[int, dict[str, str], Any]


def moment(number: int) -> datetime:
    """When answer `number` was given, a minute after the one before."""
    return START + timedelta(minutes=number)


@dataclass
class SurveyTools:
    """What the tools have: `count` answers, with a score of number modulo 11 and the comment `because NUMBER`.

    The next requests get what is in `refusals` instead of an answer: a status, and headers. `asked` are all requests,
    by path and parameters.
    """

    count: int = 0
    url: str = ""
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)
    modified: dict[int, datetime] = field(default_factory=dict)  # of answers that were changed later
    on_request: Callable[[int], None] = lambda _: None  # is told how many requests came before

    def answer(self, path: str, parameters: dict[str, str]) -> Answer:
        """Status, headers and body."""
        if self.refusals:
            status, headers = self.refusals.pop(0)
            return status, headers, {"message": "not now"}
        if path == f"/forms/{FORM}":
            return 200, {}, {"id": FORM, "fields": TYPEFORM_FIELDS}
        answers: dict[str, Callable[[dict[str, str]], Any]] = {
            f"/forms/{FORM}/responses": self._typeform,
            f"/v3/surveys/{FORM}/responses/bulk": self._surveymonkey,
            "/v1/survey_responses.json": self._delighted,
            "/crm/v3/objects/feedback_submissions": self._hubspot,
        }
        return (200, {}, answers[path](parameters)) if path in answers else (404, {}, {})

    def changed_at(self, number: int) -> datetime:
        return self.modified.get(number, moment(number))

    def _typeform(self, parameters: dict[str, str]) -> Any:
        """The latest first; `before` a token; `since` is inclusive."""
        numbers = list(range(self.count, 0, -1))
        if "since" in parameters:
            since = datetime.fromisoformat(parameters["since"])
            numbers = [number for number in numbers if moment(number) >= since]
        if "before" in parameters:
            numbers = [number for number in numbers if number < int(parameters["before"].removeprefix("t"))]
        page = numbers[: int(parameters["page_size"])]
        return {"total_items": self.count, "page_count": 1, "items": [typeform_response(number) for number in page]}

    def _by_change(self, parameters: dict[str, str], since: float | None) -> tuple[list[int], bool]:
        """A page of what changed at `since` or later, the earliest change first, and whether there is another one."""
        numbers = sorted(range(1, self.count + 1), key=self.changed_at)
        if since is not None:
            numbers = [number for number in numbers if self.changed_at(number).timestamp() >= since]
        size, page = int(parameters["per_page"]), int(parameters["page"])
        return numbers[(page - 1) * size : page * size], len(numbers) > page * size

    def _surveymonkey(self, parameters: dict[str, str]) -> Any:
        start = parameters.get("start_modified_at")
        since = None if start is None else datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp()
        numbers, has_more = self._by_change(parameters, since)
        links = {"self": "…"} | ({"next": "https://elsewhere.example/next"} if has_more else {})
        return {"data": [self._surveymonkey_response(number) for number in numbers], "links": links}

    def _surveymonkey_response(self, number: int) -> Any:
        score = {"choice_id": "c", "simple_text": str(number % 11), "choice_metadata": {"weight": str(number % 11)}}
        return {
            "id": f"m{number}",
            "collector_id": "44",
            "date_modified": self.changed_at(number).isoformat(),
            "custom_variables": {"customer_id": f"c{number}"},
            "pages": [
                {
                    "id": "p",
                    "questions": [
                        {"id": "q1", "heading": NPS_QUESTION, "family": "matrix", "answers": [score]},
                        {"id": "q2", "heading": "Why?", "answers": [{"text": f"because {number}"}]},
                    ],
                }
            ],
        }

    def _delighted(self, parameters: dict[str, str]) -> Any:
        assert parameters["order"] == "asc:updated_at"
        since = float(parameters["updated_since"]) if "updated_since" in parameters else None
        return [
            {
                "id": f"d{number}",
                "person": {"id": f"c{number}", "email": f"c{number}@example.com"},
                "survey_type": "nps",
                "score": number % 11,
                "comment": f"because {number}",
                "created_at": int(moment(number).timestamp()),
                "updated_at": int(self.changed_at(number).timestamp()),
                "person_properties": {"plan": "pro"},
                "tags": [],
                "notes": [],
                "additional_answers": [],
            }
            for number in self._by_change(parameters, since)[0]
        ]

    def _hubspot(self, parameters: dict[str, str]) -> Any:
        first = int(parameters.get("after", "0"))
        last = min(self.count, first + int(parameters["limit"]))
        paging = {"paging": {"next": {"after": str(last)}}} if last < self.count else {}
        return {
            "results": [
                {
                    "id": f"h{number}",
                    "properties": {
                        "hs_survey_type": "NPS",
                        "hs_value": str(number % 11),
                        "hs_content": f"because {number}",
                        "hs_submission_timestamp": moment(number).isoformat(),
                        "hs_contact_id": f"c{number}",
                    },
                }
                for number in range(first + 1, last + 1)
            ]
        } | paging


_WHY = {"id": "f2", "ref": "r2", "type": "long_text", "title": "Why?"}
TYPEFORM_FIELDS = [
    {"id": "f1", "ref": "r1", "type": "nps", "title": NPS_QUESTION},
    {"id": "g", "type": "group", "properties": {"fields": [_WHY]}},
]


def typeform_response(number: int) -> dict[str, Any]:
    """Answer `number` as the Responses API has it, without the wording of its questions."""
    return {
        "token": f"t{number}",
        "submitted_at": moment(number).isoformat(),
        "hidden": {"customer_id": f"c{number}"},
        "calculated": {"score": 5},
        "answers": [
            {"type": "number", "number": number % 11, "field": {"id": "f1", "ref": "r1", "type": "nps"}},
            {"type": "text", "text": f"because {number}", "field": {"id": "f2", "ref": "r2", "type": "long_text"}},
        ],
    }


@contextmanager
def serving(tools: SurveyTools) -> Iterator[SurveyTools]:
    """Serve the tools on a port of this machine while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            parameters = dict(parse_qsl(parts.query))
            tools.on_request(len(tools.asked))
            tools.asked.append((parts.path, parameters))
            tools.authorizations.add(self.headers.get("Authorization", ""))
            status, headers, body = tools.answer(parts.path, parameters)
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    tools.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield tools
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
