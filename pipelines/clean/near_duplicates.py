"""Which comments say the same in the same words as an earlier one.

Two comments of different respondents both count; knowing that they are alike keeps a copied text from filling the
quotes or making a topic of its own.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from datasketch import MinHash, MinHashLSH
from rapidfuzz.fuzz import ratio

from saywhy.feedback import Comment
from saywhy.text import fold

# Shorter texts are duplicates only when they fold alike: one word more or less is another statement. In bytes of
# UTF-8, so that the 14 Chinese characters that say as much as 40 letters are as long.
_SHORTEST = 40
_SHINGLE = 5  # bytes: Chinese writing needs no rule of its own
# 8 bands of 4 rows find 98 % of the pairs with a Jaccard similarity of 0.8; `_alike` drops what they find besides.
_BANDS, _ROWS = 8, 4
_ALIKE = 90.0  # rapidfuzz ratio: 2 × common characters in order / all characters, in percent
_CROWD = 64  # look-alikes that are compared; a text with more of them is a template and is not indexed any more

_NUMBER = re.compile(r"\d+")
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|without|cannot|\w+n['’]t|kein\w*|nicht|nichts|nie|ohne|ne|pas|jamais|sans|aucune?|sin|nunca"
    r"|nada|non|mai|senza|não|nem|sem|niet|geen|nooit|zonder|nie|bez|inte|ingen|inga|ikke|aldrig|ei|не|нет|без)\b"
    r"|[不没沒無无未别別]|ない|ません|않|못|없"
)


@dataclass(frozen=True, slots=True)
class _Original:
    content_hash: str
    folded: str
    facts: tuple[tuple[str, ...], int]


class DuplicateIndex:
    """Remembers the comments that it was fed, batch by batch, and says of each new one which earlier one it repeats.

    Feed it the comments of earlier runs first to find their repetitions in a new one. It takes some 3.5 KB a comment.
    """

    def __init__(self) -> None:
        self._originals: list[_Original] = []
        self._by_fold: dict[str, str] = {}  # every folded text → content hash of its original
        self._empty = MinHash(num_perm=_BANDS * _ROWS, seed=1, hashfunc=zlib.crc32)
        self._near = MinHashLSH(num_perm=_BANDS * _ROWS, params=(_BANDS, _ROWS))

    def add(self, comments: Sequence[Comment]) -> list[str | None]:
        """For each comment the content hash of the first comment it repeats, exactly or nearly; `None` for a new one.

        Near means alike in wording, with the same numbers and as many negations. Comments without any letter, digit
        or emoji are never duplicates.
        """
        found: list[str | None] = []
        for comment in comments:
            content_hash, folded = comment.content_hash, fold(comment.verbatim)
            if not folded:
                found.append(None)
                continue
            if folded not in self._by_fold:
                self._by_fold[folded] = self._find_near(comment, folded) or content_hash
            original = self._by_fold[folded]
            found.append(original if original != content_hash else None)
        return found

    def _find_near(self, comment: Comment, folded: str) -> str | None:
        """The content hash of the first text that is alike; where there is none, the text is remembered."""
        encoded = folded.encode("utf-8", "surrogatepass")
        if len(encoded) < _SHORTEST:
            return None
        shingles = {encoded[i : i + _SHINGLE] for i in range(len(encoded) - _SHINGLE + 1)}
        signature = self._empty.copy()  # to draw its permutations anew takes as long as all the rest
        signature.update_batch(shingles)
        candidates: list[int] = sorted(self._near.query(signature))
        text = _Original(comment.content_hash, folded, _facts(comment.text))
        for index in candidates[:_CROWD]:
            if _alike(text, self._originals[index]):
                return self._originals[index].content_hash
        if len(candidates) < _CROWD:
            self._near.insert(len(self._originals), signature)
            self._originals.append(text)
        return None


def _facts(text: str) -> tuple[tuple[str, ...], int]:
    """The numbers and how many negations: what may turn the meaning of a text with a few characters."""
    return tuple(_NUMBER.findall(text)), len(_NEGATION.findall(text.casefold()))


def _alike(one: _Original, other: _Original) -> bool:
    return one.facts == other.facts and ratio(one.folded, other.folded, score_cutoff=_ALIKE) > 0
