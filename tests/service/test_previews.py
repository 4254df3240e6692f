"""Previews of imports."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from saywhy import store
from saywhy.feedback import Rejection, Response
from service.previews import preview_file


def test_preview_shows_columns_and_rows_and_stores_nothing(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Role, share filled and examples of every column, and the first rows as they would be imported."""
    path = tmp_path / "export.csv"
    path.write_text("id,nps,why,extra\na,9,good,\nb,12,odd,\nc,0,,x\n")
    preview = preview_file(sqlite_engine, "w", path, rows=2)
    assert [(column.name, column.role, round(column.filled, 2)) for column in preview.columns] == [
        ("id", "id", 1),
        ("nps", "score", 1),
        ("why", "comment", 0.67),
        ("extra", None, 0.33),
    ]
    assert preview.columns[2].examples == ("good", "odd")
    first, second = preview.rows
    assert isinstance(first, Response)
    assert first.external_id == "a"
    assert second == Rejection(3, "score 12 is outside 0-10", "b,12,odd,")
    with sqlite_engine.begin() as connection:
        assert store.responses.count(connection, store.workspaces.ensure(connection, "w")) == 0
