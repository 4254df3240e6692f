"""Averaging runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from models.bundle import HEADS, TOKENIZER
from training.fit.average import CONFIG, WEIGHTS, average


def run(folder: Path, value: float, size: int = 3) -> Path:
    """A run all of whose weights have that value."""
    folder.mkdir()
    for name in (WEIGHTS, HEADS):
        save_file({"weight": np.full(size, value, np.float32)}, folder / name)
    for name in (CONFIG, TOKENIZER):
        (folder / name).write_text("{}", "utf-8")
    return folder


def test_the_average_is_the_mean_of_encoder_and_heads(tmp_path: Path) -> None:
    """Each weight is the mean of the runs' weights with a share of the base's, if it has it; the rest is theirs."""
    runs, base = [run(tmp_path / "a", 1.0), run(tmp_path / "b", 4.0)], run(tmp_path / "base", 10.0)
    average(runs, base, 0.2, tmp_path / "out")
    for name in (WEIGHTS, HEADS):
        assert load_file(tmp_path / "out" / name)["weight"].tolist() == [4.0] * 3
    (base / HEADS).unlink()
    average(runs, base, 0.2, tmp_path / "out")
    assert load_file(tmp_path / "out" / HEADS)["weight"].tolist() == [2.5] * 3
    assert {path.name for path in (tmp_path / "out").iterdir()} == {WEIGHTS, HEADS, CONFIG, TOKENIZER}


def test_runs_of_other_shapes_or_tokenizers_are_refused(tmp_path: Path) -> None:
    """The error says what differs."""
    one, other = run(tmp_path / "a", 1.0), run(tmp_path / "b", 4.0, size=4)
    for runs, base in (([one, other], one), ([one], other)):
        with pytest.raises(ValueError, match=r"other tensors|another shape"):
            average(runs, base, 0.5, tmp_path / "out")
    (other / TOKENIZER).write_text("[]", "utf-8")
    with pytest.raises(ValueError, match="tokenizers"):
        average([one, other], one, 0.0, tmp_path / "out")
