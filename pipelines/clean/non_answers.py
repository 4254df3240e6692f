"""Non-answers: comments that give no reason, such as "n/a", "keine", "没有"."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from saywhy.text import fold, normalise

if TYPE_CHECKING:
    pass


_EMOTICON = re.compile(r"[:;=8xX][-o'^]?[)(\]\[DdPpOo3/\\|*]|<3|[)(][-o'^]?[:;=]|\^_?\^|[TQ]_[TQ]")


_RATING = re.compile(r"\d+ ?(?:/|von|of|out of|sur|su|de) ?\d+|\d+ ?[%％]|\+{2,}|\d+ ?(?:stars?|sterne?|星|分)")


_ROWS = ("qwertzuiopü", "qwertyuiop", "asdfghjklöä", "yxcvbnm", "zxcvbnm", "azertyuiop", "qsdfghjklm")


_KEYBOARD = (*_ROWS, *(row[::-1] for row in _ROWS))


_LONGEST = max(map(len, _KEYBOARD))


_SEPARATOR = re.compile(r"[.,;:!?/|()\-–—。，、；：！？…]+")


def is_answer(text: str) -> bool:
    """Whether a text says anything: "no", "-", "keine", "无" and "asdf" do not; "👍", "gut" and "10/10" do.

    "no" next to something else is an answer: "nothing to improve, great".
    """
    text = normalise(text)
    if _EMOTICON.fullmatch(text) or _RATING.fullmatch(text.casefold().rstrip("!.。~ ")):
        return True
    return not _says_nothing(text) and not all(_says_nothing(part) for part in _SEPARATOR.split(text))


def _says_nothing(text: str) -> bool:
    words = set(text.split())
    folded = fold(words.pop() if len(words) == 1 else text)  # "no no no" is one "no"
    if folded in _non_answers():
        return True
    if re.fullmatch(r"[\d.,:/]*", folded):
        return True  # nothing, or a number alone
    return folded.isascii() and (_is_repetition(folded) or _is_keyboard_noise(folded))


def _is_repetition(folded: str) -> bool:
    """One letter, once or again and again: "x", "aaaa". In Chinese that says something: 好好好."""
    return len(set(folded)) == 1


def _is_keyboard_noise(folded: str) -> bool:
    """Runs along a keyboard ("asdf", "qwertz", "asdfjkl"), or eight consonants and nothing else ("sdvkxhgn")."""
    if re.fullmatch(r"[b-df-hj-np-tv-xz]{8,}", folded):
        return True
    rest = folded
    while len(rest) >= 3:
        run = next((n for n in range(min(len(rest), _LONGEST), 2, -1) if any(rest[:n] in row for row in _KEYBOARD)), 0)
        if run == 0 or (run == 3 and len(folded) < 6):
            return False
        rest = rest[run:]
    return not rest and len(folded) >= 4


@cache
def _non_answers() -> frozenset[str]:
    lines = (Path(__file__).parent / "words" / "non_answers.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(fold(line) for line in lines if line and not line.startswith("#"))
