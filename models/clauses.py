"""Where one statement of a comment ends and the next begins."""

from __future__ import annotations

import re

import sentencex

Span = tuple[int, int]

# Words that open a contrast. A clause begins at the word, whatever stands before it.
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

    First at line breaks and sentence ends, then at words of contrast and at punctuation, where both sides are long
    enough to say something of their own. A text without any letters is one clause; an empty text has none.
    """
    spans: list[Span] = []
    text = text.encode("utf-8", "replace").decode()  # half characters of broken exports become "?"
    code = (language or "en").split("-")[0]
    for line in re.finditer(r"[^\r\n]+", text):
        at = line.start()
        for sentence in sentencex.segment(code if code != "und" else "en", line.group()):
            start = text.find(sentence, at)
            if start < 0:  # the segmenter changed the white space; what is left of the line stays one sentence
                spans += _split_sentence(text, at, line.end())
                break
            spans += _split_sentence(text, start, start + len(sentence))
            at = start + len(sentence)
    spans = [trimmed for start, end in spans if (trimmed := _trim(text, start, end))]
    return _merge_wordless(text, spans)


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
        if cut in cuts or (_says_something(sentence[previous:cut]) and _says_something(sentence[cut:following])):
            spans.append((start + previous, start + cut))
            previous = cut
    spans.append((start + previous, end))
    return spans


def _says_something(part: str) -> bool:
    """Two words, or three characters of a script that writes without spaces."""
    return len(_HAN.findall(part)) >= 3 or len(part.split()) >= 2


def _trim(text: str, start: int, end: int) -> Span | None:
    """Without the white space around it, the bullet before it and the comma after it."""
    while start < end and (text[start].isspace() or text[start] in _BULLETS):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in _SEPARATORS):
        end -= 1
    return (start, end) if start < end else None


def _merge_wordless(text: str, spans: list[Span]) -> list[Span]:
    """Emoji, numbers and punctuation on their own belong to the clause before them (or after, at the start)."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and (_is_wordless(text[start:end]) or _is_wordless(text[slice(*merged[-1])])):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _is_wordless(part: str) -> bool:
    return not any(character.isalpha() for character in part)
