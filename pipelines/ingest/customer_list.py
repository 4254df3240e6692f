"""Reads a list of customers to ask, from a file of any format that responses may be in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest import words
from pipelines.ingest.dates import detect_day_first, parse_timestamp
from pipelines.ingest.headers import Column, as_key, find_header
from pipelines.ingest.reading import SAMPLE, fit
from pipelines.ingest.row import Row, as_text, rejection
from pipelines.ingest.table import open_tables
from pipelines.ingest.values import is_blank
from saywhy.errors import InvalidInput
from saywhy.feedback import LONGEST_KEY, Rejection
from saywhy.wave_plan import ListedCustomer

#: Longest value of a segment that is kept, in characters.
LONGEST_SEGMENT = 200

#: Columns that an error lists.
_LISTED = 30


@dataclass(frozen=True, slots=True)
class ListColumns:
    """The columns of a list by name; None: by the usual names. `dimensions` None: industry and segment."""

    id: str | None = None
    name: str | None = None
    email: str | None = None
    opted_out: str | None = None
    asked_on: str | None = None
    dimensions: tuple[str, ...] | None = None
    day_first: bool | None = None


@dataclass(frozen=True, slots=True)
class CustomerList:
    """A list as it was read: `dimensions` are the names of columns, `roles` says which column was taken for what."""

    customers: tuple[ListedCustomer, ...]
    dimensions: tuple[str, ...]
    roles: Mapping[str, str]
    rejections: tuple[Rejection, ...]
    notes: tuple[str, ...]


def read_customer_list(
    path: Path,
    columns: ListColumns | None = None,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> CustomerList:
    """The customers of a file; rows without an id, and those whose date cannot be read, are rejected with the reason.

    Of a workbook the first visible sheet is read, or the one that is named. Whoever has anything but a blank or a no in
    the column for it has opted out. Raises `InvalidInput` for a file that cannot be read or has no rows, a column that
    is missing, and two rows with the same id.
    """
    columns = columns or ListColumns()
    table = open_tables(path, encoding=encoding, delimiter=delimiter, sheet=sheet)[0]
    sample = list(itertools.islice(table.rows(), SAMPLE))
    header = find_header(table.name, sample, headed=table.headed)
    chosen = _Columns(table.name, header.columns, columns)
    width = len(header.columns)
    if columns.day_first is None and (dated := chosen.roles.get("asked_on")):
        fitting = (fit(row.cells, width) for row in sample[header.skip :] if isinstance(row, Row))
        day_first, _ = detect_day_first([cells[dated.index] for cells in fitting if cells], hint=False)
    else:
        day_first = bool(columns.day_first)
    customers: list[ListedCustomer] = []
    rejections: list[Rejection] = []
    lines: dict[str, int] = {}
    for row in itertools.islice(table.rows(), header.skip, None):
        read = _read(row, chosen, width, day_first=day_first)
        if isinstance(read, Rejection):
            rejections.append(read)
            continue
        line = row.line
        if (first := lines.setdefault(read.id, line)) != line:
            raise InvalidInput(f"{table.name}: lines {first:,} and {line:,} have the same customer id")
        customers.append(read)
    if not customers:
        reason = f"; line {rejections[0].line}: {rejections[0].reason}" if rejections else ""
        raise InvalidInput(f"{table.name} has no customers{reason}")
    roles = {role: column.name for role, column in chosen.roles.items()}
    dimensions = tuple(column.name for column in chosen.dimensions)
    return CustomerList(tuple(customers), dimensions, roles, tuple(rejections), (*table.notes, *header.notes))


class _Columns:
    """The columns of a list by role. Raises `InvalidInput` for one that is missing."""

    def __init__(self, name: str, header: Sequence[Column], wanted: ListColumns) -> None:
        self._name, self._header = name, header
        facts, own = words.facts(), words.customer_list()
        known = {
            "id": (wanted.id, (*facts["customer_id"], *facts["id"])),
            "email": (wanted.email, facts["email"]),
            "name": (wanted.name, facts["name"]),
            "first_name": ("" if wanted.name is not None else None, facts["first_name"]),
            "last_name": ("" if wanted.name is not None else None, facts["last_name"]),
            "opted_out": (wanted.opted_out, own["opted_out"]),
            "asked_on": (wanted.asked_on, own["asked_on"]),
        }
        columns = {role: self._find(*names) for role, names in known.items()}
        self.roles = {role: column for role, column in columns.items() if column is not None}
        for role, option in (("id", "customer ids"), ("email", "e-mail addresses")):
            if role not in self.roles:
                raise InvalidInput(f"{name} has no column with {option}: say which it is; {self._columns()}")
        if wanted.dimensions is None:
            usual = (self._find(None, own[role]) for role in ("industry", "segment"))
            self.dimensions = [column for column in usual if column is not None]
        else:
            self.dimensions = [self._named(dimension) for dimension in dict.fromkeys(wanted.dimensions)]

    def _find(self, wanted: str | None, known: Sequence[str]) -> Column | None:
        """The column that is asked for ("" for none), or the first of the usual names."""
        if wanted is not None:
            return self._named(wanted) if wanted else None
        by_key = {column.key: column for column in reversed(self._header)}
        return next((by_key[name] for name in known if name in by_key), None)

    def _named(self, wanted: str) -> Column:
        for column in self._header:
            if wanted == column.name or as_key(wanted) == column.key:
                return column
        raise InvalidInput(f"{self._name} has no column {wanted[:100]!r}; {self._columns()}")

    def _columns(self) -> str:
        names = [column.name for column in self._header]
        return f"its columns are: {', '.join(names[:_LISTED])}" + (", …" if len(names) > _LISTED else "")


def _read(row: Row | Rejection, columns: _Columns, width: int, *, day_first: bool) -> ListedCustomer | Rejection:
    """The customer of a row, or why it is rejected."""
    if isinstance(row, Rejection):
        return row

    def rejected(reason: str) -> Rejection:
        return rejection(row.line, reason, as_text(row.cells))

    cells = fit(row.cells, width)
    if cells is None:
        return rejected(f"has {len(row.cells)} cells, the header has {width}")
    text = {role: value for role, column in columns.roles.items() if not is_blank(value := cells[column.index].strip())}
    customer_id = text.get("id")
    if customer_id is None:
        return rejected("has no customer id")
    if any(len(text.get(role, "")) > LONGEST_KEY for role in ("id", "email", "name")):
        return rejected(f"id, name or address is longer than {LONGEST_KEY} characters")
    try:
        moment = parse_timestamp(text.get("asked_on", ""), day_first=day_first)
    except ValueError as error:
        return rejected(str(error))
    segments = {column.name: cells[column.index].strip()[:LONGEST_SEGMENT] for column in columns.dimensions}
    return ListedCustomer(
        customer_id,
        segments,
        text.get("name") or " ".join(_parts(text)) or None,
        text.get("email"),
        "opted_out" in text and text["opted_out"].casefold() not in words.in_cells("false"),
        moment.date() if moment else None,
    )


def _parts(text: Mapping[str, str]) -> Iterator[str]:
    return (text[role] for role in ("first_name", "last_name") if role in text)
