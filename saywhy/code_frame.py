"""The code frame: the fixed list of themes. Ids of themes never change; names may."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CORE = Path(__file__).with_name("code_frame.toml")

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
class CodeFrame:
    """An ordered set of themes."""

    themes: tuple[Theme, ...]

    def __iter__(self) -> Iterator[Theme]:
        return iter(self.themes)

    def __getitem__(self, theme: str) -> Theme:
        for entry in self.themes:
            if entry.id == theme:
                return entry
        raise KeyError(theme)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(theme.id for theme in self.themes)


def load_code_frame(path: Path = CORE) -> CodeFrame:
    """Read a code frame from TOML: a section `[id]` for each theme, with `name` and `description` by language."""
    with path.open("rb") as file:
        entries = tomllib.load(file)
    return CodeFrame(tuple(Theme(key, entry["name"], entry["description"]) for key, entry in entries.items()))
