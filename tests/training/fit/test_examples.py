"""Rows as training examples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from models.bundle import BUNDLED, TOKENIZER
from models.causes import NO_CAUSE
from tests.training.fit.builders import RECIPE
from tests.training.rows import THEMES, row, write_mapping
from training.data.pairs import join_short
from training.data.rows import NEUTRAL, Row
from training.data.targets import AnnotationSchemes
from training.fit.examples import PREFIX_TOKENS, Example
from training.fit.prepare import PREFIX, prepare
from training.fit.recipe import Recipe


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """The tokenizer that ships."""
    return Tokenizer.from_file(str(BUNDLED / TOKENIZER))


@pytest.fixture
def schemes(tmp_path: Path) -> AnnotationSchemes:
    """Schemes of a dataset that labels both themes."""
    write_mapping(tmp_path)
    rows = [row("a", "negative", ("price", "negative")), row("b", "positive", ("staff", "positive"))]
    return AnnotationSchemes(rows, tmp_path, THEMES)


def one_example(labelled: Row, schemes: AnnotationSchemes, tokenizer: Tokenizer, recipe: Recipe) -> Example:
    """The example of a row."""
    [example] = prepare([labelled], schemes, tokenizer, recipe)
    return example


def vector_texts(example: Example, tokenizer: Tokenizer) -> list[str]:
    """The texts of an example's `vector_ids`."""
    return [tokenizer.decode(ids).removeprefix(PREFIX) for ids in example.vector_ids]


def test_clauses_are_token_spans_of_their_texts(schemes: AnnotationSchemes, tokenizer: Tokenizer) -> None:
    """The tokens of a clause's span are its text; a text of one clause has none; each clause has a vector text."""
    recipe = replace(RECIPE, vector_share=1.0)
    example = one_example(row("Great app, but support took days.", "mixed"), schemes, tokenizer, recipe)
    texts = [tokenizer.decode(example.ids[start:end]) for start, end in example.clauses]
    assert texts == ["great app", ", but support took days."]
    assert vector_texts(example, tokenizer) == [
        "great app, but support took days.",
        "great app",
        ", but support took days.",
    ]
    assert example.clause_targets == []
    single = one_example(row("Too dear", "negative"), schemes, tokenizer, recipe)
    assert (single.clauses, vector_texts(single, tokenizer)) == ([], ["too dear"])
    without = one_example(row("Too dear", "negative"), schemes, tokenizer, replace(recipe, vector_share=0.0))
    assert without.vector_ids == []


def test_parts_of_a_row_keep_their_targets(schemes: AnnotationSchemes, tokenizer: Tokenizer) -> None:
    """The clauses of a joined row are its parts, each with its own targets."""
    rows = [row("Too dear.", "negative", ("price", "negative")), row("Kind people.", "positive", ("staff", "positive"))]
    [joined] = join_short(rows, longest=50, share=1.0, seed=0)
    example = one_example(joined, schemes, tokenizer, RECIPE)
    assert len(example.clauses) == len(example.clause_targets) == 2
    for part, targets in zip(joined.parts, example.clause_targets, strict=True):
        assert targets.themes.tolist() == schemes.targets(part).themes.tolist()


def test_two_clauses_in_one_name_the_causes_of_both(tmp_path: Path, tokenizer: Tokenizer) -> None:
    """The whole of a joined row shares the causes of its parts; beside a clause without one it names the other's."""
    write_mapping(tmp_path)
    schemes = AnnotationSchemes([], tmp_path, THEMES, ["late", "rude", NO_CAUSE])
    rows = {cause: replace(row(f"It was {cause}.", None), cause=cause) for cause in ("late", "rude", NO_CAUSE)}
    named = {}
    for pair in (("late", "rude"), ("late", NO_CAUSE), (NO_CAUSE, NO_CAUSE)):
        [joined] = join_short([rows[cause] for cause in pair], longest=50, share=1.0, seed=0)
        named[pair] = one_example(joined, schemes, tokenizer, RECIPE).causes
    assert [shares[0] for shares in named.values()] == [((0, 0.5), (1, 0.5)), ((0, 1.0),), ((2, 1.0),)]
    assert set(named["late", "rude"][1:]) == {((0, 1.0),), ((1, 1.0),)}


def test_long_texts_are_truncated(schemes: AnnotationSchemes, tokenizer: Tokenizer) -> None:
    """At most `max_tokens` tokens remain, with the end token; clauses beyond them are left out."""
    text = "The support was slow. " * 40
    example = one_example(row(text, "negative"), schemes, tokenizer, replace(RECIPE, max_tokens=32))
    assert len(example.ids) == 32
    assert example.ids[-1] == tokenizer.token_to_id("</s>")
    assert all(PREFIX_TOKENS <= start < end <= 31 for start, end in example.clauses)


def test_chinese_rows_may_take_the_wording_of_the_other_script(
    schemes: AnnotationSchemes, tokenizer: Tokenizer
) -> None:
    """With a share of 1, 软件 becomes 軟體, in Simplified characters; other languages stay as they are."""
    chinese = row("软件很好用", "positive", language="zh-Hans")
    recipe = replace(RECIPE, vector_share=1.0)
    taiwan, mainland = (
        vector_texts(one_example(chinese, schemes, tokenizer, replace(recipe, script_share=share)), tokenizer)
        for share in (1.0, 0.0)
    )
    assert taiwan == ["软体很好用"]
    assert mainland == ["软件很好用"]


def test_neutral_texts_keep_their_vectors(schemes: AnnotationSchemes, tokenizer: Tokenizer) -> None:
    """A text that is no feedback always has a vector to stay near, whatever the share of feedback that has one."""
    neutral = Row("neutral-en-1", NEUTRAL, "en", "what time does the library open", None, None, (), False)
    example = one_example(neutral, schemes, tokenizer, replace(RECIPE, vector_share=0.0))
    assert vector_texts(example, tokenizer) == [neutral.text]


def test_misspelt_texts_keep_their_labels_and_have_no_vectors(schemes: AnnotationSchemes, tokenizer: Tokenizer) -> None:
    """With a share of 1, words are misspelt, the sentiment stays, and no vector of the misspelt text is to be kept."""
    text = "Delivery through several companies became unbearably expensive"
    plain, misspelt = (
        one_example(row(text, "negative"), schemes, tokenizer, replace(RECIPE, vector_share=1.0, typo_share=share))
        for share in (0.0, 1.0)
    )
    assert misspelt.ids != plain.ids
    assert misspelt.targets.sentiment == plain.targets.sentiment
    assert plain.vector_ids
    assert not misspelt.vector_ids
