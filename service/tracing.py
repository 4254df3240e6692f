"""Traces by OpenTelemetry, if the settings ask for them; nothing of it is imported otherwise.

Spans have templates of routes, kinds of jobs and statements with placeholders: no paths, queries, values, names,
addresses or messages of exceptions. Where they go is in the standard environment variables (`OTEL_EXPORTER_OTLP_…`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from saywhy import __version__
from saywhy.errors import InvalidInput
from saywhy.store import Engine

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer


def require() -> None:
    """Raise `InvalidInput` if the libraries are not installed."""
    if not all(find_spec(name) for name in ("opentelemetry", "opentelemetry.sdk", "opentelemetry.exporter")):
        raise InvalidInput("SAYWHY_TRACING needs OpenTelemetry: install saywhy[otel]")


@dataclass(frozen=True, slots=True)
class Tracing:
    """The traces of this process."""

    provider: TracerProvider

    @classmethod
    def start(cls) -> Tracing:
        """Send spans in batches from now on. Raises `InvalidInput` if the libraries are not installed."""
        require()
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        service = {"service.name": "saywhy", "service.version": __version__}
        provider = TracerProvider(resource=Resource.create(service))
        provider.add_span_processor(BatchSpanProcessor(_exporter()))
        return cls(provider)

    @property
    def tracer(self) -> Tracer:
        """What makes spans."""
        return self.provider.get_tracer("saywhy", __version__)

    def watch(self, engine: Engine) -> None:
        """Add a span for each statement of a request or job."""
        from saywhy.store.statement_spans import trace_statements

        trace_statements(engine, self.tracer)

    @contextmanager
    def job(self, job_id: int, kind: str) -> Iterator[None]:
        """The span of a job."""
        attributes: dict[str, str | int] = {"saywhy.job.id": job_id, "saywhy.job.kind": kind}
        with self.tracer.start_as_current_span(
            f"job {kind}", attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except Exception as error:
                fail(span, error)
                raise

    def close(self) -> None:
        """Send what is left, within seconds."""
        self.provider.shutdown()


def fail(span: Span, error: BaseException) -> None:
    """Mark the span as failed, by the type of the exception: its message may quote what it failed on."""
    from opentelemetry.trace import StatusCode

    span.set_attribute("error.type", type(error).__qualname__)
    span.set_status(StatusCode.ERROR)


def _exporter() -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()
