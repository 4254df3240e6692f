"""A response as a row of its table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from saywhy.errors import InvalidInput
from saywhy.feedback import Customer, Response, Scale, Score, Segment
from saywhy.store import comments
from saywhy.store.statements import Row
from saywhy.store.types import in_utc

_UNKNOWN = (None,) * 6  # the columns of a customer of whom nothing is known


def to_row(response: Response) -> dict[str, Any]:
    """The row, without workspace and id. Raises `InvalidInput` if a text of the response cannot be stored."""
    score, customer = response.score, response.customer or Customer()
    segments: dict[str, list[str]] = {}
    for segment in response.segments:
        segments.setdefault(segment.dimension, []).append(segment.value)
    row = {
        "source": response.source,
        "external_id": response.external_id,
        "score": score.value if score else None,
        "scale": score.scale.value if score else None,
        "content_hash": response.comment.content_hash if response.comment else None,
        "answered_at": in_utc(response.answered_at),
        "wave": response.wave,
        "segments": segments or None,
        "customer_id": customer.id,
        "customer_name": customer.name,
        "customer_email": customer.email,
        "customer_account": customer.account,
        "customer_revenue": customer.revenue,
        "customer_lifetime_value": customer.lifetime_value,
    }
    _refuse_unstorable(response, row)
    return row


def from_row(row: Row) -> Response:
    """The response in a row of the table, joined with its comment."""
    return Response(
        source=row.source,
        external_id=row.external_id,
        score=None if row.score is None else _score(row.score, row.scale),
        comment=None if row.content_hash is None else comments.from_row(row),
        answered_at=row.answered_at,
        wave=row.wave,
        segments=tuple(
            _segment(dimension, value) for dimension, values in (row.segments or {}).items() for value in values
        ),
        customer=customer_of(row),
    )


def merge(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """The earlier row with the values of the later one, where it has any."""
    both = earlier | {name: value for name, value in later.items() if value is not None}
    if earlier["segments"] and later["segments"]:
        both["segments"] = earlier["segments"] | later["segments"]
    return both


def customer_of(row: Row) -> Customer | None:
    """The customer in the columns `customer_…` of a row; None if nothing is known."""
    known = (
        row.customer_id,
        row.customer_name,
        row.customer_email,
        row.customer_account,
        row.customer_revenue,
        row.customer_lifetime_value,
    )
    return None if known == _UNKNOWN else Customer(*known)


# Millions of responses share a few scores and segments: equal ones are one object, which is made once.
@lru_cache(maxsize=256)
def _score(value: int, scale: str) -> Score:
    return Score(value, Scale(scale))


_segment = lru_cache(maxsize=1 << 14)(Segment)


def _refuse_unstorable(response: Response, row: Mapping[str, Any]) -> None:
    """Raise `InvalidInput` if a text of the response cannot be stored."""
    verbatim = response.comment.verbatim if response.comment else ""
    texts = "\n".join(value for value in row.values() if isinstance(value, str))
    texts += verbatim + "\n".join(f"{segment.dimension}{segment.value}" for segment in response.segments)
    fault = None
    if "\0" in texts:
        fault = "a NUL character"
    else:
        try:
            texts.encode()
        except UnicodeEncodeError:
            fault = "half of a surrogate pair"
    if fault:
        raise InvalidInput(f"response {response.external_id!a} of {response.source!a} contains {fault}")
