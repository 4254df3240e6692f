"""Writes exported responses as tables for spreadsheets and data frames: CSV, XLSX and Parquet."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pipelines.render.data import escape_formula
from pipelines.render.wording import printable
from saywhy.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: An exported response as a JSON object; docs/reference/cli.md describes its members.
Record = Mapping[str, Any]

_SIGNS = {"negative": "−", "positive": "+", "mixed": "±", "neutral": ""}

#: The columns before and after those of the segments.
_FIRST = ("id", "score", "wave", "answered_at", "language", "comment", "sentiment", "sentiment_score")
_LAST = ("themes", "causes")

#: Rows below the header that a sheet of a workbook holds.
_SHEET_ROWS = 1_048_575


def to_csv(records: Iterable[Record]) -> bytes:
    """One row per response, in UTF-8 with the byte order mark by which spreadsheets recognise it.

    An apostrophe precedes text that a spreadsheet would run as a formula.
    """
    frame = _spreadsheet(records, escape_formula)
    return frame.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def to_workbook(records: Iterable[Record]) -> bytes:
    """The same table as XLSX. Raises `InvalidInput` for more rows than a sheet holds."""
    import pandas as pd

    frame = _spreadsheet(records, printable)
    if len(frame) > _SHEET_ROWS:
        raise InvalidInput(f"a sheet holds {_SHEET_ROWS:,} rows, not {len(frame):,}; export CSV or Parquet")
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="openpyxl") as writer:
        frame.to_excel(writer, sheet_name="responses", index=False, freeze_panes=(1, 1))
        for row in writer.sheets["responses"].iter_rows():
            for cell in row:
                if cell.data_type in ("f", "e"):
                    cell.data_type = "s"  # text, even if it looks like a formula or an error code
    return out.getvalue()


def to_parquet(records: Iterable[Record]) -> bytes:
    """The same columns with their types: times are times, and themes and causes are lists of records."""
    frame = _frame(records)
    out = io.BytesIO()
    frame.to_parquet(out, engine="pyarrow", index=False, schema=_schema(list(frame.columns)))
    return out.getvalue()


def _spreadsheet(records: Iterable[Record], as_cell: Callable[[str], str]) -> pd.DataFrame:
    """The table with times as ISO 8601, and with themes and causes joined by "; ", each with the sign of its polarity.

    The label of a cause is followed by that of the part that is named. What several clauses of a comment have is there
    once. `as_cell` is applied to all texts.
    """
    frame = _frame(records)
    for column in _LAST:
        frame[column] = frame[column].map(_joined)
    frame["answered_at"] = frame["answered_at"].map(lambda moment: moment.isoformat(), na_action="ignore")
    texts = frame.columns.drop(["score", "sentiment_score"])
    frame[texts] = frame[texts].map(as_cell, na_action="ignore")
    return frame.rename(columns=as_cell)


def _frame(records: Iterable[Record]) -> pd.DataFrame:
    """One row per response, one column per dimension of segments; blank cells are None or <NA>.

    A dimension that is called like one of the other columns has the prefix `segment: `.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    dimensions: dict[str, str] = {}  # → column
    for record in records:
        for dimension in record["segments"]:
            dimensions.setdefault(dimension, f"segment: {dimension}" if dimension in _FIRST + _LAST else dimension)
        sentiment = record["sentiment"] or {"label": None, "score": None}
        row = {name: record[name] for name in (*_FIRST[:6], *_LAST)}
        row |= {"sentiment": sentiment["label"], "sentiment_score": sentiment["score"]}
        rows.append(row | {dimensions[name]: value for name, value in record["segments"].items()})
    columns = [*_FIRST, *(dimensions[name] for name in sorted(dimensions)), *_LAST]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    return frame.astype({"score": "Int64", "sentiment_score": "Float64"})


def _joined(labels: Iterable[Record]) -> str:
    return "; ".join(dict.fromkeys(map(signed_label, labels)))


def signed_label(label: Record) -> str:
    """The label of a theme or a cause with the sign of its polarity, and the part that is named."""
    part = f" ({label['part']})" if label.get("part") else ""
    return f"{_SIGNS[label['polarity']]}{label['label']}{part}"


def _schema(columns: list[str]) -> pa.Schema:
    """The types of the columns. Those of lists cannot be inferred where all lists are empty."""
    import pyarrow as pa

    theme = {"id": pa.string(), "label": pa.string(), "polarity": pa.string(), "confidence": pa.float64()}
    cause = {"id": pa.string(), "label": pa.string(), "theme": pa.string(), "polarity": pa.string()}
    cause |= {"ranked": pa.bool_(), "start": pa.int32(), "end": pa.int32(), "confidence": pa.float64()}
    cause |= {"part": pa.string()}
    types = {
        "score": pa.int64(),
        "answered_at": pa.timestamp("us", tz="UTC"),
        "sentiment_score": pa.float64(),
        "themes": pa.list_(pa.struct(theme)),
        "causes": pa.list_(pa.struct(cause)),
    }
    return pa.schema([(name, types.get(name, pa.string())) for name in columns])
