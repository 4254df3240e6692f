"""Finds postal addresses: a street with a house number, and what follows of the address.

A street without a number, and one that a branch is in ("your shop in Baker Street 5"), are nobody's address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.clean.spans import Span

_NUMBER = r"\d{1,5}(?: ?[a-hA-H])?(?:[-/]\d{1,4}[a-hA-H]?)?"
_UPPER = r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ]"
_WORD = rf"{_UPPER}[\w’'.-]*"
_TOWN = rf"{_UPPER}[\w’'-]*"

_ENGLISH_STREET = (
    r"(?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?|Drive|Dr\.?|Court|Ct\.?|Boulevard|Blvd\.?|Way|Close|Place"
    r"|Pl\."
    r"|Terrace|Crescent|Square|Gardens|Grove|Parkway|Pkwy\.?|Highway|Hwy\.?|Mews|Circle|Hill|Row|Walk)"
)
_UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
_US_ZIP = r"(?:[A-Z]{2}|[A-Z][a-z]+) \d{5}(?:-\d{4})?"
_UNIT = r"(?:(?:Flat|Apt|Apartment|Unit|Suite|Ste|Room|#)\.? ?[\w-]{1,5})"
_ENGLISH = (
    rf"(?:{_UNIT},? )?\b\d{{1,5}}[A-Za-z]?,? (?:(?:[NSEW]\.?|North|South|East|West) )?(?:(?:{_WORD}|\d{{1,3}}(?:st|nd"
    rf"|rd|th)) ){{1,3}}?"
    rf"{_ENGLISH_STREET}\b\.?(?:,? {_UNIT})?"
    rf"(?:,? (?:{_WORD}(?: {_WORD}){{0,2}}),? (?:{_UK_POSTCODE}|{_US_ZIP})|,? {_UK_POSTCODE}"
    rf"|(?:, {_WORD}(?: {_WORD})?){{1,2}}(?=[.,;!?]|$))?"
    rf"|\bP\.? ?O\.? Box \d{{1,6}}\b"
)

_GERMAN_ENDING = (
    r"(?:straße|strasse|str\.?|weg|allee|platz|gasse|ring|damm|ufer|chaussee|steig|stieg|graben|kamp|wall|promenade"
    r"|markt"
    r"|berg|hof|winkel|pfad|zeile|siedlung|brücke|tor|twiete|steg|rain|höhe|park)"
)
#: A street that is called "Am Mühlbach" is one only before a post code, or after "wohne".
_GERMAN_PREPOSITION = r"(?:Am|An der|An den|Im|In der|In den|Zum|Zur|Auf dem|Auf der|Unter den|Hinter der|Vor dem|Beim)"
_GERMAN = (
    rf"(?:{_UPPER}[\w.-]*{_GERMAN_ENDING}|(?:{_WORD} ){{1,2}}(?:Straße|Strasse|Str\.|Weg|Allee|Platz|Gasse|Ring|Damm"
    rf"|Ufer|Chaussee"
    rf"|Graben|Wall|Markt)|{_GERMAN_PREPOSITION} {_WORD}(?=[^\n]{{1,6}}, ?(?:(?:D|A|CH)-)?\d{{4,5}} )"
    rf"|(?<=wohne )(?:ich )?{_GERMAN_PREPOSITION} {_WORD}) ?{_NUMBER}(?![\w%€]|[.,:]\d| ?(?:Uhr|Prozent|Euro|Minuten"
    rf"|Tage|Jahre|%|€))"
    rf"(?:,? (?:in )?(?:(?:D|A|CH)-)?\d{{4,5}} {_TOWN}(?: (?:am|an der|im|bei) {_TOWN})?)?"
)
_OTHER_EUROPE = (
    rf"\b\d{{1,4}}(?: ?bis| ?ter)?,? (?:rue|avenue|boulevard|bd|place|chemin|allée|impasse|quai|route)(?: (?:de|du"
    rf"|des|la|le|les|d'|l'))*"
    rf" ?{_WORD}(?:[ -]{_WORD})*(?:,? \d{{5}} {_TOWN})?"
    rf"|\b(?:[Cc]alle|[Aa]venida|[Aa]vda\.?|[Pp]laza|[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Rr]ua|[Uu]l\."
    rf"|[Uu]lica)(?: (?:de|del|della|la|las|los|di|da|dos?))*"
    rf" {_WORD}(?: {_WORD}){{0,2}},? \d{{1,4}}\w?\b"
)

_HAN = r"[\u3400-\u9fff]"
_HAN_NUMBER = r"[\d一二三四五六七八九十百〇零-]+"
#: What a place, a street and a part of a building end with.
_PLACE = rf"(?:{_HAN}{{2,7}}?(?:特别行政区|特別行政區|自治区|自治州|省|市|区|區|县|縣|镇|鎮|乡|鄉|村|里))"
_STREET = (
    rf"(?:{_HAN}{{1,8}}?(?:路|街|大道|巷|弄|胡同|道)(?:[东西南北中東]?(?:路|街)?)?"
    rf"(?:[一二三四五六七八九十\d]+段)?(?:{_HAN_NUMBER}(?:巷|弄))*)"
)
_ESTATE = rf"(?:{_HAN}{{2,8}}?(?:小区|社区|花园|公寓|家园|新村|苑|社區|大廈|大厦|花園|广场|廣場))"
_UNITS = rf"(?:{_HAN_NUMBER} ?(?:号楼|號樓|号院|号|號|栋|棟|幢|座|单元|單元|楼|樓|层|層|室|户|戶|之\d+))"
_CHINESE = (
    rf"{_PLACE}{{0,4}}(?:{_STREET}{_ESTATE}?{_HAN_NUMBER} ?(?:号|號)"
    rf"|{_STREET}?{_ESTATE}{_UNITS}){_UNITS}*(?:{_HAN_NUMBER}(?:室|房)?)?"
)

_ADDRESS = re.compile(f"{_ENGLISH}|{_GERMAN}|{_OTHER_EUROPE}")
_CHINESE_ADDRESS = re.compile(_CHINESE)
#: The words before an address run into it in Chinese.
_CHINESE_LEAD = re.compile(
    r"^.{0,12}?(?:地址(?:是|为|為|在)?|住在|住址(?:是)?|我住|家住|寄到|送到(?:了)?|寄往|送往|位于|位於|搬到|到了|寄去"
    r"|请寄|請寄|家在|在)(?=.{4})"
)
_BRANCH_BEFORE = re.compile(
    r"(?:filiale|markt|geschäft|laden|shop|store|branch|office|restaurant|hotel|standort|station|haltestelle"
    r"|niederlassung|salon"
    r"|showroom|outlet|studio|café|cafe|台|店|分店|门店|門市)(?: (?:in|an|am|at|on|der|the|dem|of|your|auf|im|zum"
    r"|zur)){0,3},? ?$",
    re.IGNORECASE,
)
_BRANCH_AFTER = re.compile(
    r"^ ?的?(?:那家|那间|那間|那个|那個)?(?:门店|門市|分店|店|专柜|營業|营业厅|branch|store|shop|office|filiale)",
    re.IGNORECASE,
)
_BEFORE = 40


def addresses(text: str) -> Iterator[Span]:
    """Streets with house number, with the flat, the post code and the town where they follow; post boxes."""
    if not any(map(str.isdigit, text)) and not re.search("[号號]", text):
        return
    for match in _ADDRESS.finditer(text):
        if not _is_of_branch(text, *match.span()):
            yield match.span()
    if re.search(_HAN, text):
        for match in _CHINESE_ADDRESS.finditer(text):
            start, end = match.span()
            lead = _CHINESE_LEAD.match(match[0])
            start += lead.end() if lead else 0
            if not _is_of_branch(text, start, end):
                yield start, end


def _is_of_branch(text: str, start: int, end: int) -> bool:
    return bool(
        _BRANCH_BEFORE.search(text[max(0, start - _BEFORE) : start]) or _BRANCH_AFTER.match(text[end : end + 12])
    )
