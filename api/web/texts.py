"""The texts of the app: a file of `texts/` for each page, with the four languages beside each other.

They have the form of the catalogues of the report page (`pipelines.render.wording`), which are there as well: the key
`overview.title` is the entry `title` of `overview.toml`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pipelines.render.wording import Wording

TEXTS = Path(__file__).with_name("texts")


@cache
def wording_in(language: str) -> Wording:
    """Words, sentences and number formats in one language. Raises `InvalidInput` if it is not one of the four."""
    wording = Wording(language)
    return Wording(language, texts_in(wording.language))


@cache
def texts_in(language: str) -> dict[str, str]:
    """The texts of all pages in a first-class language by key."""
    return {
        f"{file.stem}.{name}": text
        for file in sorted(TEXTS.glob("*.toml"))
        for name, text in tomllib.loads(file.read_text("utf-8"))[language].items()
    }
