"""Clause segmentation, in every first-class language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clauses import split_clauses


@pytest.mark.parametrize(
    ("language", "text", "clauses"),
    [
        ("en", "Great app, but support took 5 days.", ["Great app", "but support took 5 days."]),
        ("en", "Too expensive", ["Too expensive"]),
        ("en", "Dr. Meyer was kind. The room was not.", ["Dr. Meyer was kind.", "The room was not."]),
        ("de", "Die App ist super, leider stürzt sie ab.", ["Die App ist super", "leider stürzt sie ab."]),
        ("de", "Am 3. Mai bestellt; nie angekommen", ["Am 3. Mai bestellt", "nie angekommen"]),
        ("zh-Hans", "味道不错，服务很差，但是价格便宜。", ["味道不错", "服务很差", "但是价格便宜。"]),
        ("zh-Hant", "介面好用，不過匯出一直逾時", ["介面好用", "不過匯出一直逾時"]),
        ("fr", "Bon produit mais livraison trop lente", ["Bon produit", "mais livraison trop lente"]),
        ("en", "- slow exports\n- rude staff", ["slow exports", "rude staff"]),
        ("en", "Love it! 😍", ["Love it! 😍"]),
        ("und", "👍👍", ["👍👍"]),
        ("en", "   ", []),
    ],
)
def test_clauses_end_where_the_statement_does(language: str, text: str, clauses: list[str]) -> None:
    """Sentence ends, contrasts and commas between statements cut; dates, titles and emoji do not."""
    assert [text[start:end] for start, end in split_clauses(text, language)] == clauses


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80), st.sampled_from(["en", "de", "zh-Hans", "und"]))
def test_clauses_are_ordered_disjoint_and_lose_no_word(text: str, language: str) -> None:
    """For any text, clauses are disjoint, in order, and cover every letter."""
    spans = split_clauses(text, language)
    covered: set[int] = set()
    previous_end = 0
    for start, end in spans:
        assert previous_end <= start < end <= len(text)
        covered.update(range(start, end))
        previous_end = end
    assert not [i for i, character in enumerate(text) if character.isalpha() and i not in covered]
