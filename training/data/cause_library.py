"""The cause library as it is written: universal root causes, and clauses in which customers could name them.

`causes/library.jsonl` has a cause a line: `id` (theme.name), `theme`, `polarity`, `name` and `definition` by language.
`causes/<language>/<theme>.txt` has the clauses: a line `# id` opens the section of a cause, then one clause a line.
The clauses were written for this purpose, each language for itself; none is taken from anybody's feedback.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CAUSE_LIBRARY = Path(__file__).with_name("causes")


@dataclass(frozen=True, slots=True)
class LibraryCause:
    """A root cause worth one ticket. `names` and `definitions` are keyed by language.

    `polarity` is negative for a complaint and positive for praise.
    """

    id: str
    theme: str
    polarity: str
    names: Mapping[str, str]
    definitions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CauseClause:
    """A clause that names exactly one cause of the library."""

    cause: str
    language: str
    text: str


def read_causes(folder: Path = CAUSE_LIBRARY) -> tuple[LibraryCause, ...]:
    """The causes in the order of the file."""
    lines = (folder / "library.jsonl").read_text("utf-8").splitlines()
    return tuple(
        LibraryCause(entry["id"], entry["theme"], entry["polarity"], entry["name"], entry["definition"])
        for entry in map(json.loads, lines)
    )


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
