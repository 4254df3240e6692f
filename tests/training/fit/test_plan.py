"""The plan: rows, batches, learning rates."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from saywhy.code_frame import load_code_frame
from tests.training.fit.builders import RECIPE
from training.data.cause_library import comment_rows, library_rows
from training.data.pairs import JOINED
from training.data.rows import LIBRARY, NEUTRAL, WRITTEN, Row, read_neutral, read_written
from training.fit.plan import learning_rate_factor, padded_length, plan_batches, random_batches
from training.fit.selection import select_rows


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A dataset folder with 30 texts of the dataset "shop" and 10 banking queries, of which 5 are about billing."""
    for name in ("feedback", "clusters"):
        (tmp_path / name).mkdir()
    (tmp_path / "themes.toml").write_text('complete = ["shop"]\n[mapping.billing]\nbanking77_en = ["fee"]\n', "utf-8")
    rows = [
        {
            "id": f"s{i}",
            "dataset": "shop",
            "lang": "en",
            "text": f"Text {i}",
            "labels": [["price", None]],
            "themed": True,
        }
        for i in range(30)
    ]
    intents = [
        {"id": f"b{i}", "dataset": "banking77_en", "text": f"Query {i}", "raw_labels": [["fee" if i < 5 else "pin"]]}
        for i in range(10)
    ]
    for path, entries in (("feedback/train.jsonl.gz", rows), ("clusters/intents.jsonl.gz", intents)):
        with gzip.open(tmp_path / path, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in entries)
    return tmp_path


@pytest.mark.slow
def test_rows_are_sampled_joined_and_completed_by_written_comments(data: Path) -> None:
    """Each dataset has at most its cap; short texts are joined; every written comment and every text that is no
    feedback occurs `written_copies` times, and every clause of the library once, alone or joined.
    """
    recipe = replace(RECIPE, caps={"banking77_en": 4}, default_cap=20, join_share=1.0, written_copies=2)
    selection = select_rows(data, recipe, load_code_frame())
    written = [row for row in selection.rows if row.dataset == WRITTEN]
    comments = list(comment_rows())
    assert selection.rows[-len(comments) :] == comments
    rows = selection.rows[: -len(comments)]
    of_library = [row for row in rows if _is_of_library(row)]
    joined = [row for row in rows if row.dataset == JOINED and not _is_of_library(row)]
    neutral = [row for row in selection.rows if row.dataset == NEUTRAL]
    assert len(written) == 2 * len(list(read_written()))
    assert len(neutral) == 2 * len(list(read_neutral()))
    assert len(joined) == (20 + 4) / 2 == len(rows) - len(written) - len(neutral) - len(of_library)
    assert sum(max(1, len(row.parts)) for row in of_library) == len(selection.library) == len(list(library_rows()))
    assert {row.cause for row in selection.library} == set(selection.causes)
    assert selection.schemes.labelled_themes["shop"] == {"price"}
    limited = select_rows(data, replace(recipe, written_copies=0), load_code_frame(), limit=3)
    assert limited.rows[:3] == joined[:3]
    assert len(limited.rows) == 9


def _is_of_library(row: Row) -> bool:
    return LIBRARY in {part.dataset for part in (row, *row.parts)}


def test_batches_are_of_one_padded_length_and_cover_all_examples() -> None:
    """In an epoch every example is in one batch, batches have at most `tokens` padded tokens and one padded length."""
    lengths = np.random.default_rng(0).integers(5, 90, 300)
    batches = random_batches(lengths, 256, np.random.default_rng(1))
    assert sorted(np.concatenate(batches)) == list(range(300))
    for batch in batches:
        padded = set(padded_length(lengths[batch]).tolist())
        assert len(padded) == 1
        assert len(batch) == 1 or len(batch) * padded.pop() <= 256


def test_epochs_may_be_a_fraction() -> None:
    """One and a half epochs are one full epoch and half of another one; the seed determines them."""
    lengths = np.random.default_rng(0).integers(5, 90, 300)
    steps = len(plan_batches(lengths, replace(RECIPE, epochs=1)))
    batches = plan_batches(lengths, replace(RECIPE, epochs=1.5))
    assert len(batches) == round(1.5 * steps)
    assert sorted(np.concatenate(batches[:steps])) == list(range(300))
    again = plan_batches(lengths, replace(RECIPE, epochs=1.5))
    assert all(np.array_equal(one, other) for one, other in zip(batches, again, strict=True))
    other_seed = plan_batches(lengths, replace(RECIPE, epochs=1.5, seed=1))
    assert not all(np.array_equal(one, other) for one, other in zip(batches, other_seed, strict=False))


def test_the_learning_rate_rises_and_decays() -> None:
    """It is linear up to the end of the warm-up, then linear down to 2 % of the maximum."""
    factors = [learning_rate_factor(step, 100, 0.1) for step in range(1, 101)]
    assert factors[:10] == pytest.approx([0.1 * step for step in range(1, 11)])
    assert factors[54] == pytest.approx(0.5)
    assert factors[-1] == pytest.approx(0.02)
    assert max(factors) == 1.0
