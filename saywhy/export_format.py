"""The formats in which responses are exported."""

from __future__ import annotations

from enum import StrEnum


class ExportFormat(StrEnum):
    """The value is also the ending of the files."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        return {
            ExportFormat.JSONL: "application/x-ndjson",
            ExportFormat.CSV: "text/csv; charset=utf-8",
            ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ExportFormat.PARQUET: "application/vnd.apache.parquet",
        }[self]
