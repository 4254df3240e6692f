"""Traditional and Simplified Chinese are the same to the model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.annotator import Annotator
from models.script import fold_script
from saywhy.feedback import Comment
from training.evaluation.hard_cases import read_cases


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("客服態度很差，物流太慢了", "客服态度很差，物流太慢了"),
        ("著名的餐廳，笑著說話", "著名的餐厅，笑着说话"),
        ("後面的乾麵裡有頭髮", "后面的干面里有头发"),
    ],
)
def test_traditional_reads_as_simplified(traditional: str, simplified: str) -> None:
    """A sentence is folded to the same text from either script."""
    assert fold_script(traditional) == fold_script(simplified) == simplified


@pytest.mark.parametrize("text", ["駅に近く、部屋も広くて気持ちよかった", "Größe paßt, café naïve", "plain", ""])
def test_other_writing_is_left_alone(text: str) -> None:
    """Japanese and the Latin script do not change."""
    assert fold_script(text) == text


@given(st.text() | st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF)))
def test_folding_keeps_every_offset(text: str) -> None:
    """One character becomes one character, and folding twice changes nothing more."""
    assert len(fold_script(text)) == len(text)
    assert fold_script(fold_script(text)) == fold_script(text)


def test_the_same_sentence_in_either_script_gets_the_same_answer(annotator: Annotator) -> None:
    """Every Traditional hard case, converted to Simplified characters, gets the same sentiment and themes."""
    texts = [case.text for case in read_cases() if case.language == "zh-Hant"]
    traditional = annotator.annotate([Comment(text, "zh-Hant") for text in texts])
    simplified = annotator.annotate([Comment(fold_script(text), "zh-Hans") for text in texts])
    for text, one, other in zip(texts, traditional, simplified, strict=True):
        assert one.sentiment.label == other.sentiment.label, text
        assert one.themes == other.themes, text
