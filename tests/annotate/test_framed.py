"""Annotations in a code frame that was taught by examples."""

from __future__ import annotations

import pytest

from models.annotator import Annotator
from pipelines.annotate.framed import FramedAnnotator
from saywhy.annotation import Annotation, Polarity
from saywhy.code_frame import VERDICT
from saywhy.feedback import Comment
from saywhy.frame_file import load_frame, read_frame, shipped_frames
from service.classification import classify
from tests.builders.frames import SHOP

NEGATIVE, POSITIVE = Polarity.NEGATIVE, Polarity.POSITIVE


@pytest.fixture(scope="module")
def employee(annotator: Annotator) -> FramedAnnotator:
    """The frame for employees, taught."""
    return FramedAnnotator(annotator, load_frame(shipped_frames()["employee"]))


@pytest.fixture(scope="module")
def shop(annotator: Annotator) -> FramedAnnotator:
    """A frame with three examples of each of its themes and of its cause, taught."""
    return FramedAnnotator(annotator, read_frame(SHOP))


def of(annotator: FramedAnnotator, text: str, language: str) -> Annotation:
    """The annotation of one comment."""
    [annotation] = annotator.annotate([Comment(text, language)])
    return annotation


@pytest.mark.parametrize(
    ("text", "language", "themes"),
    [
        ("My boss never listens to us.", "en", {"leadership": NEGATIVE}),
        (
            "Tolle Kollegen, aber das Gehalt ist viel zu niedrig.",
            "de",
            {"colleagues": POSITIVE, "pay_benefits": NEGATIVE},
        ),
        ("加班太多，工资太低", "zh-Hans", {"workload": NEGATIVE, "pay_benefits": NEGATIVE}),
        ("同事都很友善，但是沒有升遷機會。", "zh-Hant", {"colleagues": POSITIVE, "career": NEGATIVE}),
        ("Great place!", "en", {VERDICT: POSITIVE}),
    ],
)
def test_what_employees_write(employee: FramedAnnotator, text: str, language: str, themes: dict[str, Polarity]) -> None:
    """Each theme with its polarity, in all four languages, and a verdict without a reason."""
    assert {label.theme: label.polarity for label in of(employee, text, language).themes} == themes


def test_what_is_about_no_theme_has_none(shop: FramedAnnotator) -> None:
    """What the frame does not know is not forced into it."""
    annotation = of(shop, "The app crashes after every update.", "en")
    assert not annotation.themes
    assert {clause.theme for clause in annotation.clauses} == {VERDICT}


def test_three_examples_teach_a_theme_and_a_cause(shop: FramedAnnotator) -> None:
    """A new theme and a new cause work at once, with words that no example has, and in another language."""
    [english, german] = classify(
        [("We stood in line at the till for ages.", "en"), ("Die Brötchen sind alt.", "de")], shop
    )
    assert [label.theme for label in english.annotation.themes] == ["checkout"]
    assert [cause.cause for cause in english.causes] == ["checkout.queue"]
    assert [label.theme for label in german.annotation.themes] == ["bakery"]


def test_the_rest_is_the_cores(annotator: Annotator, shop: FramedAnnotator) -> None:
    """Sentiment, clauses and vectors are those of the core; the model is named with the frame and its version."""
    comment = Comment("Stale bread again, but friendly staff.", "en")
    [core], [framed] = annotator.annotate([comment]), shop.annotate([comment])
    assert framed.sentiment == core.sentiment
    assert [(one.span, one.polarity, one.vector) for one in framed.clauses] == [
        (one.span, one.polarity, one.vector) for one in core.clauses
    ]
    assert framed.model == f"{annotator.model}:shop@{shop.frame.version}"


def test_a_label_teaches(annotator: Annotator, shop: FramedAnnotator) -> None:
    """What people say of a text is an example: the text is in the theme afterwards, and was not before."""
    text = "The trolleys have broken wheels."
    assert not of(shop, text, "en").themes
    taught = FramedAnnotator(annotator, shop.frame.taught([("checkout", text)]))
    assert [label.theme for label in of(taught, text, "en").themes] == ["checkout"]
