"""Masks personal data in everything that is shown: e-mail addresses, phone numbers, payment cards, IBANs.

The stored verbatim does not change. Names and postal addresses are not masked: that takes a model, which misses some,
while users would rely on it to find all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from phonenumbers import Leniency, PhoneNumberMatcher

EMAIL, PHONE, CARD, IBAN = "[e-mail]", "[phone]", "[card]", "[IBAN]"

Span = tuple[int, int]

# Maps full-width characters and digits of other scripts to ASCII, one character to one, so that offsets stay valid.
_HALF_WIDTH = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {ord(character): ord(" ") for character in "\u00a0\u1680\u2007\u2009\u202f\u3000\t"}
    | {ord(character): ord("-") for character in "‐‑‒–—−－"}
    | {zero + digit: ord("0") + digit for zero in (0x0660, 0x06F0, 0x0966, 0x0E50) for digit in range(10)}
)

_EMAIL = re.compile(
    r"[a-zà-ÿ0-9_][a-zà-ÿ0-9._%+'-]{0,63}(?: ?@ ?| ?[\[({](?:at|ät)[\])}] ?)"
    r"(?:[a-zà-ÿ0-9-]+(?:\.| ?[\[({](?:dot|punkt)[\])}] ?))+[a-zà-ÿ]{2,}",
    re.IGNORECASE,
)
#: Number of characters of an IBAN by country, from the ISO 13616 registry.
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
_IBAN_HEAD = re.compile(r"(?:(?<![A-Z0-9])|(?<=IBAN))[A-Z]{2}[ -]?\d{2}", re.IGNORECASE | re.ASCII)
_IBAN_CHARACTER = re.compile(r"[ -]{0,2}([A-Z0-9])", re.IGNORECASE | re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_DIGIT_GROUPS = re.compile(r"\d+(?:[ .-]{1,2}\d+)*", re.ASCII)

# Amounts, dates and times have digits too; they are blanked before the search for phone numbers.
_AMOUNT = r"(?:(?:[1-9]\d{0,2}(?:[.,' ]\d{3})+|\d+)(?:[.,]\d{1,2})?)"
_CURRENCY = (
    r"(?:[€$£¥₹₩₫฿元块塊円圓원]"
    r"|(?:euros?|eur|usd|us-?dollars?|dollars?|gbp|chf|franken|rmb|ntd?|hkd|inr|kr|zł|pln)\b)"
)
_NOT_A_PHONE = re.compile(
    r"(?<![\d./-])(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2}))(?![./-]?\d)"  # dates
    r"|(?<![\d./-])(?:0?[1-9]|1[0-2])[./](?:19|20)\d{2}(?![./-]?\d)"  # months
    r"|(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:]|[ .-]\d{2}[ .-]\d{2})"  # times, but not "3:06 12 34 56 78"
    rf"|(?<![\d.,+])(?<!\d )(?:{_AMOUNT} ?{_CURRENCY}|{_CURRENCY} ?{_AMOUNT}(?![ .-]?\d))",
    re.IGNORECASE | re.ASCII,
)
#: Six digits with only the separators of phone numbers between them. No phone number has fewer digits, and matching the
#: layouts of every country takes a hundred times as long as this check.
_SIX_DIGITS = re.compile(r"\d(?:(?:[^\w\n]|x){0,8}\d){5}")
#: Regions whose national numbers are recognised: the first with a leading 0, in any layout; the others only in their
#: national layout, because a number without a leading 0 may be anything.
_TRUNK_ZERO_REGIONS = ("DE", "TW", "GB", "FR", "NL", "JP")
_OTHER_REGIONS = ("US", "CN", "ES", "IT", "PL", "PT", "BR", "CZ")
_LAYOUTS = re.compile(
    r"(?<![\w+])\+ ?\(?[1-9][\d ()./-]{5,20}\d(?!\d)"  # international
    r"|(?<![\d.,])00 ?[1-9]\d{0,2}[ (/-][\d ()./-]{5,18}\d(?!\d)"  # international, as dialled
    r"|(?<![\d.,])0[1-9](?:[ .-]\d{2}){4}(?![.,]?\d)"  # French, in pairs
    r"|(?<![\d.,])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}(?![\d,])"  # North America
    r"|(?<!\d)(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"  # Chinese mobile
    r"|(?<![\d.,])\(?0[1-9]\d{1,4}\)? ?[ /.-] ?\d[\d ./-]{3,12}\d(?!\d)",  # trunk 0, in groups
    re.ASCII,
)
_ROUND = re.compile(r"[1-9]\d{0,2}(?:[ .]\d{3})*[ .]000")  # "500 000 000" is grouped like a Polish number
_AFTER_A_WORD = re.compile(
    r"(?:\b(?:tele?(?:ph?one?|fon)?|phone|mobile?|cell|handy|fax|call|dial|ring|reach|sms|whatsapp|rückruf|ruf\w*|anruf\w*"
    r"|erreichbar|rappel\w*|appel\w*|tél\w*|llam\w+|teléfono|móvil|telefone?|celular|telefoon|bel|tlf|puhelin)\b"
    r"|电话|電話|手机|手機|联系|聯絡|聯繫|致电|致電|打给|打給|微信|携帯|연락|전화|телефон|โทร)"
    r"[^\d+\n]{0,20}(?P<number>\+?\(?\d[\d ()./-]{4,18}\d)(?!\d)",
    re.IGNORECASE | re.ASCII,
)
_REFERENCE = re.compile(
    r"(?:order|bestell\w*|auftrag\w*|rechnung\w*|invoice|ticket|case|booking|buchung\w*|reference|ref|tracking|sendung\w*"
    r"|kunden\w*|customer|serial|seriennummer|article|artikel\w*|commande|pedido|订单|訂單|单号|單號|编号|編號)"
    r"[\w ]{0,12}[ .:#-]{0,3}$",
    re.IGNORECASE,
)


def mask(text: str, spans: Sequence[Span] = ()) -> tuple[str, list[Span]]:
    """The text with personal data replaced by placeholders, and the spans (start, end) at their new offsets.

    A span that begins or ends inside masked data is extended to the whole placeholder. Text without personal data and
    its spans are returned unchanged.
    """
    matches = find(text)
    if not matches:
        return text, list(spans)
    pieces: list[str] = []
    placeholders: list[Span] = []  # start and end of each placeholder in the masked text
    position = length = 0
    for start, end, placeholder in matches:
        pieces += [text[position:start], placeholder]
        length += start - position
        placeholders.append((length, length + len(placeholder)))
        length += len(placeholder)
        position = end
    pieces.append(text[position:])
    starts = [start for start, _, _ in matches]

    def new_offset(offset: int, *, is_end: bool) -> int:
        index = bisect_right(starts, offset - is_end) - 1  # the last match that begins before the offset
        if index < 0:
            return offset
        (_, end, _), (new_start, new_end) = matches[index], placeholders[index]
        is_inside = offset <= end if is_end else offset < end
        if is_inside:
            return new_end if is_end else new_start
        return offset - end + new_end

    return "".join(pieces), [
        (new_offset(start, is_end=False), new_offset(end, is_end=end > start)) for start, end in spans
    ]


def find(text: str) -> list[tuple[int, int, str]]:
    """The personal data in a text: (start, end, placeholder), in order, without overlaps."""
    text = text.translate(_HALF_WIDTH)
    matches: list[tuple[int, int, str]] = []
    for placeholder, finder in ((EMAIL, _emails), (IBAN, _ibans), (CARD, _cards), (PHONE, _phones)):
        for start, end in _merge(finder(text)):
            matches.append((start, end, placeholder))
            text = _blank(text, start, end)
    return sorted(matches)


def _emails(text: str) -> Iterator[Span]:
    if "@" in text or re.search(r"[\[({][aä]t[\])}]", text, re.IGNORECASE):
        yield from (match.span() for match in _EMAIL.finditer(text))


def _ibans(text: str) -> Iterator[Span]:
    """IBANs of the length that their country prescribes that pass the check of ISO 13616 (modulo 97)."""
    for head in _IBAN_HEAD.finditer(text):
        country, digits = head[0][:2].upper(), head[0][-2:]
        account, end = "", head.end()
        while len(account) < _IBAN_LENGTHS.get(country, 0) - 4 and (match := _IBAN_CHARACTER.match(text, end)):
            account, end = account + match[1], match.end()
        if account and len(account) == _IBAN_LENGTHS[country] - 4:
            number = "".join(str(int(character, 36)) for character in account + country + digits)
            if int(number) % 97 == 1:
                yield head.start(), end


def _cards(text: str) -> Iterator[Span]:
    """Numbers of 13 to 19 digits, grouped or not, that pass the Luhn check (ISO/IEC 7812-1)."""
    for match in _DIGIT_GROUPS.finditer(text):
        groups = [group.span() for group in _DIGITS.finditer(text, *match.span())]
        for first, (start, _) in enumerate(groups):
            digits = ""
            for group_start, end in groups[first : first + 19]:
                digits += text[group_start:end]
                if 13 <= len(digits) <= 19 and digits[0] in "23456" and _passes_luhn(digits):
                    yield start, end


def _passes_luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _phones(text: str) -> Iterator[Span]:
    if not _SIX_DIGITS.search(text):
        return
    text = _NOT_A_PHONE.sub(lambda match: "\n" * len(match[0]), text)
    if not _SIX_DIGITS.search(text):
        return
    for match in _LAYOUTS.finditer(text):
        if 8 <= sum(map(str.isdecimal, match[0])) <= 16:
            yield match.span()
    for match in _AFTER_A_WORD.finditer(text):
        if 6 <= sum(map(str.isdecimal, match["number"])) <= 16:
            yield match.span("number")
    for region in (*_TRUNK_ZERO_REGIONS, *_OTHER_REGIONS):
        leniency = Leniency.VALID if region in _TRUNK_ZERO_REGIONS else Leniency.STRICT_GROUPING
        for candidate in PhoneNumberMatcher(text, region, leniency=leniency):
            number: str = candidate.raw_string
            # Bare digits are as likely an order number. Only ten digits, the layout of the US, are taken for a phone
            # number, unless the words before call them an order number or the like.
            is_bare = number.isdecimal() and not number.startswith("0")
            if is_bare and (region != "US" or _REFERENCE.search(text[max(0, candidate.start - 40) : candidate.start])):
                continue
            if not _ROUND.fullmatch(number):
                yield candidate.start, candidate.end


def _merge(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, with overlapping and adjacent ones joined."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + "\n" * (end - start) + text[end:]
