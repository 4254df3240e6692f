"""The written examples of the cause library: clauses in which customers could name its root causes.

The causes themselves are in the code frame (`saywhy.code_frame`).
`causes/<language>/<theme>.txt` has the clauses: a line `# id` opens the section of a cause, then one clause a line.
`no_cause/<language>.txt` has clauses that name no cause: verdicts, facts, non-answers, wishes.
`comments/<language>.jsonl` has whole comments: `parts`, each with a `text` and the `cause` that it names, or null.
The clauses were written for this purpose, most of them each language for itself (the README says which are not); none
is taken from anybody's feedback.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.causes import NO_CAUSE
from saywhy.code_frame import LibraryCause, load_code_frame
from training.data.pairs import JOINED
from training.data.rows import LIBRARY, Row

CAUSE_LIBRARY = Path(__file__).with_name("causes")
WITHOUT_CAUSE = Path(__file__).with_name("no_cause")
CAUSE_COMMENTS = Path(__file__).with_name("comments")


@dataclass(frozen=True, slots=True)
class CauseClause:
    """A clause that names exactly one cause of the library."""

    cause: str
    language: str
    text: str


def read_clauses(folder: Path = CAUSE_LIBRARY) -> Iterator[CauseClause]:
    """All clauses, by language, theme and cause. Raises `ValueError` for one that stands before the first section."""
    for path in sorted(folder.glob("*/*.txt")):
        cause = ""
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            text = line.strip()
            if text.startswith("# "):
                cause = text.removeprefix("# ")
            elif text and not cause:
                raise ValueError(f"{path}, line {number}: a clause before the first `# cause`")
            elif text:
                yield CauseClause(cause, path.parent.name, text)


def library_rows(folder: Path = CAUSE_LIBRARY, without_cause: Path = WITHOUT_CAUSE) -> Iterator[Row]:
    """All clauses as training rows: a clause has the theme and the polarity of its cause.

    Clauses without a cause have no sentiment and no themes: those were not looked for.
    """
    causes = _causes()
    for number, clause in enumerate(read_clauses(folder), 1):
        yield _row(f"{LIBRARY}-{number}", clause.language, clause.text, causes[clause.cause])
    for path in sorted(without_cause.glob("*.txt")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.strip():
                yield _row(f"{NO_CAUSE}-{path.stem}-{number}", path.stem, line.strip(), None)


def comment_rows(folder: Path = CAUSE_COMMENTS) -> Iterator[Row]:
    """All comments as training rows. Their parts are rows as in `library_rows`; a comment of one part is that row."""
    causes = _causes()
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            row_id = f"{path.stem}-comment-{number}"
            parts = tuple(
                _row(row_id, path.stem, part["text"], causes[part["cause"]] if part["cause"] else None)
                for part in json.loads(line)["parts"]
            )
            text = "".join(part.text for part in parts)
            yield parts[0] if len(parts) == 1 else Row(row_id, JOINED, path.stem, text, None, None, (), True, parts)


def _causes() -> dict[str, LibraryCause]:
    return {cause.id: cause for cause in load_code_frame().causes}


def _row(row_id: str, language: str, text: str, cause: LibraryCause | None) -> Row:
    """A clause that names the cause, with its theme and polarity; without one, nothing else of it is known."""
    if cause is None:
        return Row(row_id, LIBRARY, language, text, None, None, (), False, cause=NO_CAUSE)
    labels = ((cause.theme, cause.polarity),)
    return Row(row_id, LIBRARY, language, text, cause.polarity, LIBRARY, labels, True, cause=cause.id)
