"""Finds comments that repeat an earlier one in nearly the same words.

Duplicates by different respondents all count as mentions. They are marked so that a copied text neither fills the
quotes nor becomes a topic.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

from pipelines.clean.read_text import read
from saywhy.feedback import Comment
from saywhy.text import fold, normalise

# Lengths are in bytes of UTF-8: 14 Chinese characters say as much as 40 letters and are about as long.
_MIN_BYTES = 40  # shorter texts are duplicates only if they fold to the same: one word changes the statement
_SHINGLE_BYTES = 5
# MinHash with 8 bands of 4 rows finds 98 % of the pairs with a Jaccard similarity of 0.8; `_is_alike` filters the rest.
_BANDS, _ROWS = 8, 4
_DIGEST_BYTES = 16  # of the folded text: two texts have the same digest with a probability that never matters
_MIN_RATIO = 90.0  # rapidfuzz ratio: 2 × common characters in order / all characters, in percent
_MAX_CANDIDATES = 64  # a text with more candidates is a template and is not indexed

# Odd multipliers of 64 bits, other ones for each band, so that one table holds the buckets of all bands.
_MULTIPLIERS = np.random.default_rng(1).integers(2**64, size=(_BANDS, _ROWS), dtype=np.uint64) | np.uint64(1)

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
class _Text:
    """A comment as it is compared with others."""

    folded: str
    critical_tokens: _CriticalTokens

    @classmethod
    def of(cls, verbatim: str) -> _Text:
        text = read(verbatim).text
        return cls(fold(text), _CriticalTokens.of(normalise(text)))


class DuplicateIndex:
    """Finds for each new comment the earlier comment that it repeats.

    It can be made of the fingerprints of earlier comments; then it finds what the index would find that has read them.

    A fingerprint is the digest of the folded text and, if later texts are compared with this one, its MinHash
    signature; it is empty where nothing can repeat the comment, as with punctuation alone.
    """

    def __init__(
        self,
        known: Iterable[tuple[str, str | None, bytes]] = (),
        verbatims: Callable[[Collection[str]], Mapping[str, str]] = lambda _: {},
    ) -> None:
        """`known` are content hash, original (None: it repeats none) and fingerprint of earlier comments; `verbatims`
        reads the texts of some of them by content hash.
        """
        self.fingerprints: dict[str, bytes] = {}  # of the comments that were added last, by content hash
        self._verbatims = verbatims
        self._texts: dict[str, _Text] = {}  # of indexed comments, as far as they were read
        self._original_of: dict[bytes, str] = {}  # digest of a folded text → content hash of its original
        self._empty_hash = MinHash(num_perm=_BANDS * _ROWS, seed=1, hashfunc=zlib.crc32)
        hashes, signatures = list[str](), bytearray()
        for content_hash, original, fingerprint in known:
            if fingerprint:
                self._original_of[fingerprint[:_DIGEST_BYTES]] = original or content_hash
            if len(fingerprint) > _DIGEST_BYTES:
                hashes.append(content_hash)
                signatures += fingerprint[_DIGEST_BYTES:]
        self._buckets = _Buckets(hashes, bytes(signatures))

    def add(self, comments: Sequence[Comment]) -> list[str | None]:
        """For each comment the content hash of the first comment that it repeats; None if there is none.

        A near-duplicate is similar in wording and has the same numbers and as many negations; of several comments that
        it is similar to, its original is the one with the lowest content hash. Comments without letters, digits and
        emoji are never duplicates.
        """
        self.fingerprints = {}
        return [self._add(comment.content_hash, _Text.of(comment.verbatim)) for comment in comments]

    def _add(self, content_hash: str, text: _Text) -> str | None:
        encoded = text.folded.encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(encoded, digest_size=_DIGEST_BYTES).digest() if encoded else b""
        self.fingerprints[content_hash] = digest
        if not encoded:
            return None
        if digest not in self._original_of:
            similar = self._find_similar(content_hash, text, encoded) if len(encoded) >= _MIN_BYTES else None
            self._original_of[digest] = similar or content_hash
        original = self._original_of[digest]
        return original if original != content_hash else None

    def _find_similar(self, content_hash: str, text: _Text, encoded: bytes) -> str | None:
        """The content hash of the first similar text; if there is none, the text is added to the index."""
        signature = self._signature(encoded)
        candidates = self._buckets.find(signature)
        compared = candidates[:_MAX_CANDIDATES]
        if unread := [key for key in compared if key not in self._texts]:
            self._texts |= {key: _Text.of(verbatim) for key, verbatim in self._verbatims(unread).items()}
        for key in compared:
            if key in self._texts and _is_alike(text, self._texts[key]):  # others were deleted meanwhile
                return key
        if len(candidates) < _MAX_CANDIDATES:
            self._buckets.add(content_hash, signature)
            self._texts[content_hash] = text
            self.fingerprints[content_hash] += signature
        return None

    def _signature(self, encoded: bytes) -> bytes:
        """The MinHash of the shingles of a text: `_BANDS` · `_ROWS` numbers of 32 bits."""
        shingles = {encoded[start : start + _SHINGLE_BYTES] for start in range(len(encoded) - _SHINGLE_BYTES + 1)}
        minhash = self._empty_hash.copy()  # computing its permutations anew takes as long as all the rest
        minhash.update_batch(shingles)
        signature: bytes = minhash.hashvalues.astype("<u4").tobytes()
        return signature


class _Buckets:
    """Locality-sensitive hashing: comments whose MinHash agrees in all rows of a band are in one bucket."""

    def __init__(self, hashes: Sequence[str], signatures: bytes) -> None:
        """The comments that are known at the beginning are in sorted arrays: a tenth of the memory of a dictionary."""
        self._hashes = hashes
        keys = _bucket_keys(signatures).ravel()
        order = np.argsort(keys, kind="stable")
        self._keys, self._rows = keys[order], (order // _BANDS).astype(np.int32)
        self._added: defaultdict[int, list[str]] = defaultdict(list)

    def add(self, content_hash: str, signature: bytes) -> None:
        for key in _bucket_keys(signature)[0].tolist():
            self._added[key].append(content_hash)

    def find(self, signature: bytes) -> list[str]:
        """The content hashes of the comments in the same buckets, in order."""
        keys = _bucket_keys(signature)[0]
        candidates = {content_hash for key in keys.tolist() for content_hash in self._added.get(key, ())}
        first, last = np.searchsorted(self._keys, keys, "left"), np.searchsorted(self._keys, keys, "right")
        for start, end in zip(first.tolist(), last.tolist(), strict=True):
            candidates.update(self._hashes[row] for row in self._rows[start:end].tolist())
        return sorted(candidates)


def _bucket_keys(signatures: bytes) -> NDArray[np.uint64]:
    """The bucket of each band of n signatures, (n, `_BANDS`). Equal bands have equal keys; others have others, but for
    one pair in 2⁶⁴, which costs a comparison.
    """
    rows = np.frombuffer(signatures, "<u4").reshape(-1, _BANDS, _ROWS).astype(np.uint64)
    return np.asarray((rows * _MULTIPLIERS).sum(axis=2))


def _is_alike(one: _Text, other: _Text) -> bool:
    return one.critical_tokens == other.critical_tokens and ratio(one.folded, other.folded, score_cutoff=_MIN_RATIO) > 0
