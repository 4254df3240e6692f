"""Finds comments that repeat an earlier one in nearly the same words.

Duplicates by different respondents all count as mentions. They are marked so that a copied text neither fills the
quotes nor becomes a topic.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from datasketch import MinHash, MinHashLSH
from rapidfuzz.fuzz import ratio

from pipelines.clean.read_text import read
from saywhy.feedback import Comment
from saywhy.text import fold, normalise

# Lengths are in bytes of UTF-8: 14 Chinese characters say as much as 40 letters and are about as long.
_MIN_BYTES = 40  # shorter texts are duplicates only if they fold to the same: one word changes the statement
_SHINGLE_BYTES = 5
# MinHash with 8 bands of 4 rows finds 98 % of the pairs with a Jaccard similarity of 0.8; `_is_alike` filters the rest.
_BANDS, _ROWS = 8, 4
_MIN_RATIO = 90.0  # rapidfuzz ratio: 2 × common characters in order / all characters, in percent
_MAX_CANDIDATES = 64  # a text with more candidates is a template and is not indexed

_NUMBER = re.compile(r"\d+")
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|without|cannot|\w+n['’]t|kein\w*|nicht|nichts|nie|ohne|ne|pas|jamais|sans|aucune?|sin"
    r"|nunca"
    r"|nada|non|mai|senza|não|nem|sem|niet|geen|nooit|zonder|nie|bez|inte|ingen|inga|ikke|aldrig|ei|не|нет|без)\b"
    r"|[不没沒無无未别別]|ない|ません|않|못|없"
)


@dataclass(frozen=True, slots=True)
class _CriticalTokens:
    """The numbers of a text and how many negations it has: a few characters that may reverse its meaning."""

    numbers: tuple[str, ...]
    negations: int

    @classmethod
    def of(cls, text: str) -> _CriticalTokens:
        return cls(tuple(_NUMBER.findall(text)), len(_NEGATION.findall(text.casefold())))


@dataclass(frozen=True, slots=True)
class _IndexedText:
    content_hash: str
    folded: str
    critical_tokens: _CriticalTokens


class DuplicateIndex:
    """Finds for each new comment the earlier comment that it repeats.

    Add the comments of earlier runs first, to find their repetitions in a new run. Takes about 3.5 KB per comment.
    """

    def __init__(self) -> None:
        self._originals: list[_IndexedText] = []
        self._original_of_fold: dict[str, str] = {}  # folded text → content hash of its original
        self._empty_hash = MinHash(num_perm=_BANDS * _ROWS, seed=1, hashfunc=zlib.crc32)
        self._index = MinHashLSH(num_perm=_BANDS * _ROWS, params=(_BANDS, _ROWS))

    def add(self, comments: Sequence[Comment]) -> list[str | None]:
        """For each comment the content hash of the first comment that it repeats; None if there is none.

        A near-duplicate is similar in wording and has the same numbers and as many negations. Comments without letters,
        digits and emoji are never duplicates.
        """
        originals: list[str | None] = []
        for comment in comments:
            content_hash, folded = comment.content_hash, fold(read(comment.verbatim).text)
            if not folded:
                originals.append(None)
                continue
            if folded not in self._original_of_fold:
                self._original_of_fold[folded] = self._find_similar(comment, folded) or content_hash
            original = self._original_of_fold[folded]
            originals.append(original if original != content_hash else None)
        return originals

    def _find_similar(self, comment: Comment, folded: str) -> str | None:
        """The content hash of the first similar text; if there is none, the text is added to the index."""
        encoded = folded.encode("utf-8", "surrogatepass")
        if len(encoded) < _MIN_BYTES:
            return None
        shingles = {encoded[start : start + _SHINGLE_BYTES] for start in range(len(encoded) - _SHINGLE_BYTES + 1)}
        minhash = self._empty_hash.copy()  # computing its permutations anew takes as long as all the rest
        minhash.update_batch(shingles)
        candidates: list[int] = sorted(self._index.query(minhash))
        text = _IndexedText(comment.content_hash, folded, _CriticalTokens.of(normalise(read(comment.verbatim).text)))
        for candidate in candidates[:_MAX_CANDIDATES]:
            if _is_alike(text, self._originals[candidate]):
                return self._originals[candidate].content_hash
        if len(candidates) < _MAX_CANDIDATES:
            self._index.insert(len(self._originals), minhash)
            self._originals.append(text)
        return None


def _is_alike(one: _IndexedText, other: _IndexedText) -> bool:
    return one.critical_tokens == other.critical_tokens and ratio(one.folded, other.folded, score_cutoff=_MIN_RATIO) > 0
