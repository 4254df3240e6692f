"""Recognises non-answers: comments that give no reason, such as "n/a", "keine", "没有", a bare link."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from saywhy.text import fold, normalise

_EMOTICON = re.compile(r"[:;=8xX][-o'^]?[)(\]\[DdPpOo3/\\|*]|<3|[)(][-o'^]?[:;=]|\^_?\^|[TQ]_[TQ]")
_RATING = re.compile(r"\d+ ?(?:/|von|of|out of|sur|su|de) ?\d+|\d+ ?[%％]|\+{2,}|\d+ ?(?:stars?|sterne?|星|分)")
_URL = re.compile(r"(?:https?://|www\.)[^\s，。]+", re.IGNORECASE)
_SEPARATOR = re.compile(r"[.,;:!?/|()\-–—。，、；：！？…]+")

_KEYBOARD_ROWS = ("qwertzuiopü", "qwertyuiop", "asdfghjklöä", "yxcvbnm", "zxcvbnm", "azertyuiop", "qsdfghjklm")
_KEYBOARD_RUNS = (*_KEYBOARD_ROWS, *(row[::-1] for row in _KEYBOARD_ROWS))
_LONGEST_RUN = max(map(len, _KEYBOARD_RUNS))


def is_answer(text: str) -> bool:
    """Whether a comment says anything: "no", "-", "keine", "无" and "asdf" do not; "👍", "gut" and "10/10" do.

    A non-answer beside something else is an answer: "nothing to improve, great".
    """
    text = _URL.sub(" ", normalise(text)).strip()
    if _EMOTICON.fullmatch(text) or _RATING.fullmatch(text.casefold().rstrip("!.。~ ")):
        return True
    parts = [part for part in _SEPARATOR.split(text) if fold(part) not in _courtesies()]
    return not _is_non_answer(text) and not (parts and all(map(_is_non_answer, parts)))


def _is_non_answer(text: str) -> bool:
    words = set(text.split())
    folded = fold(words.pop() if len(words) == 1 else text)  # "no no no" counts as "no"
    if folded in _non_answers():
        return True
    if re.fullmatch(r"[\d.,:/]*", folded):
        return True  # empty, or only a number
    return (folded.isascii() and _is_repetition(folded)) or _is_keyboard_noise(folded)


def _is_repetition(folded: str) -> bool:
    """One letter, also repeated: "x", "aaaa". Only for ASCII: in Chinese, 好好好 is an answer."""
    return len(set(folded)) == 1


def _is_keyboard_noise(folded: str) -> bool:
    """Runs along a keyboard row ("asdf", "qwertz", "asdfjkl"), or eight or more consonants only ("sdvkxhgn")."""
    if re.fullmatch(r"[b-df-hj-np-tv-xz]{8,}", folded):
        return True
    rest = folded
    while len(rest) >= 3:
        lengths = range(min(len(rest), _LONGEST_RUN), 2, -1)
        run = next((length for length in lengths if any(rest[:length] in row for row in _KEYBOARD_RUNS)), 0)
        if run == 0 or (run == 3 and len(folded) < 6):
            return False
        rest = rest[run:]
    return not rest and len(folded) >= 4


@cache
def _non_answers() -> frozenset[str]:
    """The folded non-answers of `words/non_answers.txt`."""
    return _read("non_answers.txt")


@cache
def _courtesies() -> frozenset[str]:
    """What is added to a non-answer out of politeness, and is none by itself: "没有了，谢谢", "no, thanks"."""
    return _read("courtesies.txt") | {""}


def _read(name: str) -> frozenset[str]:
    lines = (Path(__file__).parent / "words" / name).read_text(encoding="utf-8").splitlines()
    return frozenset(fold(line) for line in lines if line and not line.startswith("#"))
