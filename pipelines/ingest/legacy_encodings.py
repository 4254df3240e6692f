"""Detects encodings from before Unicode, by the letters and characters that are common in their languages."""

from __future__ import annotations

import re
from functools import lru_cache

import charset_normalizer

#: The codec of files into which two systems have written in different encodings.
MIXED = "mixed"

#: Codecs that are told from each other by much evidence; any other one is a guess.
CERTAIN = frozenset({"gb18030", "cp950", "big5hkscs", "latin-1", "cp1252", "cp850", MIXED})

_DOS_IN_WORD = re.compile(rb"(?<=[A-Za-z])[\x81-\x84\x87-\x8a\x8c\x93\x94\x96](?=[A-Za-z])")
_WINDOWS_IN_WORD = re.compile(rb"(?<=[A-Za-z])[\xe0\xe2-\xff](?=[A-Za-z])")
_RUNS_OUTSIDE_ASCII = re.compile(r"[^\x00-\x7f]+")
#: Mean number of Chinese characters in a row up to which accented letters may have been taken for them.
_LONGEST_ACCENTED = 2.0
_WORDS_OUTSIDE_ASCII = re.compile(rb"[\x80-\xff]{2,}")
_IN_WORD = re.compile(rb"(?<=[A-Za-z])[\x80-\xff]|[\x80-\xff](?=[A-Za-z])")
# Characters outside ASCII in the languages of western Europe.
_WESTERN = frozenset("äöüßÄÖÜéèêëàâæçùûîïôœÿÉÈÊÀÂÇÔÎáíóúñÁÍÓÚÑãõìòåøÅØ¿¡«»‹›’‘“”„–—…€£§°´·•²³½®™\xa0º")
_WESTERN_LETTERS = frozenset(char for char in _WESTERN if char.isalpha())
_CENTRAL = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽöüőűÖÜŐŰäôľĺŕđĐăâîşţßÄ")
_TURKISH = frozenset("çğıöşüÇĞİÖŞÜâîû")
_KANA = frozenset(map(chr, range(0x3041, 0x30FF)))
_COMMON_SYLLABLES = frozenset(
    "이다는에가을를의고하지도로서해은한있기나리사아어자인대보스시일정라게수요그들전주만안제오원과장부여상비마무우구"
    "좋습니네합까었았음면거습내더많너해없없편빠르불친절격배송품질감객센터"
)
_COMMON_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбчйхж")
_NAMES = {"iso8859_2": "latin-2"}


def detect_legacy(sample: bytes) -> tuple[str, str]:
    """Name and codec of the encoding in which the bytes are the most common characters."""
    if eastern := _detect_japanese_or_korean(sample):
        return eastern
    chinese = {"gb18030": _common_share(sample, "gb18030"), "big5": _common_share(sample, "cp950")}
    best = max(chinese, key=lambda name: chinese[name])
    if chinese[best] >= 0.7 and not _has_accented_words(sample, best):
        codec = best if best == "gb18030" else "cp950"
        if codec == "cp950" and _count_undecodable(sample, "big5hkscs") < _count_undecodable(sample, "cp950"):
            codec = "big5hkscs"
        return best, codec
    if dos := _detect_dos(sample):
        return dos
    if cyrillic := _detect_cyrillic(sample):
        return cyrillic
    if central := _detect_central_european(sample):
        return central
    western = [char for char in sample.decode("cp1252", errors="replace") if char > "\x7f"]
    if sum(char in _WESTERN for char in western) >= 0.8 * len(western):
        # Both differ only in the bytes 80-9F: curly quotes and the euro sign in cp1252, control characters in latin-1.
        has_curly = any(0x80 <= byte <= 0x9F for byte in sample)
        return ("cp1252", "cp1252") if has_curly else ("latin-1", "latin-1")
    match = charset_normalizer.from_bytes(sample).best()
    if match is not None and match.encoding not in ("ascii", "utf_8"):
        return match.encoding, match.encoding
    return "cp1252", "cp1252"


def _detect_japanese_or_korean(sample: bytes) -> tuple[str, str] | None:
    """The encoding in which most characters are kana or common Korean syllables; Chinese has neither."""
    for codec, common in (("cp932", _KANA), ("euc_jp", _KANA), ("cp949", _COMMON_SYLLABLES)):
        text = [char for char in sample.decode(codec, errors="replace") if char > "\x7f"]
        if sum(char in common for char in text) >= 0.3 * len(text) > 3 * text.count("\ufffd"):
            return {"cp932": "shift_jis", "cp949": "euc_kr"}.get(codec, codec), codec
    return None


