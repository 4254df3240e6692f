"""Logs as JSON lines, without personal data.

Messages of saywhy and of the server are written as they are: they contain no bodies, ids, names or query texts. Of what
other libraries log or warn of, and of exceptions, whose messages may quote what they failed on, only the place is
written; so it is for exceptions that nobody catches, in whatever thread.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Loggers whose messages are written.
_TRUSTED = ("api", "cli", "models", "pipelines", "saywhy", "service", "uvicorn")

_FRAMES = 20


def configure(stream: TextIO | None = None) -> None:
    """Send all logs of this process to the stream, by default stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _only_trusted_messages,
            _place_of_exception,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("saywhy.store.engine").setLevel(logging.WARNING)  # its pool tells of every connection
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Log an exception that ends a thread or the process, in place of Python's traceback with its message."""
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("service").error("an error that nobody caught", exc_info=(kind, error or kind(), trace))


def _only_trusted_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if event["logger"].partition(".")[0] not in _TRUSTED:
        event["event"] = "message of a library, left out"
    return event


def _place_of_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The type of an exception and where it was raised, in place of its message."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        trace = info[2] if isinstance(info, tuple) else error.__traceback__
        frames = traceback.extract_tb(trace)[-_FRAMES:]
        event["exception"] = type(error).__qualname__
        event["stack"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event
