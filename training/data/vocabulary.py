"""Trim the tokenizer's vocabulary to the pieces that are used, so that the embedding table fits the bundle.

A piece is kept if frequent words of `LANGUAGES` or the training texts use it, or if it is of a script without spaces
(`_KEPT_SCRIPTS`). Words whose piece was removed are tokenised into smaller pieces.

    python -m training.data.vocabulary --base CHECKPOINT --data DATA --out TRIMMED
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from training.data.rows import read_train

#: Languages of the word lists (https://pypi.org/project/wordfreq/) whose words must keep their pieces.
LANGUAGES = (
    *("en", "de", "zh", "ja", "ko", "fr", "es", "it", "pt", "nl", "ru", "tr", "cs", "pl", "sv", "da", "nb", "fi"),
    *("ar", "hi", "vi", "id", "ca", "el", "hu", "ro", "sh", "sk", "sl"),
)
#: Scripts (first word of the Unicode character names) whose pieces are all kept, whatever their counts.
_KEPT_SCRIPTS = {"THAI", "HIRAGANA", "KATAKANA", "CJK", "DIGIT"}
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
#: Scores of pieces that are kept before all others: special tokens and kept scripts, then used single characters.
_ALWAYS, _CHARACTER = 2.0, 1.5


def _script(piece: str) -> str:
    """The most frequent script of a piece, e.g. `LATIN`."""
    names = Counter(unicodedata.name(character, "? ?").split()[0] for character in piece.strip("▁"))
    return names.most_common(1)[0][0] if names else "SPACE"


def _piece_counts(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[str]:
    """How often each piece occurs in the texts."""
    counts: Counter[str] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == 10_000:
            counts.update(piece for e in tokenizer.encode_batch(batch) for piece in e.tokens)
            batch = []
    counts.update(piece for e in tokenizer.encode_batch(batch) for piece in e.tokens)
    return counts


def _words(language: str, top: int) -> Iterable[str]:
    """The most frequent words of a language, each in lower case, capitalised and in upper case."""
    import wordfreq

    for word in wordfreq.top_n_list(language, top):
        yield from {word, word.capitalize(), word.upper()}


def trim(
    specification: dict[str, Any], texts: Iterable[str], *, size: int, top: int = 200_000
) -> tuple[str, list[int]]:
    """The trimmed tokenizer as JSON, and the old id of each new id (rows of the embedding table to keep).

    `specification`: a Hugging Face `tokenizer.json` of a Unigram model. `texts`: examples of what will be tokenised.
    `size`: number of pieces to keep. `top`: how many words of each language count.
    """
    tokenizer = Tokenizer.from_str(json.dumps(specification))
    vocabulary: list[list[Any]] = specification["model"]["vocab"]
    scores: dict[str, float] = {}
    # Score of a piece: its largest share of the pieces of any language, so that small languages count as much as large.
    for corpus in (*(_words(language, top) for language in LANGUAGES), texts):
        counts = _piece_counts(tokenizer, corpus)
        total = sum(counts.values())
        for piece, count in counts.items():
            scores[piece] = max(scores.get(piece, 0.0), count / total)
    for piece, _ in vocabulary:
        if piece in _SPECIAL or _script(piece) in _KEPT_SCRIPTS:
            scores[piece] = _ALWAYS
        elif len(piece.strip("▁")) <= 1 and piece in scores:
            scores[piece] = _CHARACTER
    order = sorted(range(len(vocabulary)), key=lambda i: (-scores.get(vocabulary[i][0], 0.0), i))
    kept = sorted(order[:size])
    trimmed = json.loads(json.dumps(specification))
    trimmed["model"]["vocab"] = [vocabulary[i] for i in kept]
    ids = {vocabulary[i][0]: new for new, i in enumerate(kept)}
    trimmed["model"]["unk_id"] = ids["<unk>"]
    for token in trimmed["added_tokens"]:
        token["id"] = ids[token["content"]]
    for name, token in trimmed["post_processor"]["special_tokens"].items():
        token["ids"] = [ids[name]]
    return json.dumps(trimmed, ensure_ascii=False, separators=(",", ":")), kept


def main(
    base: Annotated[Path, typer.Option(help="A Hugging Face BertModel with tokenizer.json.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    out: Annotated[Path, typer.Option()],
    size: Annotated[int, typer.Option(help="Pieces to keep.")] = 158_000,
) -> None:
    """Write the checkpoint with a smaller vocabulary: the base of fine-tuning."""
    out.mkdir(parents=True, exist_ok=True)
    texts = (row.text for row in read_train(data))
    tokenizer, kept = trim(json.loads((base / "tokenizer.json").read_text("utf-8")), texts, size=size)
    weights = load_file(base / "model.safetensors")
    table = "embeddings.word_embeddings.weight"
    weights[table] = weights[table][kept]
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((base / "config.json").read_text("utf-8")) | {"vocab_size": len(kept)}
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    (out / "tokenizer.json").write_text(tokenizer, "utf-8")


if __name__ == "__main__":
    typer.run(main)
