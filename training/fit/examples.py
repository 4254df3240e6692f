"""Training examples: token ids, token spans of the clauses, and targets."""

from __future__ import annotations

import pickle  # nosec B403
from dataclasses import dataclass
from pathlib import Path

from training.data.targets import Targets

#: File of a run's `TrainingSet`.
EXAMPLES = "examples.pickle"
#: Tokens before the text with the vocabulary that ships: <s> and the three pieces of `training.fit.prepare.PREFIX`.
PREFIX_TOKENS = 4

#: A cause that a span names (its index in the code frame's library, then "no cause"), and the share of it.
CauseShare = tuple[int, float]


@dataclass(frozen=True)
class Example:
    """A tokenised row.

    `clauses`: token spans [start, end) within `ids`; empty if the text is one clause. `clause_targets`: targets of each
    clause; empty if only the whole text is labelled. `vector_ids`: token ids of the whole text, then of each clause
    alone; empty for texts whose vectors are not compared with the base encoder's. `causes`: what the whole text and
    each clause name, in that order; empty tuples where nobody looked. `lead`: how many tokens come before the text.
    """

    ids: list[int]
    clauses: list[tuple[int, int]]
    targets: Targets
    clause_targets: list[Targets]
    vector_ids: list[list[int]]
    causes: list[tuple[CauseShare, ...]]
    lead: int = PREFIX_TOKENS


@dataclass(frozen=True)
class TrainingSet:
    """What a fine-tuning reads: `examples`, and the clauses of the library, which give the causes their first values.

    `library_ids` are token ids of n clauses, `library_causes` (n,) their causes; there are `themes` themes and `causes`
    causes beside "no cause".
    """

    examples: list[Example]
    library_ids: list[list[int]]
    library_causes: list[int]
    themes: int
    causes: int

    def save(self, path: Path) -> None:
        """Write to a file that `load` reads."""
        with path.open("wb") as file:
            pickle.dump(self, file)

    @classmethod
    def load(cls, path: Path) -> TrainingSet:
        """Read what `save` wrote. The file must be trusted: it is a pickle."""
        with path.open("rb") as file:
            loaded = pickle.load(file)  # nosec B301  # `training.fit.prepare` wrote it, people do not send it
        if not isinstance(loaded, cls):
            raise TypeError(f"{path} is not a training set; write one with `python -m training.fit.prepare`")
        return loaded
