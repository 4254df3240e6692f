"""Traces: what was asked, and nothing about persons."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy.settings import Settings
from saywhy.store import Engine
from service import logs, tracing
from service.tracing import Tracing
from service.workspaces import create

PERSON = "Jane Doe jane@example.com 4711"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What would be sent."""
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(tracing, "_exporter", lambda: exporter)
    return exporter


@pytest.fixture
def traced(engine: Engine, annotator: Annotator, exporter: InMemorySpanExporter) -> Iterator[TestClient]:
    """A client of an application that is traced; all is sent when it ends."""
    assert not exporter.get_finished_spans()
    create(engine, "default")
    app = create_app(Settings(tracing=True), Resources(engine, "default", annotator))

    @app.get("/bug/{name}", include_in_schema=False)
    def bug(name: str) -> None:
        raise RuntimeError(f"{name} is hunter2")

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_requests_and_statements_are_spans_without_personal_data(
    traced: TestClient, exporter: InMemorySpanExporter
) -> None:
    """A request is a span by its route, its statements are spans in it, and no value, path or message is in any."""
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = {"traceparent": parent, "User-Agent": PERSON, "Cookie": "theme=hunter2", "X-Forwarded-For": PERSON}
    traced.get("/v1/reports/4711", params={"against": PERSON}, headers=headers)
    traced.post("/v1/responses", json={"source": "crm", "responses": [{"id": "4711", "score": 9, "comment": PERSON}]})
    traced.put(f"/v1/mappings/{PERSON}", json={"columns": [PERSON], "roles": {"unknown": PERSON}})
    traced.get(f"/bug/{PERSON}")
    traced.get("/health/ready")
    traced.get("/metrics")
    traced.__exit__()
    spans = exporter.get_finished_spans()
    requests = [span for span in spans if span.kind is SpanKind.SERVER]
    assert requests[0].name == "GET /v1/reports/{wave:path}"
    assert requests[3].name == "GET /bug/{name}"
    assert len(requests) == 4
    assert requests[0].parent is not None
    assert f"{requests[0].context.trace_id:032x}-{requests[0].parent.span_id:016x}" in parent
    assert attribute(requests[1], "http.response.status_code") == 200
    assert attribute(requests[3], "error.type") == "RuntimeError"
    assert not requests[3].status.is_ok
    statements = [span for span in spans if span.parent and span.parent.span_id == requests[1].context.span_id]
    assert {span.name for span in statements} >= {"SELECT", "INSERT"}
    assert any("INSERT INTO responses" in str(attribute(span, "db.query.text")) for span in statements)
    sent = " ".join(span.to_json() for span in spans)
    assert not [secret for secret in (*PERSON.split(), "hunter2", "testserver", "testclient") if secret in sent]


def test_log_lines_have_the_id_of_the_trace(traced: TestClient, exporter: InMemorySpanExporter) -> None:
    """The line of a request and its span can be found by each other."""
    stream = io.StringIO()
    logs.configure(stream)
    traced.get("/v1/reports")
    traced.__exit__()
    [entry] = [entry for line in stream.getvalue().splitlines() if (entry := json.loads(line))["event"] == "request"]
    [request] = [span for span in exporter.get_finished_spans() if span.kind is SpanKind.SERVER]
    assert entry["trace_id"] == f"{request.context.trace_id:032x}"
    assert entry["request_id"] == attribute(request, "saywhy.request_id")


def test_a_job_that_fails_is_a_span_without_its_message(exporter: InMemorySpanExporter) -> None:
    """The span of a job has its kind and the type of the error."""
    started = Tracing.start()
    with pytest.raises(ValueError, match="Jane"), started.job(7, "import"):
        raise ValueError("Jane Doe")
    started.close()
    [span] = exporter.get_finished_spans()
    assert (span.name, attribute(span, "error.type"), span.events) == ("job import", "ValueError", ())
    assert "Jane" not in span.to_json()


@pytest.mark.slow
def test_without_the_setting_nothing_is_loaded() -> None:
    """The application loads no SDK of OpenTelemetry unless it is to trace; FastAPI itself needs its interface."""
    code = (
        "import sys; from api.app import create_app; from saywhy.settings import Settings; create_app(Settings());"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def attribute(span: ReadableSpan, name: str) -> object:
    """An attribute of a span."""
    assert span.attributes is not None
    return span.attributes[name]
