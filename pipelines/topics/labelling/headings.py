"""Clauses as headings: without what ties them to the clause before, and no wider than a line of a list."""

from __future__ import annotations

import re

from pipelines.display_width import display_width
from saywhy.text import normalise

#: In columns (`display_width`).
MAX_LABEL_WIDTH = 60

_QUOTES = '"“”„«»「」『』'
_OUTER = " \t.,;:!?…。，；：！？、~～-–—()（）*"
#: Conjunctions that a clause begins with because of the clause before it.
_OPENING = re.compile(
    r"^(?:(?:and|but|so|also|because|however|although|though|yet|plus|then|and then|that|which|where|while|since"
    r"|und|aber|doch|denn|weil|dass|da|allerdings|jedoch|leider|außerdem|sondern|obwohl|wobei|dann|zudem|deshalb"
    r"|et|mais|car|donc|puis|cependant|pero|y|porque|aunque|ma|e|però|mas|porém|maar|en|want)\b[\s,]+"
    r"|(?:但是|但|不过|不過|而且|并且|並且|所以|因为|因為|然后|然後|可是|只是|就是|还有|還有|另外|而|也|还|還)[，,]?)+",
    re.IGNORECASE,
)
#: A clause that would be narrower than this without its conjunction keeps it.
_MIN_WIDTH = 4


def to_heading(clause: str) -> str:
    """The clause without opening conjunction and outer punctuation, capitalised, cut to `MAX_LABEL_WIDTH` columns."""
    clause = normalise(clause)
    if sum(clause.count(quote) for quote in _QUOTES) % 2:  # a quotation that begins or ends in another clause
        clause = clause.translate(dict.fromkeys(map(ord, _QUOTES)))
    clause = clause.strip(_OUTER)
    shorter = _OPENING.sub("", clause).strip(_OUTER)
    clause = shorter if display_width(shorter) >= _MIN_WIDTH else clause
    if display_width(clause) > MAX_LABEL_WIDTH:
        clause = _shorten(clause)
    return clause[:1].upper() + clause[1:]


def _shorten(clause: str) -> str:
    """Cut to `MAX_LABEL_WIDTH` columns with an ellipsis, at a space in the second half, else at a character."""
    clause = clause[: MAX_LABEL_WIDTH + 1]
    while display_width(clause) > MAX_LABEL_WIDTH - 1:
        head, space, _ = clause.rpartition(" ")
        clause = head if space and display_width(head) >= MAX_LABEL_WIDTH // 2 else clause[:-1]
    return clause.rstrip(_OUTER) + "…"
