"""A span for each statement, with placeholders in place of its values. Imported only where traces are on."""

from __future__ import annotations

from typing import Any

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, get_current_span
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

_LONGEST = 2000  # characters
_ATTRIBUTE = "_saywhy_span"  # of the execution context


def trace_statements(engine: Engine, tracer: Tracer) -> None:
    """Add spans to those that are recorded; a statement outside any, such as a look for work, has none."""
    system = engine.dialect.name

    def begin(_connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        if get_current_span().is_recording():
            attributes = {"db.system.name": system, "db.query.text": statement[:_LONGEST]}
            name = statement.split(maxsplit=1)[0].upper()
            setattr(context, _ATTRIBUTE, tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes))

    def end(_connection: Connection, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        span: Span | None = getattr(context, _ATTRIBUTE, None)
        if span is not None:
            span.end()

    def fail(context: ExceptionContext) -> None:
        span: Span | None = getattr(context.execution_context, _ATTRIBUTE, None)
        if span is not None and span.is_recording():
            span.set_attribute("error.type", type(context.original_exception).__qualname__)
            span.set_status(StatusCode.ERROR)
            span.end()

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)
