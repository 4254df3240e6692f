"""Finds national ids and dates of birth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from stdnum.br import cpf
from stdnum.ch import ssn as ahv
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.us import ssn

from pipelines.clean.personal_data.phones import REFERENCE
from pipelines.clean.spans import Span

#: Characters before a number in which a word may say what it is.
_BEFORE = 40

_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_TAIWAN_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)


def _is_taiwanese(number: str) -> bool:
    """Check digit of the id of Taiwan: the letter counts as two digits, 10 … 35; the weighted sum ends in 0."""
    letter = _TAIWAN_LETTERS.index(number[0].upper()) + 10
    digits = map(int, f"{letter}{number[1:]}")
    return sum(digit * weight for digit, weight in zip(digits, _TAIWAN_WEIGHTS, strict=True)) % 10 == 0


def _is_by_layout(_: str) -> bool:
    """For ids without a check digit, and with a layout that nothing else has."""
    return True


#: Layout and check of each id that is known without a word that says so.
_IDS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = tuple(
    (re.compile(rf"(?<![\w.,-])(?:{layout})(?![\w-]|[.,]\d)", re.ASCII | re.IGNORECASE), is_valid)
    for layout, is_valid in (
        (r"[1-9]\d{5}[ -]?(?:19|20)\d{6}[ -]?\d{3}[\dX]", ric.is_valid),
        (r"\d{3}-\d{2}-\d{4}", ssn.is_valid),
        (r"[1-9]\d(?:\d{9}| \d{3} \d{3} \d{3})", idnr.is_valid),
        (r"\d{2} ?[0-3]\d[01]\d{3} ?[A-Z] ?\d{3}", _is_by_layout),  # German pension insurance
        (r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", _is_by_layout),  # UK national insurance
        (r"[A-Z][1289]\d{8}", _is_taiwanese),
        (r"[A-Z]{1,2}\d{6}\([\dA]\)", _is_by_layout),  # Hong Kong
        (r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}", ahv.is_valid),
        (r"[12] ?\d{2} ?[01]\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}", nir.is_valid),
        (r"\d{8}-?[A-Z]", dni.is_valid),
        (r"[XYZ]-?\d{7}-?[A-Z]", nie.is_valid),
        (r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]", codicefiscale.is_valid),
        (r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf.is_valid),
        (r"\d{6}-[1-8]\d{6}", rrn.is_valid),
    )
)

#: After these words a number is an id even if its check digit is wrong, as it is where it was mistyped.
_LABELLED_ID = re.compile(
    r"(?:\bssn|social security(?: (?:number|no\.?))?|national insurance(?: (?:number|no\.?))?|\bni (?:number|no\.?)"
    r"|\bnino"
    r"|passport(?: (?:number|no\.?))?|driver'?s? licen[cs]e(?: (?:number|no\.?))?|\bnational id(?: number)?"
    r"|\bid card(?: number)?"
    r"|steuer-?id(?:entifikations)?-?(?:nummer|nr\.?)?|\bidnr\.?|identifikationsnummer|steuernummer"
    r"|(?:sozial|renten)versicherungs(?:nummer|nr\.?)|\bsv-?n(?:umme)?r\.?|(?:reise)?pass(?:nummer|nr\.?)|reisepass"
    r"|(?:personal)?ausweis(?:nummer|nr\.?)?|führerschein(?:nummer|nr\.?)?"
    r"|身份证(?:号码?)?|身分證(?:字號|號碼)?|護照(?:號碼)?|护照(?:号码?)?|居留證(?:號碼)?|社保号|社保卡号|统一证号"
    r"|統一證號)"
    r"[^\d\n]{0,16}?(?P<number>(?<![A-Z0-9])(?=(?:[A-Z .-]{0,8}\d){6})(?:(?-i:[A-Z]{1,3})[ -]?)?"
    r"\d[A-Z0-9]*(?:[ .-]?[A-Z0-9]*\d[A-Z0-9]*)*(?: [A-D]\b)?)",
    re.IGNORECASE | re.ASCII,
)

_MONTH = r"(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zäöü]*\.?"  # in English and German
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\.?(?: of)? {_MONTH},? \d{{2,4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    r"|\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4}|\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?[日号號]?|(?:19|20)\d{6})"
)
_BIRTH = re.compile(
    r"(?:\b(?:born(?: on| in)?|d\.?o\.?b\.?|date of birth|birth ?date|birthday|geboren(?: am)?|geb\.?(?: am)?"
    r"|geburtsdatum"
    r"|geburtstag|née?e? le|date de naissance|nacid[oa] el|fecha de nacimiento|nat[oa] il)"
    rf"|生日|出生(?:日期|年月日?)?[于於]?|生于|生於)[^\d\n]{{0,20}}?(?P<after>{_DATE})"
    rf"|(?P<before>{_DATE})(?: ?(?:geboren|geb\.)| ?(?:出)?生(?:的|人|[，,。]|$))",
    re.IGNORECASE,
)


def national_ids(text: str) -> Iterator[Span]:
    """National ids, by their layout and check digits, or by the words before; not numbers of orders and customers."""
    if sum(map(str.isdigit, text)) < 6:
        return
    for layout, is_valid in _IDS:
        for match in layout.finditer(text):
            if is_valid(match[0]) and not REFERENCE.search(text[max(0, match.start() - _BEFORE) : match.start()]):
                yield match.span()
    for match in _LABELLED_ID.finditer(text):
        yield match.span("number")


def birth_dates(text: str) -> Iterator[Span]:
    """Dates beside a word of birth."""
    if sum(map(str.isdigit, text)) < 4:
        return
    for match in _BIRTH.finditer(text):
        yield match.span("after" if match["after"] else "before")
