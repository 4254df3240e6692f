"""What BERTopic does not need is hidden from its import, and from nothing else."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from pipelines.topics.clustering import light_bertopic
from pipelines.topics.clustering.light_bertopic import light_imports


def test_packages_are_hidden_in_the_block_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not loaded cannot be imported in the block, what is loaded can; after an error all can again."""
    monkeypatch.setattr(light_bertopic, "_UNUSED", ("colorsys", "json"))
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    def import_both() -> None:
        with light_imports():
            assert importlib.import_module("json")
            importlib.import_module("colorsys")

    with pytest.raises(ModuleNotFoundError, match="colorsys"):
        import_both()
    assert importlib.import_module("colorsys")


def test_a_process_that_clusters_loads_no_language_models() -> None:
    """Neither torch nor what it takes seconds to load beside it."""
    program = (
        "import sys\nfrom pipelines.topics.clustering.clusters import _bertopic\n"
        "from pipelines.topics.clustering.communities import Communities\n"
        "from pipelines.topics.clustering.language_centring import LanguageCentring\n"
        "_bertopic(LanguageCentring([]), Communities())\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "bertopic" in loaded
    assert not {"torch", "transformers", "sentence_transformers", "umap"} & loaded
