"""The tutorials run, and what they show is what comes out."""

from __future__ import annotations

import nbformat
import pytest

from tests.docs.notebooks import ROOT, TUTORIALS, executed, is_alike, text_outputs


@pytest.mark.slow
@pytest.mark.parametrize("name", TUTORIALS)
def test_every_cell_runs(name: str) -> None:
    """Without an error, in an empty folder."""
    assert executed(TUTORIALS[name]).cells


@pytest.mark.exhaustive  # labels of topics may differ on another processor
@pytest.mark.parametrize("name", TUTORIALS)
def test_tutorial_shows_what_comes_out(name: str) -> None:
    """Every cell runs, and the stored output of each is that of this run, but for times and rounding."""
    stored = text_outputs(nbformat.read(TUTORIALS[name], as_version=4))
    for number, (before, after) in enumerate(zip(stored, text_outputs(executed(TUTORIALS[name])), strict=True)):
        assert is_alike(before, after), f"cell {number} of {name}:\n{before}\nis now\n{after}"


def test_tutorials_are_small_executed_and_linked() -> None:
    """Each has outputs without errors, no large pictures, and a link from the README."""
    readme = (ROOT / "README.md").read_text("utf-8")
    assert TUTORIALS
    for name, path in TUTORIALS.items():
        notebook = nbformat.read(path, as_version=4)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
        assert outputs
        assert not [output for output in outputs if output.output_type == "error"]
        assert path.stat().st_size < 200_000
        assert f"docs/tutorials/{name}.ipynb" in readme


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("F1 0.81 of 46", "F1  0.83 of 46", True),
        ("F1 0.81", "F1 0.91", False),
        ("46 topics", "46 causes", False),
        ("a 1", "a 1 2", False),
    ],
)
def test_outputs_are_compared_by_words_and_numbers(one: str, other: str, expected: bool) -> None:
    """Other words and other numbers are a difference; rounding and spaces are none."""
    assert is_alike(one, other) is expected
