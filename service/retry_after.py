"""`Retry-After` of an answer, which is written by somebody else and may be anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Longest pause that anybody may ask for.
LONGEST_PAUSE = timedelta(days=1)


def retry_after(header: str | None) -> timedelta | None:
    """The pause asked for, in seconds or until a date; None if there is none, or it cannot be read."""
    value = (header or "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), LONGEST_PAUSE.total_seconds()))
    try:
        until = parsedate_to_datetime(value)
        pause = (until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)
    except (ValueError, OverflowError):  # the latter for years and hours of many digits
        return None
    return min(max(pause, timedelta(0)), LONGEST_PAUSE)
