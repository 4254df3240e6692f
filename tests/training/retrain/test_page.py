"""The page on a candidate, in four languages."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from html import unescape
from pathlib import Path
from string import Formatter

import pytest

from models.bundle import REPORTS
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, load_code_frame
from tests.browsing import Window, browser, check_accessibility, check_width, window
from tests.render.test_words import placeholders
from tests.training.retrain.evaluations import COMMENT, LATE, OWN, PASSED, REASONS, REFUSED, RUDE
from training.retrain.learning_curve import as_csv, as_svg
from training.retrain.options import RetrainOptions
from training.retrain.page import page_of
from training.retrain.report import Evaluation
from training.retrain.wording import TEXTS, RetrainingWording

__all__ = ["browser", "window"]

FRAME = load_code_frame()
ALL_TEXTS = tomllib.loads(TEXTS.read_text("utf-8"))
OTHERS = FIRST_CLASS_LANGUAGES[1:]


def page(evaluation: Evaluation, language: str) -> str:
    """The page with the names of the code frame that ships, without its style."""
    html = page_of("core-1+0123456789abcdef", evaluation, RetrainingWording(language, FRAME))
    return unescape(re.sub("<style>.*?</style>", "", html, flags=re.DOTALL))


def test_texts_say_the_same_things() -> None:
    """All languages have the same keys with the same placeholders, and none has a text of English with words in it."""
    assert tuple(ALL_TEXTS) == FIRST_CLASS_LANGUAGES
    for language, texts in ALL_TEXTS.items():
        assert list(texts) == list(ALL_TEXTS["en"]), language
        for key, text in texts.items():
            assert placeholders(text) == placeholders(ALL_TEXTS["en"][key]), (language, key)
            has_words = re.search("[A-Za-z]", re.sub("{[^}]*}", "", text))
            assert language == "en" or not has_words or text != ALL_TEXTS["en"][key], (language, key)
            assert language[:2] != "zh" or not has_words or re.search("[\u4e00-\u9fff]", text), (language, key)


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_is_left(language: str) -> None:
    """Whatever the pages show, no piece of an English text is among it, and no id that has a name."""
    shown = "".join(
        page(evaluation, language)
        for evaluation in (
            REFUSED,
            PASSED,
            replace(REFUSED, options=RetrainOptions(depth="full")),
            replace(REFUSED, options=RetrainOptions(depth="full", start="somebody/encoder")),
        )
    )
    for key, text in ALL_TEXTS["en"].items():
        for piece, _, _, _ in Formatter().parse(text):
            if len(piece.strip(" .,:;()")) > 5 and piece not in ALL_TEXTS[language][key]:
                assert piece not in shown, key
    assert LATE not in shown
    assert RUDE not in shown
    assert OWN in shown  # which no code frame has a name for
    assert all(cause.name(language) in shown for cause in FRAME.causes if cause.id in (LATE, RUDE))
    assert FRAME["price"].name(language) in shown


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_the_verdict_has_its_reasons(language: str) -> None:
    """Every reason of the gate is on the page of a candidate that it refuses, none on that of one which passes."""
    wording = RetrainingWording(language, FRAME)
    sentences = [wording.reason(reason) for reason in REASONS]
    assert {f"reason_{reason.key}" for reason in REASONS} == set(ALL_TEXTS["en"]) & {
        key for key in ALL_TEXTS["en"] if key.startswith("reason_") and key not in _PARTS
    }
    refused, passed = page(REFUSED, language), page(PASSED, language)
    assert all(sentence in refused for sentence in sentences)
    assert not any(sentence in passed for sentence in sentences)
    assert ("0,800" if language == "de" else "0.800") in refused


#: What reasons are put together from.
_PARTS = ("reason_item", "reason_separator", "reason_further")


def test_segments_are_shown_as_they_are() -> None:
    """Names and values of segments are neither translated nor markup, also where they are called as a group of ours."""
    html = page_of("core-1+0", REFUSED, RetrainingWording("de", FRAME))
    assert "Pro = 5 &lt;b&gt;" in html
    assert "12 months" in html


def test_programs_read_reasons_in_english_and_by_key() -> None:
    """The file of a version has the sentences of the verdict, and what they are made of, but no comment to check."""
    saved = json.loads(REFUSED.to_json("core-1+0"))
    assert saved["verdict"]["reasons"][1].startswith("20% of the labels look wrong")
    assert [reason["key"] for reason in saved["reasons"]] == [reason.key for reason in REASONS]
    assert f"1 {COMMENT}" not in json.dumps(saved, ensure_ascii=False)


def test_there_is_no_loss_before_training() -> None:
    """It is an empty cell and no point of the line."""
    assert as_csv(REFUSED.curve).splitlines()[1] == "0,0,,2.00000"
    drawing = as_svg(REFUSED.curve, RetrainingWording("zh-Hant"))
    assert "NaN" not in drawing
    assert drawing.count('aria-roledescription="point"') == 2 * len(REFUSED.curve) - 1
    assert "訓練損失" in drawing


@pytest.mark.slow
def test_pages_in_a_browser(window: Window, tmp_path: Path) -> None:
    """They fit phones, show their picture, lead to each other, ask for nothing, and axe finds nothing."""
    for language, name in REPORTS.items():
        wording = RetrainingWording(language, FRAME)
        (tmp_path / name).write_text(page_of("core-1+0123456789abcdef", REFUSED, wording), "utf-8")
    visited = window("en")
    visited.go((tmp_path / REPORTS["en"]).as_uri())
    for label, language in (("繁體中文", "zh-Hant"), ("简体中文", "zh-Hans"), ("Deutsch", "de")):
        visited.page.get_by_role("link", name=label).click()
        assert visited.page.get_attribute("html", "lang") == language
        assert visited.page.evaluate("document.querySelector('img').naturalWidth") > 300
        for width in (360, 1440):
            check_width(visited.page, width)
    assert all(url.startswith(("file:", "data:")) for url in visited.requests)
    assert visited.messages == []
    check_accessibility(visited.page)
