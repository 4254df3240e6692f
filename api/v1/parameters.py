"""Types of values that many requests have: numbers of rows, pages, times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, Field

from service.paging import LONGEST_PAGE

#: The number of a stored thing, e.g. of a case; as large as both databases have them.
RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]

#: A time with an offset, in years that databases and time zones know.
Moment = Annotated[AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))]

Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Entries of a page.")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")]
