"""The written examples of the cause library: clauses in which customers could name its root causes.

The causes themselves are in the code frame (`saywhy.code_frame`).
`causes/<language>/<theme>.txt` has the clauses: a line `# id` opens the section of a cause, then one clause a line.
`no_cause/<language>.txt` has clauses that name no cause: verdicts, facts, non-answers, wishes.
The clauses were written for this purpose, each language for itself; none is taken from anybody's feedback.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.causes import NO_CAUSE
from saywhy.code_frame import load_code_frame
from training.data.rows import LIBRARY, Row

CAUSE_LIBRARY = Path(__file__).with_name("causes")
WITHOUT_CAUSE = Path(__file__).with_name("no_cause")


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
    causes = {cause.id: cause for cause in load_code_frame().causes}
    for number, clause in enumerate(read_clauses(folder), 1):
        cause = causes[clause.cause]
        labels = ((cause.theme, cause.polarity),)
        row_id = f"{LIBRARY}-{number}"
        yield Row(
            row_id, LIBRARY, clause.language, clause.text, cause.polarity, LIBRARY, labels, True, cause=clause.cause
        )
    for path in sorted(without_cause.glob("*.txt")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.strip():
                row_id = f"{NO_CAUSE}-{path.stem}-{number}"
                yield Row(row_id, LIBRARY, path.stem, line.strip(), None, None, (), False, cause=NO_CAUSE)
