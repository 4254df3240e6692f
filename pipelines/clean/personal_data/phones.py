"""Finds telephone numbers: by their layout, after a word such as "call", and by the phonenumbers library."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

from pipelines.clean.spans import Span

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
    r"(?:\b(?:tele?(?:ph?one?|fon)?|phone|mobile?|cell|handy|fax|call|dial|ring|reach|sms|whatsapp|rückruf|ruf\w*"
    r"|anruf\w*"
    r"|erreichbar|rappel\w*|appel\w*|tél\w*|llam\w+|teléfono|móvil|telefone?|celular|telefoon|bel|tlf|puhelin)\b"
    r"|电话|電話|手机|手機|联系|聯絡|聯繫|致电|致電|打给|打給|微信|携帯|연락|전화|телефон|โทร)"
    r"[^\d+\n]{0,20}(?P<number>\+?\(?\d[\d ()./-]{4,18}\d)(?!\d)",
    re.IGNORECASE | re.ASCII,
)
#: Words before a number that say that it is one of an order, a customer or a part, and not of a person.
REFERENCE = re.compile(
    r"(?:order|bestell\w*|auftrag\w*|rechnung\w*|invoice|ticket|case|booking|buchung\w*|reference|ref|tracking"
    r"|sendung\w*"
    r"|kunden\w*|customer|serial|seriennummer|article|artikel\w*|commande|pedido|订单|訂單|单号|單號|编号|編號)"
    r"[\w ]{0,12}[ .:#-]{0,3}$",
    re.IGNORECASE,
)


def phones(text: str) -> Iterator[Span]:
    """Telephone numbers."""
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
            if is_bare and (region != "US" or REFERENCE.search(text[max(0, candidate.start - 40) : candidate.start])):
                continue
            if not _ROUND.fullmatch(number):
                yield candidate.start, candidate.end
