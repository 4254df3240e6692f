"""Writes the board report as CSV for spreadsheets: a row for each number."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict

from pipelines.render.data import escape_formula
from saywhy.board import Board
from saywhy.estimate import Estimate, Nps

COLUMNS = ("section", "of", "number", "value", "low", "high")

_Row = tuple[str, str, str, object, object, object]


def to_csv(board: Board) -> str:
    """The board report; blank cells are not known. Made for Excel, like `pipelines.render.data.to_csv`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in _rows(board):
        writer.writerow("" if cell is None else escape_formula(cell) if isinstance(cell, str) else cell for cell in row)
    return "\ufeff" + buffer.getvalue()


def _rows(board: Board) -> Iterator[_Row]:
    wave = board.wave or ""
    yield from _estimates("points", wave, {"nps": board.nps, "change": board.nps_change})
    for counts in board.cases:
        yield from _numbers("cases", counts.group, asdict(counts), without="group")
    for outcome in board.outcomes:
        yield from _numbers("outcomes", outcome.outcome, asdict(outcome), without="outcome")
    for won in board.new_accounts:
        yield from _numbers("new_accounts", won.origin, asdict(won), without="origin")
    for effect in board.effects:
        yield "effect", effect.group, "followed_up", effect.followed_up, None, None
        yield "effect", effect.group, "others", effect.others, None, None
        estimates = {
            "followed_up_nps": effect.followed_up_nps,
            "others_nps": effect.others_nps,
            "difference": effect.difference,
        }
        yield from _estimates("effect", effect.group, estimates)
        yield "effect", effect.group, "p_value", effect.p_value, None, None
    for note in board.notes:
        yield "note", "", note, None, None, None


def _numbers(section: str, of: str, values: dict[str, object], *, without: str) -> Iterator[_Row]:
    for name, value in values.items():
        if name != without:
            yield section, of, name, value, None, None


def _estimates(section: str, of: str, estimates: dict[str, Estimate | Nps | None]) -> Iterator[_Row]:
    for name, estimate in estimates.items():
        if estimate is None:
            yield section, of, name, None, None, None
        else:
            value = estimate.score if isinstance(estimate, Nps) else estimate.value
            yield section, of, name, value, estimate.low, estimate.high
