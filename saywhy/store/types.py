"""Column types with the same behaviour on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa


def in_utc(moment: datetime | None) -> datetime | None:
    """The datetime in UTC; one without a time zone is taken as UTC."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class UtcDateTime(sa.TypeDecorator[datetime]):
    """A datetime, stored and returned in UTC. SQLite stores no time zone, so it is added when a value is read."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return in_utc(value)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        # Not by `process_result_value`, which takes three calls for each value.
        parse = self.impl_instance.result_processor(dialect, coltype)
        if parse is None:
            return in_utc
        return lambda value: None if value is None else in_utc(parse(value))  # SQLite: text


class _DecimalText(sa.TypeDecorator[Decimal]):
    """A decimal as text, because SQLite has floats only."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Decimal | None]:  # noqa: ARG002
        return lambda value: None if value is None else Decimal(value)  # one call for each value, as above


#: An exact amount of money.
MONEY = sa.Numeric().with_variant(_DecimalText(), "sqlite")

#: A generated key. SQLite generates keys only for the type INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: JSON; None is stored as SQL NULL, not as JSON null.
JSON = sa.JSON(none_as_null=True)
