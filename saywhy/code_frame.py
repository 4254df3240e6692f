"""The code frame: the fixed list of themes, and the root causes under each. Ids never change; names may."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CORE = Path(__file__).with_name("code_frame.toml")

#: File with the root causes, beside the file with the themes.
CAUSES = "causes.jsonl"

#: Languages with full support: models, word lists, pages, tests.
FIRST_CLASS_LANGUAGES = ("en", "de", "zh-Hans", "zh-Hant")

#: The theme of a verdict without a reason ("great app"): it is counted, but it is never a cause.
VERDICT = "general"


@dataclass(frozen=True, slots=True)
class Theme:
    """One entry of a code frame. `names` and `descriptions` are keyed by language."""

    id: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]

    def name(self, language: str = "en") -> str:
        """The name in a language, or in English if there is none."""
        return self.names.get(language, self.names["en"])


@dataclass(frozen=True, slots=True)
class LibraryCause:
    """A root cause that any survey may have, worth one ticket. `names` and `definitions` are keyed by language.

    `polarity` is negative for a complaint and positive for praise.
    """

    id: str
    theme: str
    polarity: str
    names: Mapping[str, str]
    definitions: Mapping[str, str]

    def name(self, language: str = "en") -> str:
        """The name in a language, or in English if there is none."""
        return self.names.get(language, self.names["en"])


@dataclass(frozen=True, slots=True)
class CodeFrame:
    """An ordered set of themes, and the library of root causes under them."""

    themes: tuple[Theme, ...]
    causes: tuple[LibraryCause, ...] = ()

    def __iter__(self) -> Iterator[Theme]:
        return iter(self.themes)

    def __getitem__(self, theme: str) -> Theme:
        for entry in self.themes:
            if entry.id == theme:
                return entry
        raise KeyError(theme)

    def name_of(self, theme: str, language: str, otherwise: str | None = None) -> str:
        """The name of a theme in a language; for one that people made, which no frame has, `otherwise` or its id."""
        return next((entry.name(language) for entry in self.themes if entry.id == theme), otherwise or theme)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(theme.id for theme in self.themes)


def load_code_frame(path: Path = CORE) -> CodeFrame:
    """Read a code frame from TOML: a section `[id]` for each theme, with `name` and `description` by language.

    Its causes are read from `CAUSES` beside it, a cause a line; without that file it has none.
    """
    with path.open("rb") as file:
        entries = tomllib.load(file)
    themes = tuple(Theme(key, entry["name"], entry["description"]) for key, entry in entries.items())
    return CodeFrame(themes, read_causes(path.with_name(CAUSES)))


def read_causes(path: Path) -> tuple[LibraryCause, ...]:
    """The causes in the order of the file; none if there is no such file."""
    if not path.exists():
        return ()
    return tuple(
        LibraryCause(entry["id"], entry["theme"], entry["polarity"], entry["name"], entry["definition"])
        for entry in map(json.loads, path.read_text("utf-8").splitlines())
    )
