"""CSV: a row for each thing that one person says: labels of a comment, or those of a clause of it.

Of the whole comment are the columns `sentiment`, `themes` (`theme=polarity` gives one its polarity) and `causes`; of
the clause from `start` to `end` are `theme`, `polarity` and `cause`. `;` separates several, `none` says that there is
none, an empty cell that nobody looked. Columns of other names are segments.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from pipelines.label_formats.regions import CAUSE, POLARITY, SENTIMENT, THEME, names, polarity, words_of
from pipelines.label_formats.task import LabelRecord, LabelTask, RejectedRecord, moment
from pipelines.render.data import escape_formula
from saywhy.errors import ColumnNotFound, InvalidInput
from saywhy.label import LabelledClause, LabelledComment, LabelledTheme

#: What is written; labels of the whole comment but its sentiment are read only.
COLUMNS = ("id", "comment", "language", "author", "at", SENTIMENT, "start", "end", THEME, POLARITY, CAUSE)

_THEMES, _CAUSES = "themes", "causes"

#: What separates several names in a cell.
_AND = "; "


def read(text: str) -> Iterator[LabelRecord | RejectedRecord]:
    """What each row says. Raises `ColumnNotFound` if there is no column `comment`."""
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [name.strip().casefold() for name in rows.fieldnames or ()]
    except csv.Error as error:
        raise InvalidInput(f"the file is no CSV: {error}") from None
    if "comment" not in columns:
        raise ColumnNotFound(f"there is no column comment; the file has: {', '.join(columns) or 'none'}")
    rows.fieldnames = columns
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield RejectedRecord(rows.line_num, f"the row is no CSV: {error}")
            continue
        try:
            yield _read_row(row, rows.line_num)
        except InvalidInput as error:
            yield RejectedRecord(rows.line_num, error.detail)


def write(tasks: Iterable[LabelTask]) -> Iterator[str]:
    """The header and the rows, with the byte order mark by which spreadsheets recognise UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="")
    out.write("\N{BYTE ORDER MARK}")
    writer.writeheader()
    for task in tasks:
        for record in task.labels:
            writer.writerows(_rows(task, record))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _rows(task: LabelTask, record: LabelRecord) -> Iterator[dict[str, str]]:
    common = {
        "id": task.id,
        "comment": escape_formula(task.text),
        "language": task.language or "",
        "author": escape_formula(record.author or ""),
        "at": record.at.isoformat() if record.at else "",
    }
    if record.comment.sentiment is not None:
        yield common | {SENTIMENT: record.comment.sentiment.value}
    for clause in record.comment.clauses:
        words = {question: _AND.join(names) for question, names in words_of(clause)}
        yield common | {"start": str(clause.start), "end": str(clause.end)} | words


def _read_row(row: Mapping[str | None, str | list[str] | None], line: int) -> LabelRecord:
    if None in row:
        raise InvalidInput("the row has more cells than the header")
    cells = {name: value.strip() if isinstance(value, str) else "" for name, value in row.items() if name}
    text = _unescaped(row["comment"]) if isinstance(row["comment"], str) else ""
    if not text.strip():
        raise InvalidInput("the row has no comment")
    clauses: tuple[LabelledClause, ...] = ()
    if cells.get("start") or cells.get("end"):
        clauses = (_clause(cells),)
    elif any(cells.get(name) for name in (THEME, CAUSE, POLARITY)):
        raise InvalidInput("say by start and end of which clause the theme, the cause or the polarity is")
    sentiment = polarity(_words(cells, SENTIMENT), SENTIMENT)
    segments = ((name, value) for name, value in cells.items() if value and name not in (*COLUMNS, _THEMES, _CAUSES))
    comment = LabelledComment(
        text,
        cells.get("language") or None,
        sentiment,
        _themes(cells),
        names(_words(cells, _CAUSES)),
        clauses,
        tuple(sorted(segments)),
    )
    author, at = _unescaped(cells.get("author", "")), moment(cells.get("at"))
    return LabelRecord(comment, cells.get("id") or None, author or None, at, line)


def _themes(cells: Mapping[str, str]) -> tuple[LabelledTheme, ...] | None:
    """The themes of the whole comment, with their polarities where they have one."""
    themes = names(_words(cells, _THEMES))
    if themes is None:
        return None
    pairs = [theme.partition("=") for theme in themes]
    return tuple((theme.strip(), polarity([value.strip()] if value else None, POLARITY)) for theme, _, value in pairs)


def _clause(cells: Mapping[str, str]) -> LabelledClause:
    start, end = cells.get("start", ""), cells.get("end", "")
    if not (start.isdecimal() and end.isdecimal() and len(start + end) < 20 and int(start) < int(end)):
        raise InvalidInput(f"start and end must be positions in the comment, found {start!r:.40} and {end!r:.40}")
    themes = names(_words(cells, THEME))
    return LabelledClause(
        int(start),
        int(end),
        polarity(_words(cells, POLARITY), POLARITY),
        None if themes is None else tuple((theme, None) for theme in themes),
        names(_words(cells, CAUSE)),
    )


def _unescaped(text: str) -> str:
    """The text of a cell that `escape_formula` wrote."""
    return text[1:] if text.startswith("'") and escape_formula(text[1:]) == text else text


def _words(cells: Mapping[str, str], name: str) -> list[str]:
    return [word.strip() for word in cells.get(name, "").split(_AND.strip()) if word.strip()]
