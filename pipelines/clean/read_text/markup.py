"""Finds what a text has from its technical way: tags, entities, characters that nobody sees.

Each function gives edits (start, end, replacement) in order.
"""

from __future__ import annotations

import html
import re

Edit = tuple[int, int, str]

_BLOCKS = (
    r"p|br|div|li|ul|ol|tr|td|th|table|h1|h2|h3"
    r"|h4|h5|h6|hr|section|article|header|footer|title|body|html|head|pre"
)
_INLINE = (
    r"a|b|i|u|s|em|strong|span|font|img|small|big|sub|sup|code|center"
    r"|del|ins|mark|abbr|cite|q|label|button|input|form|meta|link|o:p"
)
#: Their content is not the customer's.
_HIDDEN = "script|style|blockquote|head|title"
_TAG = re.compile(
    rf"<!--.{{0,5000}}?-->|<(?P<hidden>{_HIDDEN})\b[^<>]*>.{{0,5000}}?</(?P=hidden)\s*>"
    rf"|</?(?:(?P<block>{_BLOCKS})|{_INLINE}|{_HIDDEN})(?:\s[^<>]*)?/?>|<!doctype[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY = re.compile(
    r"&(?:amp;){0,3}(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});|&(?:nbsp|amp|lt|gt|quot)\b", re.IGNORECASE
)
# Soft hyphens, zero-width characters, bidirectional marks and control characters; U+200D stays, because emoji need it.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+"
)
_FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ]")
#: "S u p p o r t": four or more single letters with a space between each two.
_SPELLED_OUT = re.compile(
    r"(?<![^\W\d_])(?:[^\W\d_\u3040-\u9fff\uac00-\ud7af] ){3,}[^\W\d_\u3040-\u9fff\uac00-\ud7af](?![^\W\d_])"
)


def tags(text: str) -> list[Edit]:
    """HTML tags, and hidden content with them; a tag that begins a block is a line break."""
    if "<" not in text:
        return []
    return [(*match.span(), "\n" if match["hidden"] or match["block"] else "") for match in _TAG.finditer(text)]


def entities(text: str) -> list[Edit]:
    """HTML entities, also escaped twice ("&amp;uuml;")."""
    if "&" not in text:
        return []
    edits = []
    for match in _ENTITY.finditer(text):
        entity = re.sub("&(?:amp;)+(?=.)", "&", match[0], flags=re.IGNORECASE)
        character = html.unescape(entity if entity.endswith(";") else f"{entity};")
        if character != match[0] and not character.endswith(";"):
            edits.append((*match.span(), character.replace("\u00a0", " ")))
    return edits


def invisible(text: str) -> list[Edit]:
    """Characters that nobody sees."""
    return [(*match.span(), "") for match in _INVISIBLE.finditer(text)]


def full_width(text: str) -> list[Edit]:
    """Full-width letters and digits as common ones; full-width punctuation belongs to Chinese."""
    return [(*match.span(), chr(ord(match[0]) - 0xFEE0)) for match in _FULL_WIDTH.finditer(text)]


def spelled_out(text: str) -> list[Edit]:
    """The spaces within a word that is spelled out."""
    return [
        (match.start() + i, match.start() + i + 1, "")
        for match in _SPELLED_OUT.finditer(text)
        for i, character in enumerate(match[0])
        if character == " "
    ]
