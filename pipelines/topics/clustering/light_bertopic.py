"""BERTopic, imported without what it imports for embeddings, language models and plots, none of which is used here.

It does without these packages where they are not installed (its "lightweight installation"). Hidden from it, its import
takes one second of processor time instead of twelve, and 400 MB less memory, in every process that clusters.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["BERTopic", "ClassTfidfTransformer"]

_UNUSED = ("sentence_transformers", "torch", "transformers", "umap")


class _Hidden:
    """Says of the unused packages that they are not installed."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name in _UNUSED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@contextmanager
def light_imports() -> Iterator[None]:
    """Within the block, packages that BERTopic can do without seem not to be installed, unless they are loaded already.

    That holds for the imports of all threads, so the block should contain the import of BERTopic alone.
    """
    hidden = _Hidden()
    sys.meta_path.insert(0, hidden)
    try:
        yield
    finally:
        sys.meta_path.remove(hidden)


with light_imports():
    from bertopic import BERTopic
    from bertopic.vectorizers import ClassTfidfTransformer
