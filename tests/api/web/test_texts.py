"""The texts of the app."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import api.web
from api.web.page import Page
from api.web.texts import TEXTS, texts_in, wording_in
from pipelines.render.wording import catalogue
from saywhy.code_frame import FIRST_CLASS_LANGUAGES
from tests.api.web.page_types import ALL_PAGES
from tests.render.test_words import placeholders

FILES = sorted(TEXTS.glob("*.toml"))
SOURCES = Path(api.web.__file__).parent


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_text_exists_in_all_languages(file: Path) -> None:
    """With the same placeholders as in English, and there is no language beside them."""
    texts = tomllib.loads(file.read_text("utf-8"))
    assert tuple(texts) == FIRST_CLASS_LANGUAGES
    for language, words in texts.items():
        assert list(words) == list(texts["en"]), language
        for key, text in words.items():
            assert text.strip(), (language, key)
            assert placeholders(text) == placeholders(texts["en"][key]), (language, key)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_texts_are_translated(file: Path) -> None:
    """Chinese texts have Chinese characters, unless they are made of values alone."""
    texts = tomllib.loads(file.read_text("utf-8"))
    for language in ("zh-Hans", "zh-Hant"):
        for key, text in texts[language].items():
            words = re.sub(r"{[^}]*}", "", text)
            assert re.search(r"[\u4e00-\u9fff]", text) or not re.search("[A-Za-z]", words), (language, key)


def test_every_text_is_used() -> None:
    """Each key occurs in a template or a module, be it as the beginning of one that is put together."""
    files = [*SOURCES.rglob("*.py"), *SOURCES.rglob("*.j2")]
    source = "\n".join(file.read_text("utf-8") for file in files)
    titles = {f"{page.name}.title" for page in ALL_PAGES}
    put_together = set(re.findall(r'f"([\w.]+_){', source))
    unused = [
        key
        for key in texts_in("en").keys() - titles
        if f'"{key}"' not in source and not any(key.startswith(prefix) for prefix in put_together)
    ]
    assert unused == []


def test_the_catalogues_of_app_and_report_do_not_overlap() -> None:
    """No text of the app hides one of the report page."""
    assert texts_in("en").keys().isdisjoint(catalogue("en"))


def test_every_page_in_the_navigation_has_a_name() -> None:
    """In every language; a page that is not in it may have a title of its own for each context."""
    listed: list[Page[object]] = [page for page in ALL_PAGES if page.path]
    assert listed
    for language in FIRST_CLASS_LANGUAGES:
        assert all(wording_in(language)[f"{page.name}.title"] for page in listed)
