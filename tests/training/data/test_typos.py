"""Misspelt copies of texts."""

from __future__ import annotations

import numpy as np

from training.data.typos import misspell

TEXT = "Delivery through several companies became unbearably expensive for every customer"


def test_some_longer_words_are_misspelt_by_one_letter() -> None:
    """Over many draws, letters are swapped, missing or doubled; a word keeps its first letter and loses one at most."""
    generator = np.random.default_rng(1)
    changes = set()
    for _ in range(200):
        for word, misspelt in zip(TEXT.split(), misspell(TEXT, generator).split(), strict=True):
            assert misspelt[0] == word[0]
            assert word != "for" or misspelt == word
            if misspelt != word:
                changes.add(len(misspelt) - len(word))
                assert sorted(set(misspelt)) == sorted(set(word)) or len(misspelt) < len(word)
    assert changes == {-1, 0, 1}


def test_other_scripts_and_numbers_stay() -> None:
    """Chinese, Cyrillic and digits are never changed."""
    text = "外卖送得太慢了 доставка 123456"
    assert all(misspell(text, np.random.default_rng(seed)) == text for seed in range(50))
