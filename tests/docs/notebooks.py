"""Runs the tutorials in empty folders. As a module (`python -m tests.docs.notebooks`) it stores their outputs."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
TUTORIALS = {path.stem: path for path in sorted((ROOT / "docs" / "tutorials").glob("*.ipynb"))}

#: What differs between runs and says nothing: names of folders, and of versions made of digests.
_VARIES = re.compile(r"/\S*/tmp\S*|/tmp/\S+|\+[0-9a-f]{16}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
#: By how much a number may differ on another processor: the larger of both.
_SHARE, _LEAST = 0.05, 0.03


def executed(path: Path) -> NotebookNode:
    """The notebook after a run of all its cells. Raises `CellExecutionError`."""
    notebook = nbformat.read(path, as_version=4)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # `saywhy` in shell cells
    os.environ["PYTHONPATH"] = str(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=1800,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        )
        client.execute()
    for cell in notebook.cells:  # warnings of libraries tell nothing, and where they are installed
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return notebook


def text_outputs(notebook: NotebookNode) -> list[str]:
    """What each cell prints and returns as text, without what varies."""
    texts = []
    for cell in notebook.cells:
        outputs = cell.get("outputs", ())
        parts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]
        texts.append(_VARIES.sub("…", "".join(parts)))
    return texts


def is_alike(one: str, other: str) -> bool:
    """Whether two outputs have the same words, and numbers that differ no more than processors make them."""
    if _NUMBER.sub("#", one).split() != _NUMBER.sub("#", other).split():
        return False
    pairs = zip(map(float, _NUMBER.findall(one)), map(float, _NUMBER.findall(other)), strict=True)
    return all(abs(left - right) <= max(_LEAST, _SHARE * abs(left)) for left, right in pairs)


def main() -> None:
    """Run the notebooks with these names, else all, and store their outputs."""
    for name in sys.argv[1:] or TUTORIALS:
        nbformat.write(executed(TUTORIALS[name]), TUTORIALS[name])


if __name__ == "__main__":
    main()
