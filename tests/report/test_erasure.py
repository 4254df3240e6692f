"""Quotes of deleted comments are recognised by their words."""

from __future__ import annotations

import pytest

from pipelines.report.erasure import quoted, without_quotes, words_of
from tests.builders.reports import FULL

COMMENT = "Dear team, my order 4711 came late and Ms Quill was rude to me. 物流太慢了，客服也不理人。"


@pytest.mark.parametrize(
    ("quote", "is_of_comment"),
    [
        (COMMENT, True),
        ("my order 4711 came late", True),
        ("… came late and [staff name] was rude to me …", True),
        ("物流太慢了", True),
        ("物流太慢了，[name]也不理人", True),
        ("late", True),
        ("the delivery came late again and nobody said why", False),
        ("物流很快", False),
        ("rude staff", False),
        ("[name]", False),
        ("", False),
    ],
)
def test_a_quote_is_known_by_its_words(quote: str, is_of_comment: bool) -> None:
    """Cut, masked and short quotes of the comment, and none of others; what has no words is of no comment."""
    assert words_of([quote], [COMMENT]) == ({quote} if is_of_comment else set())


def test_other_quotes_stay() -> None:
    """Only quotes with the texts go, from complaints and praise; a report without them stays the same object."""
    texts = quoted([FULL])
    assert len(texts) > 1
    gone = min(texts)
    assert quoted([without_quotes(FULL, {gone})]) == texts - {gone}
    assert without_quotes(FULL, {"something else"}) is FULL