def _detect_cyrillic(sample: bytes) -> tuple[str, str] | None:
    """The encoding in which most letters are common in Russian, if words are written without ASCII letters."""
    words = _WORDS_OUTSIDE_ASCII.findall(sample)
    if sum(map(len, words)) < 0.8 * sum(byte > 0x7F for byte in sample):
        return None
    text = b"".join(words)
    shares = {codec: _share(text, codec, _COMMON_CYRILLIC) for codec in ("cp1251", "koi8_r", "cp866", "iso8859_5")}
    best = max(shares, key=lambda codec: shares[codec])
    return (best, best) if shares[best] >= 0.6 else None


def _detect_central_european(sample: bytes) -> tuple[str, str] | None:
    """Latin-2 or Turkish, if in words it gives more letters of its languages than Western European does."""
    text = b"".join(_IN_WORD.findall(sample))
    western = _share(text, "cp1252", _WESTERN_LETTERS)
    shares = {
        "iso8859_2": _share(text, "iso8859_2", _CENTRAL),
        "cp1250": _share(text, "cp1250", _CENTRAL),
        "cp1254": _share(text, "cp1254", _TURKISH),
    }
    best = max(shares, key=lambda codec: shares[codec])
    return (_NAMES.get(best, best), best) if shares[best] >= 0.9 and shares[best] > western + 0.05 else None


def _has_accented_words(sample: bytes, chinese: str) -> bool:
    """Whether the characters of that Chinese encoding are accented letters, taken with the letter that follows.

    They then stand alone or in pairs, mostly beside ASCII letters, and nearly all are letters of European languages.
    """
    decoded = sample.decode("cp950" if chinese == "big5" else chinese, errors="replace")
    runs = _RUNS_OUTSIDE_ASCII.findall(decoded)
    if sum(map(len, runs)) > _LONGEST_ACCENTED * len(runs):
        return False
    letters = b"".join(_IN_WORD.findall(sample))
    if len(letters) < 0.4 * sum(byte > 0x7F for byte in sample):
        return False
    alphabets = (("cp1252", _WESTERN_LETTERS), ("iso8859_2", _CENTRAL), ("cp1250", _CENTRAL), ("cp1254", _TURKISH))
    return max(_share(letters, codec, alphabet) for codec, alphabet in alphabets) >= 0.9


def _share(text: bytes, codec: str, characters: frozenset[str]) -> float:
    decoded = text.decode(codec, errors="replace")
    return sum(char in characters for char in decoded) / max(len(decoded), 1)


def _detect_dos(sample: bytes) -> tuple[str, str] | None:
    """DOS if bytes 80-9F, its letters, occur inside words; a mixture if letters of Windows occur as well."""
    dos, windows = len(_DOS_IN_WORD.findall(sample)), len(_WINDOWS_IN_WORD.findall(sample))
    if dos < 5 or dos * 20 < sum(byte > 0x7F for byte in sample):
        return None
    return ("cp850", "cp850") if windows * 5 < dos else ("latin-1 mixed with cp850", MIXED)


def _count_undecodable(sample: bytes, codec: str) -> int:
    return sample.decode(codec, errors="replace").count("\ufffd")


def _common_share(sample: bytes, codec: str) -> float:
    """Share of common Chinese characters among those outside ASCII, less twice the share of undecodable ones."""
    text = [char for char in sample.decode(codec, errors="replace") if char > "\x7f"]
    if not text:
        return 0.0
    common = _common_characters(codec)
    return (sum(char in common for char in text) - 2 * text.count("\ufffd")) / len(text)


@lru_cache
def _common_characters(codec: str) -> frozenset[str]:
    """The first level of the standard, the few thousand characters in daily use, and punctuation."""
    leads = [*range(0xA1, 0xA4), *(range(0xB0, 0xD8) if codec == "gb18030" else range(0xA4, 0xC7))]
    trails = [*range(0xA1, 0xFF)] if codec == "gb18030" else [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    pairs = (bytes((lead, trail)).decode(codec, errors="ignore") for lead in leads for trail in trails)
    return frozenset(char for char in pairs if char)
