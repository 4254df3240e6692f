"""Finds e-mail addresses, handles, IBANs, payment cards and IP addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address

from stdnum import iban, luhn

from pipelines.clean.spans import Span

_EMAIL = re.compile(
    r"[a-zà-ÿ0-9_][a-zà-ÿ0-9._%+'-]{0,63}(?:@ ?| @ "
    r"| @(?=[\w.-]+\.(?:com|de|net|org|cn|tw|uk|at|ch|fr|eu|info|io)\b)| ?[\[({](?:at|ät)[\])}] ?)"
    r"(?:[a-zà-ÿ0-9-]+(?:\.| ?[\[({](?:dot|punkt)[\])}] ?))+[a-zà-ÿ]{2,}",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@.])@(?P<name>[a-z_][\w.]{1,28}\w)", re.IGNORECASE)
#: Handles of companies: "@amazonhelp" is nobody's name.
_COMPANY = re.compile(
    r"amazon|dhl|hermes|ups|dpd|fedex|google|apple|samsung|paypal|ebay|telekom|vodafone|o2|deutschebahn|db_|uber|lyft"
    r"|tesla"
    r"|microsoft|netflix|spotify|facebook|instagram|twitter|tiktok|youtube|delta|united|klm|easyjet|ryanair|lufthansa"
    r"|air(?:ways|lines?|lin)?(?:_|$)|jetblue|bahn|_?bus(?:$|_)|verkehr|metro|news|info|bank|airport|club|radio|tv$"
    r"|help|support|service|care|official|team|shop|store|deutschland|_(?:de|uk|us|cn|tw)$|客服|官方|官微|小助手"
    r"|旗舰店",
    re.IGNORECASE,
)
_LABELLED_HANDLE = re.compile(
    r"(?:(?<![a-z])(?:微信|wechat|weixin|vx|qq|telegram|skype|discord|snapchat|instagram|insta|ig|twitter|tiktok|抖音"
    r"|小红书|小紅書"
    r"|微博|xhs|snap)(?:[ -]?(?:id|号|號|号码|號碼|帳號|账号|name|handle|username|nutzername))? ?(?:[:：]|是|为|為) ?"
    r"|(?:微信号|微信號|qq号|qq號"
    r"|(?<![a-z])line ?id(?: is)?) ?[:：]? ?)@?(?P<name>[a-z0-9_][a-z0-9_.-]{3,30}[a-z0-9_])",
    re.IGNORECASE | re.ASCII,
)
_IBAN_HEAD = re.compile(r"(?:(?<![A-Z0-9])|(?<=IBAN))[A-Z]{2}[ -]?\d{2}", re.IGNORECASE | re.ASCII)
_IBAN_CHARACTER = re.compile(r"[ -]{0,2}([A-Z0-9])", re.IGNORECASE | re.ASCII)
_SHORTEST_IBAN, _LONGEST_IBAN = 15, 34
_DIGITS = re.compile(r"\d+", re.ASCII)
_DIGIT_GROUPS = re.compile(r"\d+(?:[ .-]{1,2}\d+)*", re.ASCII)
_IP = re.compile(
    r"(?<![\w.:-])(?:(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){0,7}(?:::)?)(?![\w:-]|\.\d)",
    re.IGNORECASE | re.ASCII,
)
#: "Chrome 118.0.5993.70" and "Version 10.4.2.1" look like IP addresses.
_VERSION = re.compile(
    r"(?:versions?|ver\.?|v|firmware|release|build|update|patch|stand|android|ios|windows|chrome|firefox|safari|edge"
    r"|app"
    r"|版本?|升级[到至为]|升級[到至為]|更新[到至]|固件|系统|系統)\W{0,3}$",
    re.IGNORECASE,
)


def emails(text: str) -> Iterator[Span]:
    """E-mail addresses, also written as "name (at) domain (dot) com"."""
    if "@" in text or re.search(r"[\[({][aä]t[\])}]", text, re.IGNORECASE):
        yield from (match.span() for match in _EMAIL.finditer(text))


def handles(text: str) -> Iterator[Span]:
    """Names of accounts in networks, after an @ or after the name of the network."""
    if "@" in text:
        for match in _HANDLE.finditer(text):
            if not _COMPANY.search(match["name"]):
                yield match.span()
    for match in _LABELLED_HANDLE.finditer(text):
        if not _COMPANY.search(match["name"]):
            yield match.span("name")


def ibans(text: str) -> Iterator[Span]:
    """IBANs of every country of the registry, of the length and structure there, that pass the check (modulo 97)."""
    for head in _IBAN_HEAD.finditer(text):
        number, end = head[0][:2] + head[0][-2:], head.end()
        longest = None
        while len(number) < _LONGEST_IBAN and (match := _IBAN_CHARACTER.match(text, end)):
            number, end = number + match[1], match.end()
            if len(number) >= _SHORTEST_IBAN and iban.is_valid(number, check_country=False):
                longest = end
        if longest:
            yield head.start(), longest


def cards(text: str) -> Iterator[Span]:
    """Numbers of 13 to 19 digits, grouped or not, that pass the Luhn check (ISO/IEC 7812-1)."""
    for match in _DIGIT_GROUPS.finditer(text):
        groups = [group.span() for group in _DIGITS.finditer(text, *match.span())]
        for first, (start, _) in enumerate(groups):
            digits = ""
            for group_start, end in groups[first : first + 19]:
                digits += text[group_start:end]
                if 13 <= len(digits) <= 19 and digits[0] in "23456" and luhn.is_valid(digits):
                    yield start, end


def ip_addresses(text: str) -> Iterator[Span]:
    """IP addresses of the internet; those of a home network (192.168.…) are everybody's."""
    for match in _IP.finditer(text):
        try:
            address = ip_address(match[0])
        except ValueError:
            continue
        is_local = address.is_loopback or address.is_link_local or address.is_unspecified or _is_home(address)
        if not is_local and not _VERSION.search(text[max(0, match.start() - 20) : match.start()]):
            yield match.span()


def _is_home(address: object) -> bool:
    """Whether an address is in 10/8, 172.16/12 or 192.168/16 (RFC 1918)."""
    return isinstance(address, IPv4Address) and (
        address.packed[0] == 10
        or address.packed[:2] == b"\xc0\xa8"
        or (address.packed[0] == 172 and address.packed[1] >> 4 == 1)
    )
