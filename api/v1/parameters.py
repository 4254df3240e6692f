"""Types of values that many requests have: numbers of rows, pages, times."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from service.paging import LONGEST_PAGE

#: The number of a stored thing, e.g. of a case; as large as JSON numbers are exact for every reader.
RowId = Annotated[int, Field(ge=1, le=2**53 - 1)]


def _written(pattern: str, example: str, **schema: str) -> tuple[BeforeValidator, WithJsonSchema]:
    """What a time must look like in a request: pydantic takes numbers too, as seconds. Times of the store are times."""

    def check(value: Any) -> Any:
        if not isinstance(value, date | time) and not (isinstance(value, str) and re.search(pattern, value)):
            raise PydanticCustomError("time", "Input should be text like {example}", {"example": example})
        return value

    return BeforeValidator(check), WithJsonSchema({"type": "string", **schema, "pattern": pattern})


# In years that databases and time zones know.
_DAY = "(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"

#: A day.
Day = Annotated[date, *_written(f"^{_DAY}$", "2026-04-01, from 1900 to 2199", format="date")]

#: A time with an offset.
Moment = Annotated[AwareDatetime, *_written(f"^{_DAY}", "2026-04-01T09:30:00Z, from 1900 to 2199", format="date-time")]

#: A time of day. (The format `time` of JSON Schema has an offset.)
LocalTime = Annotated[time, *_written("^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", "17:30")]

# Amounts have at most so many digits before the point; what is less than the last decimal is cut off.
_DIGITS, _LAST = 15, Decimal("0.0001")


def _cut(amount: Decimal) -> Decimal:
    shortened = amount.quantize(_LAST, ROUND_DOWN)
    return amount if shortened == amount else shortened


def _amount(least: int) -> tuple[FieldInfo, AfterValidator, WithJsonSchema]:
    """An amount of money: a number, or text with the digits of one."""
    number = {"type": "number", "minimum": least, "exclusiveMaximum": 10**_DIGITS}
    text = {"type": "string", "pattern": f"^{'-?' if least < 0 else ''}[0-9]{{1,{_DIGITS}}}([.][0-9]+)?$"}
    return Field(ge=least, lt=10**_DIGITS), AfterValidator(_cut), WithJsonSchema({"anyOf": [number, text]})


#: An amount of money, and one that may be less than nothing.
Amount = Annotated[Decimal, *_amount(0)]
SignedAmount = Annotated[Decimal, *_amount(1 - 10**_DIGITS)]

Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Entries of a page.")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")]
