"""Finds names of people in Latin letters.

Evidence for a name is a title before it ("Frau Müller"), a given name of the list ("Anja vom Support"), or words that a
name follows ("a chap called Nigel"). A surname alone is none: "Müller" is also a shop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.clean.spans import Span

_WORDS = Path(__file__).parent / "words"

_TOKEN = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
#: Words of one name are separated by a space, or by a full stop after an initial or a title.
_GAP = re.compile(r"\.? |\. ?")

#: Words that a name follows even if it is on no list. German ones for people also match at the end of a word.
_NAME_FOLLOWS = re.compile(
    r"(?:\bmy name(?:['’]s| is)|\bname:|\bname is|\b(?:called|named|namens)|\bnamed|\ba certain|\bein gewisser"
    r"|\b(?:mein name ist|ich heiße|ich heisse|heißt|mit namen|name lautet|je m['’]appelle|me llamo|mi chiamo"
    r"|mijn naam is)"
    r"|\b(?:served|helped|assisted|looked after|supported|advised) by|\bshout[ -]?out to|\bhats off to|\bkudos to"
    r"|\bask for"
    r"|\b(?:surname|last name|maiden name|nachnamen?)(?: \w+)? (?:from|von)(?: \w+ (?:to|auf|in))?"
    r"|\b(?:agent|technician|engineer|(?:delivery )?driver|courier|plumber|electrician|consultant|advisor|adviser"
    r"|receptionist|waiter|waitress"
    r"|instructor|trainer|coach|nurse|colleague|rep|representative|stylist|therapist|dentist|husband|wife|daughter"
    r"|son|brother|sister),?"
    r"|(?:kolleg(?:e|en|in)|mitarbeiter(?:in)?|techniker(?:in)?|monteur(?:in)?|fahrer(?:in)?|berater(?:in)?"
    r"|leiter(?:in)?|verkäufer(?:in)?"
    r"|zusteller(?:in)?|kassierer(?:in)?|sachbearbeiter(?:in)?|ansprechpartner(?:in)?|trainer(?:in)?|nachbar(?:in)?"
    r"|ehemann|ehefrau|tochter|sohn"
    r"|bruder|schwester|freundin|schaffner(?:in)?|zugbegleiter(?:in)?|azubi),?) ?$",
    re.IGNORECASE,
)
#: Words before or after a given name that is also another word, which make it a name.
_PERSON_BEFORE = re.compile(
    r"(?:\b(?:thanks|thank you|thx|cheers|kudos|shout[ -]?out|dank|danke|lob)(?: (?:to|an))?|\bby"
    r"|\b(?:spoke|spoken|talked|speak|dealt|chatted) (?:to|with)|\bdurch|\bmy (?:\w+ )?(?:husband|wife|son|daughter"
    r"|brother|sister|friend)"
    r"|\bmein(?:e[mnr]?)? (?:mann|frau|sohn|tochter|bruder|schwester|freund(?:in)?)|\b(?:i am|i['’]m|this is|ich bin"
    r"|hier ist)|[,–—-]) ?$",
    re.IGNORECASE,
)
_PERSON_AFTER = re.compile(
    r"^ ?(?:from (?:the )?|in (?:the )?|at (?:the )?|on (?:the )?|vom |von der |aus (?:dem |der )?|im |an der )?"
    r"(?:(?:customer |tech(?:nical)? )?(?:support|service|sales|billing|accounts|reception|front desk|desk|team|chat"
    r"|checkout|returns|tyres|helpdesk"
    r"|callcenter|kundendienst|kundenservice|buchhaltung|empfang|kasse|verkauf|vertrieb|hotline)\b"
    r"|(?:was|is|were|has been|hat|war|ist) (?:(?:so|very|really|super|sehr|absolut|an?|the|mir|uns|sofort"
    r"|immer) ){0,3}"
    r"(?:help\w*|kind|lovely|nice|friendly|polite|rude|patient|brilliant|amazing|great|fantastic|excellent|wonderful"
    r"|awesome|star|nett\w*|freundlich\w*"
    r"|geholfen|beraten|bedient|kompetent|hilfsbereit|toll|spitze)\b|(?:helped|explained|answered|fixed|sorted|solved"
    r"|hilft|half)\b)",
    re.IGNORECASE,
)
#: A closing or a dash at the end of the text or of a line, before whoever signs.
_SIGNATURE = re.compile(
    r"(?:(?:regards|wishes|sincerely|cheers|yours truly|faithfully|grüßen?|grüssen?|gruß|gruss|mfg|\blg|\bvg"
    r"|cordialement|saludos|(?:thanks|thank you|danke)(?=[,.]))"
    r"[,.!]?\s+(?:(?:dr|prof)\.? )*|(?:^|[.!?]\s+|\n\s*)[–—-]{1,2} ?)$",
    re.IGNORECASE,
)
#: Endings of common nouns in German.
_NOUN = re.compile(r"(?:ungen|ung|heit|keit|schaft|ion|ionen|tät|täten|zahl|zeit|zeiten|ismus|quote|stelle)$")
_ENDS = re.compile(r"[ .,!)]*(?:\n|$)")
#: What makes a name the name of a place or thing: "Charlotte airport", "the Ruby plan", "St. Mary".
_THING_AFTER = re.compile(
    r"^(?:['’]s)?[ -](?:airport|station|street|road|hospital|school|university|college|store|shop|plan|tarif|edition"
    r"|sponge|pizza|versand|mattress|matratze"
    r"|day|bar|hotel|park|square|avenue|city|flughafen|straße|platz|allee|klinik|gymnasium|collection|kollektion"
    r"|model|modell|album|phone)\b",
    re.IGNORECASE,
)
_THING_BEFORE = re.compile(
    r"\b(?:st|saint|san|santa|sankt|the|tarif|modell|model|plan|marke|brand|beim|das|kein|keine) ?\.? ?$", re.IGNORECASE
)
_NEXT_NAME = re.compile(r"^(?:,| and| und| &| &amp;| oder| or|/| y| et| e) ?$")


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    word: str
    folded: str  # in lower case, without the 's of the genitive
    is_capital: bool

    @property
    def is_initial(self) -> bool:
        return self.is_capital and len(self.word) == 1


def names(text: str) -> Iterator[Span]:
    """Names of people, without titles: "Anna Schmidt", "J. Doe", the "Müller" of "Frau Müller"."""
    tokens = [
        _Token(*match.span(), word, word.lower().replace("’", "'").removesuffix("'s"), word[0].isupper())
        for match in _TOKEN.finditer(text)
        if (word := match[0])[0] < "\u2e80"
    ]
    index, previous_end = 0, -1
    while index < len(tokens):
        count = _name_at(text, tokens, index, previous_end)
        if count:
            previous_end = _end_of(tokens[index + count - 1])
            yield tokens[index].start, previous_end
        index += count or 1


def _name_at(text: str, tokens: list[_Token], index: int, previous_end: int) -> int:
    """How many tokens from this one on are a name; 0 if none begins here. `previous_end` is that of the name before."""
    token = tokens[index]
    listed = _is_given_name(token)
    if not (token.is_capital or listed) or _is_title(token) or _is_known_thing(tokens, index):
        return 0
    before, after = text[max(0, token.start - 60) : token.start], text[token.end : token.end + 40]
    if _follows_title(text, tokens, index):
        return _length(text, tokens, index) if _may_be_surname(token) else 0
    if _THING_AFTER.match(after) and not _is_surname(tokens, index + 1):
        return 0
    length = _length(text, tokens, index)
    is_last = bool(_ENDS.match(text, _end_of(tokens[index + length - 1])))
    if is_last and token.is_capital and (listed or length > 1 or _may_be_name(token)) and _SIGNATURE.search(before):
        return length
    if listed and (token.is_capital or _PERSON_AFTER.match(after)):
        is_thing = _THING_BEFORE.search(before) and not re.search(r"(?:the|das) ?$", before, re.IGNORECASE)
        return 0 if is_thing else _length(text, tokens, index)
    if token.is_capital and _may_be_name(token):
        if _NAME_FOLLOWS.search(before):
            return _length(text, tokens, index)
        if previous_end >= 0 and _NEXT_NAME.match(text[previous_end : token.start]) and _may_be_given(token):
            return _length(text, tokens, index)
    if token.is_capital and token.folded in _list("ambiguous_names") and not _THING_BEFORE.search(before):
        is_full = _joins(text, tokens, index) and _is_surname(tokens, index + 1) and tokens[index + 1].is_capital
        if is_full or _PERSON_AFTER.match(after) or (_PERSON_BEFORE.search(before) and _ENDS.match(after)):
            return _length(text, tokens, index)
        if previous_end >= 0 and _NEXT_NAME.match(text[previous_end : token.start]):
            return 1
    is_initialled = token.is_initial and _joins(text, tokens, index) and _is_surname(tokens, index + 1)
    return 2 if is_initialled and tokens[index + 1].is_capital else 0


def _length(text: str, tokens: list[_Token], index: int) -> int:
    """The number of tokens of the name that begins here: given names, initials, particles and a surname."""
    count = 1
    while count < 4 and _joins(text, tokens, index + count - 1):
        following = tokens[index + count]
        if following.folded in _list("particles") and not following.is_capital:
            if not (_joins(text, tokens, index + count) and tokens[index + count + 1].is_capital):
                break
            if following.folded in ("de", "la", "von", "van", "zu", "di", "da", "del", "bin", "ben") and _may_be_name(
                tokens[index + count + 1]
            ):
                count += 2
                continue
            break
        if not following.is_capital or following.folded in _list("titles") or not _may_be_name(following):
            break
        if count >= 2 and not (_is_surname(tokens, index + count) or _is_given_name(following)):
            break
        count += 1
    return count


def _follows_title(text: str, tokens: list[_Token], index: int) -> bool:
    """Whether a title is before the token, with degrees and particles between them: "Frau Dr. von Hagen"."""
    position = index
    while position > 0 and _joins(text, tokens, position - 1):
        before = tokens[position - 1]
        if before.folded in _list("titles") and before.is_capital:
            return True
        if before.folded in _list("degrees") and before.is_capital:
            return True
        if before.folded not in _list("particles") or before.is_capital:
            return False
        position -= 1
    return False


def _joins(text: str, tokens: list[_Token], index: int) -> bool:
    """Whether the token and the next one can be words of one name."""
    if index + 1 >= len(tokens) or index < 0:
        return False
    token = tokens[index]
    gap = text[token.end : tokens[index + 1].start]
    is_short = token.is_initial or _is_title(token)
    return gap == " " or (is_short and bool(_GAP.fullmatch(gap)))


def _end_of(token: _Token) -> int:
    return token.end - 2 if token.word[-2:] in ("'s", "’s") else token.end


def _is_title(token: _Token) -> bool:
    return token.folded in _list("titles") or token.folded in _list("degrees")


def _is_given_name(token: _Token) -> bool:
    """Whether a word is a given name of the list, or two with a hyphen; short words in capitals are abbreviations."""
    given_names = _list("given_names")
    is_listed = token.folded in given_names or ("-" in token.folded and given_names.issuperset(token.folded.split("-")))
    return is_listed and len(token.folded) > 2 and not _is_abbreviation(token)


def _is_surname(tokens: list[_Token], index: int) -> bool:
    return index < len(tokens) and _list("surnames").issuperset(tokens[index].folded.split("-"))


def _may_be_surname(token: _Token) -> bool:
    """After a title: any capitalised word but a common noun ("Frau Kundenberaterin") or an abbreviation."""
    return token.is_capital and token.folded not in _list("common_words") and not _is_abbreviation(token)


def _may_be_name(token: _Token) -> bool:
    folded = token.folded
    is_listed = folded in _list("given_names") or folded in _list("surnames")
    return (
        token.is_initial
        or is_listed
        or not (
            folded in _list("common_words")
            or folded in _list("places")
            or _NOUN.search(folded)
            or _is_abbreviation(token)
        )
    )


def _may_be_given(token: _Token) -> bool:
    return token.folded in _list("given_names") or token.folded in _list("ambiguous_names")


def _is_abbreviation(token: _Token) -> bool:
    return len(token.word) > 1 and token.word.isupper() and len(token.word) < 5


def _is_known_thing(tokens: list[_Token], index: int) -> bool:
    """Whether a brand or the like begins here, or is around the token: "Ralph Lauren"."""
    for start in (index, index - 1):
        if start >= 0:
            for length in (2, 3):
                words = " ".join(token.folded for token in tokens[start : start + length])
                if words in _things():
                    return True
    return False


@cache
def _list(name: str) -> frozenset[str]:
    """The words of a list, in lower case."""
    lines = (_WORDS / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _things() -> frozenset[str]:
    lines = (_WORDS / "not_names.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
