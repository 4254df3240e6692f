"""The data of a retraining: checked, without repeats, split by the hash of the text, and kept as a snapshot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.clean.language import detect
from saywhy.code_frame import CodeFrame
from saywhy.errors import InvalidInput
from saywhy.label import LabelledClause, LabelledComment
from saywhy.text import fold

#: Comments that can be trained on at least, in all.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Dataset:
    """Comments to train on and comments to test on. `digest` is that of both; `repeats` comments were those of others.

    `leaked` are texts that are to be tested on and trained on.
    """

    train: tuple[LabelledComment, ...]
    test: tuple[LabelledComment, ...]
    digest: str
    repeats: int
    leaked: tuple[str, ...]

    def write(self, folder: Path) -> Path:
        """Keep the snapshot, named by its hash, readable only by its owner."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.digest}.jsonl"
        if not path.exists():
            part = folder / f".{self.digest}.part"
            part.touch(mode=0o600)
            part.write_text(_lines(self.train, self.test), "utf-8")
            part.replace(path)
        return path


def make_dataset(
    comments: Iterable[LabelledComment],
    code_frame: CodeFrame,
    *,
    test_share: float,
    test: Sequence[LabelledComment] | None = None,
    reference: Iterable[str] = (),
) -> Dataset:
    """Check the labels, put together what is said of a text (of each label the last counts), and split by its hash.

    Texts that differ in case, spaces or signs are one, of which the last is kept.

    So a text stays in its part whatever else is in the data, in every retraining. `test` are comments that are tested
    on instead. `reference` are texts that both versions are also tested on.

    Raises `InvalidInput` for themes and causes that there are not, and for too few comments.
    """
    labelled = list(comments)
    by_text: dict[str, LabelledComment] = {}
    for comment in labelled:
        known = by_text.get(text := fold(comment.text))
        by_text[text] = known.updated(comment) if known and known.text == comment.text else comment
    _check((*labelled, *(test or ())), code_frame)
    if test is None:
        is_test = {text: share("split", text) < test_share for text in by_text}
        train = [comment for text, comment in by_text.items() if not is_test[text]]
        test = [comment for text, comment in by_text.items() if is_test[text]]
    else:
        train = list(by_text.values())
    if len(train) + len(test) < FEWEST or not train or not test:
        raise InvalidInput(
            f"there are {len(train)} labelled comments to train on and {len(test)} to test on; "
            f"retraining needs {FEWEST} in all, and some of each"
        )
    tested = {fold(comment.text) for comment in test} | {fold(text) for text in reference}
    leaked = tuple(comment.text for comment in train if fold(comment.text) in tested)
    train, test = [_with_language(comment) for comment in train], [_with_language(comment) for comment in test]
    digest = hashlib.sha256(_lines(train, test).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Dataset(tuple(train), tuple(test), digest, len(labelled) - len(by_text), leaked)


def _check(comments: Iterable[LabelledComment], code_frame: CodeFrame) -> None:
    themes, causes = set(code_frame.ids), {cause.id for cause in code_frame.causes}
    for comment in comments:
        parts: list[LabelledComment | LabelledClause] = [comment, *comment.clauses]
        for part in parts:
            for theme, _ in part.themes or ():
                if theme not in themes:
                    raise InvalidInput(f"there is no theme {theme!r}, which {comment.text!r:.60} has")
            for cause in part.causes or ():
                if cause not in causes:
                    raise InvalidInput(f"there is no cause {cause!r}, which {comment.text!r:.60} has")


def share(purpose: str, text: str) -> float:
    """A number in 0 … 1 that only depends on the text, and on what it is for."""
    return (
        int.from_bytes(hashlib.sha256(f"{purpose} {text}".encode("utf-8", "surrogatepass")).digest()[:8], "big") / 2**64
    )


def _with_language(comment: LabelledComment) -> LabelledComment:
    return comment if comment.language else replace(comment, language=detect(comment.text))


def _lines(train: Iterable[LabelledComment], test: Iterable[LabelledComment]) -> str:
    """Both parts as JSON Lines, sorted, so that the order of the data does not matter."""
    lines = [
        json.dumps({"part": part} | comment.to_record(), ensure_ascii=False, sort_keys=True)
        for part, comments in (("train", train), ("test", test))
        for comment in comments
    ]
    return "\n".join(sorted(lines)) + "\n"
