"""Clause segmentation: cut a comment into spans of one statement each."""

from __future__ import annotations

import re

import sentencex

from models.letter_case import capitalised

Span = tuple[int, int]

# Adversative conjunctions and adverbs, by language. A clause begins at the word.
_CONTRAST = {
    "en": r"but|however|although|though|yet|whereas|unfortunately|except(?= that| for)",
    "de": r"aber|jedoch|allerdings|trotzdem|obwohl|dennoch|leider|sondern",
    "fr": r"mais|cependant|toutefois|pourtant|par contre|en revanche|malheureusement",
    "es": r"pero|sin embargo|aunque|lamentablemente",
    "it": r"ma|però|tuttavia|purtroppo|anche se",
    "pt": r"mas|porém|contudo|no entanto|infelizmente",
    "nl": r"maar|echter|helaas|hoewel",
    "ru": r"но|однако|хотя|зато|к сожалению",
    "tr": r"ama|fakat|ancak|maalesef",
    "cs": r"ale|avšak|bohužel|ačkoli",
    "pl": r"ale|jednak|niestety|chociaż",
}
_WORDS = re.compile(rf"(?<=[\s,;–—-])(?:{'|'.join(_CONTRAST.values())})\b(?=\s)", re.IGNORECASE)
_CHINESE_CONTRAST = re.compile(r"(?<=[\u4e00-\u9fff，, ])(?:但是|但|不过|不過|可是|然而|可惜|只是|遗憾的是|遺憾的是)")
_JAPANESE_CONTRAST = re.compile(r"(?:(?<=が)|(?<=けど)|(?<=けれど))、|(?<=。)しかし")
_STRONG = re.compile(r"[;；•·|]\s*|\s[–—-]{1,2}\s|\s/\s|\.{3,}\s*|…+\s*")
_COMMA = re.compile(r"[,，、]\s*")
_BULLETS = "-–—•·*,，、;；|/"
_SEPARATORS = ",，、;；|/–—"
_HAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def split_clauses(text: str, language: str | None = None) -> list[Span]:
    """Cut a text into clauses: spans (start, end) in characters, in order, without surrounding white space.

    Cuts: line breaks; sentence ends (sentencex); words of contrast and strong punctuation; commas, if both sides pass
    `_is_long_enough`. A text without letters is one clause; an empty text has none. Letter case does not matter.
    """
    spans: list[Span] = []
    text = text.encode("utf-8", "replace").decode()  # unpaired surrogates of broken exports become "?"
    text = capitalised(text)  # sentencex expects a capital where a sentence begins, which many people do not write
    code = (language or "en").split("-")[0]
    for line in re.finditer(r"[^\r\n]+", text):
        position = line.start()
        for sentence in sentencex.segment(code if code != "und" else "en", line.group()):
            start = text.find(sentence, position)
            if start < 0:  # the segmenter changed white space: take the rest of the line as one sentence
                spans += _split_sentence(text, position, line.end())
                break
            spans += _split_sentence(text, start, start + len(sentence))
            position = start + len(sentence)
    spans = [trimmed for start, end in spans if (trimmed := _trim(text, start, end))]
    return _merge_letterless(text, spans)


def _split_sentence(text: str, start: int, end: int) -> list[Span]:
    sentence = text[start:end]
    cuts = {match.end() for match in _STRONG.finditer(sentence)}
    cuts |= {match.start() for pattern in (_WORDS, _CHINESE_CONTRAST) for match in pattern.finditer(sentence)}
    cuts |= {match.end() for match in _JAPANESE_CONTRAST.finditer(sentence)}
    commas = {match.end() for match in _COMMA.finditer(sentence)}
    spans: list[Span] = []
    previous = 0
    ordered = sorted(cuts | commas)
    for i, cut in enumerate(ordered):
        following = ordered[i + 1] if i + 1 < len(ordered) else len(sentence)
        if cut in cuts or (_is_long_enough(sentence[previous:cut]) and _is_long_enough(sentence[cut:following])):
            spans.append((start + previous, start + cut))
            previous = cut
    spans.append((start + previous, end))
    return spans


def _is_long_enough(part: str) -> bool:
    """At least two words, or three characters of a script without spaces (Han, kana)."""
    return len(_HAN.findall(part)) >= 3 or len(part.split()) >= 2


def _trim(text: str, start: int, end: int) -> Span | None:
    """The span without surrounding white space, leading bullets and trailing separators; None if nothing is left."""
    while start < end and (text[start].isspace() or text[start] in _BULLETS):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in _SEPARATORS):
        end -= 1
    return (start, end) if start < end else None


def _merge_letterless(text: str, spans: list[Span]) -> list[Span]:
    """Merge spans without letters (emoji, numbers, punctuation) with the clause before; at the start, with the next."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and (_is_letterless(text[start:end]) or _is_letterless(text[slice(*merged[-1])])):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _is_letterless(part: str) -> bool:
    return not any(character.isalpha() for character in part)
