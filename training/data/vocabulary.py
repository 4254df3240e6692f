"""Trim the tokenizer's vocabulary by evidence, so that the embedding table fits the bundle.

A piece stays when the words of a kept language, or the feedback that trains the heads, use it; pieces for scripts of
languages without word lists (Thai) stay whole. Everything else is split into smaller pieces that stay.

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

from training.data.rows import read_rows

#: Languages of the word lists (https://pypi.org/project/wordfreq/) whose words must keep their pieces.
LANGUAGES = (
    *("en", "de", "zh", "ja", "ko", "fr", "es", "it", "pt", "nl", "ru", "tr", "cs", "pl", "sv", "da", "nb", "fi"),
    *("ar", "hi", "vi", "id", "ca", "el", "hu", "ro", "sh", "sk", "sl"),
)
#: Scripts whose pieces stay whatever the evidence says.
_SCRIPTS = {"THAI", "HIRAGANA", "KATAKANA", "CJK", "DIGIT"}
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def _script(piece: str) -> str:
    names = Counter(unicodedata.name(character, "? ?").split()[0] for character in piece.strip("▁"))
    return names.most_common(1)[0][0] if names else "SPACE"


def _evidence(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[str]:
    """How many distinct words or texts use each piece."""
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
    import wordfreq

    for word in wordfreq.top_n_list(language, top):
        yield from {word, word.capitalize(), word.upper()}


def trim(
    specification: dict[str, Any], texts: Iterable[str], *, size: int, top: int = 200_000
) -> tuple[str, list[int]]:
    """Return the trimmed tokenizer as JSON and, for each new id, the row of the old embedding table.

    `specification` is a Hugging Face `tokenizer.json` of a Unigram model; `size` is the number of pieces to keep;
    `texts` are examples of what will be read; `top` is how many words of each language count.
    """
    tokenizer = Tokenizer.from_str(json.dumps(specification))
    vocabulary: list[list[Any]] = specification["model"]["vocab"]
    scores: dict[str, float] = {}
    # A piece's rank is its best: its share of a language's words, so that small languages count as much as large ones.
    for language in LANGUAGES:
        counts = _evidence(tokenizer, _words(language, top))
        total = sum(counts.values())
        for piece, count in counts.items():
            scores[piece] = max(scores.get(piece, 0.0), count / total)
    counts = _evidence(tokenizer, texts)
    total = sum(counts.values())
    for piece, count in counts.items():
        scores[piece] = max(scores.get(piece, 0.0), count / total)
    for piece, _ in vocabulary:
        if piece in _SPECIAL or _script(piece) in _SCRIPTS:
            scores[piece] = 2.0
        elif len(piece.strip("▁")) <= 1 and piece in scores:
            scores[piece] = 1.5
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
    """Write the checkpoint with a smaller vocabulary; everything after builds on it."""
    out.mkdir(parents=True, exist_ok=True)
    texts = (row.text for row in read_rows(data / "feedback" / "train.jsonl.gz"))
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
