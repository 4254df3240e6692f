"""Parses the cells of a score column: a number on some scale, a group of NPS, or one of the codes for no answer."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipelines.ingest.values import is_blank
from saywhy.feedback import Group

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufe0f\ufeff\u20e3]")
_MINUS = str.maketrans("\u2212\u2012\u2013\u2014", "----")
# 10.0 and 9,00; three decimals may as well be thousands: 1,000.
_PLAIN = re.compile(r"(?P<number>[+-]?\d{1,9})(?:[.,](?P<decimals>\d{1,2}|\d{4,20}))?")
# "9 - Very likely", "10 (sehr wahrscheinlich)", "9分"; no other digit may follow, or it is a date or a range.
_LEADING = re.compile(r"(?P<number>\d{1,2})(?:[.,]0{1,2})?(?:[\u3400-\u9fff\uac00-\ud7af]|\s*[-=:;)(（\[|!?]|\s+\S)\D*")
# "8/10", "9 out of 10", "9 von 10".
_OUT_OF = re.compile(r"(?P<number>\d{1,2})\s*(?:/|out of|of|von|sur|de|aus)\s*(?P<best>10|5)\b\D*", re.IGNORECASE)
# "Very likely (9)", "Extremely likely - 10", "Score: 9", "非常可能10分"; a number after words alone ("less than 3",
# "version 2") is none.
_TRAILING = re.compile(
    r"\D*[(（\[【](?P<bracketed>\d{1,2})\s*分?[)）\]】]|[^\d<>]*\s[-=|]\s*(?P<dashed>\d{1,2})|[^\d<>]*:\s*(?P<named>\d{1,2})|"
    r"(?:score|rating|nps|note|punkte)\s(?P<called>\d{1,2})|[^\d<>低少不超大小至最]*(?P<points>\d{1,2})\s*分",
    re.IGNORECASE,
)
# Codes that panels, SPSS and LimeSurvey give for no answer; no scale goes that far. Negative numbers are codes too.
_CODES = frozenset({66, 77, 88, 96, 97, 98, 99, 666, 777, 888, 996, 997, 998, 999, 9996, 9997, 9998, 9999, 99999})
# What people and tools write who give no score, in English, German, Chinese, French, Spanish and others.
_NO_ANSWERS = frozenset(
    """
    don't know|dont know|do not know|i don't know|dk|d/k|dk/na|dk/nr|not sure|unsure|no idea|can't say|cannot say
    not applicable|does not apply|doesn't apply|not relevant|n.a.|n/a|n.a|no answer|no response|no reply|not answered
    unanswered|prefer not to say|prefer not to answer|rather not say|refused|refusal|declined|decline to answer|skipped
    skip|missing|system missing|sysmis|no opinion|not asked|not seen|not displayed|not shown|no rating|not rated|empty
    blank|(blank)|(empty)|(skipped)|(no answer)|none given|no score|#null!|#n/a|#n/v|#nv|#value!|#wert!|#ref!|#bezug!|#div/0!
    weiß nicht|weiss nicht|weiß ich nicht|keine ahnung|kann ich nicht sagen|kann ich nicht beurteilen|keine antwort
    keine angabe|keine angaben|k. a.|k.a|ka|k/a|nicht zutreffend|trifft nicht zu|entfällt|nicht beantwortet
    unbeantwortet|keine beurteilung|nicht beurteilbar|übersprungen|verweigert|fehlend|fehlt|keine meinung|leer|(leer)|w.n.|wn
    möchte ich nicht sagen|nicht gefragt|nicht relevant|keine bewertung
    不清楚|不知道|不确定|不確定|不适用|不適用|不了解|不瞭解|说不清|說不清|说不好|不好说|不好說|难说|難說|无法判断|無法判斷|无法评价|無法評價|没有意见|沒有意見
    无意见|無意見|未回答|未作答|未填|未填写|未填寫|没有回答|沒有回答|拒答|拒绝回答|拒絕回答|不想说|不想說|不愿回答|不願回答|不便透露|跳过|跳過|已跳过|已跳過
    (跳过)|(空)|空|空白|缺失|无回答|無回答|未评分|未評分|不方便回答|不予回答
    ne sait pas|nsp|je ne sais pas|sans réponse|pas de réponse|non applicable|sans objet|sans opinion|non renseigné|refus
    ne se prononce pas|n.s.p.|no sabe|ns|nc|ns/nc|no sé|no contesta|sin respuesta|no aplica|no procede|sin opinión|omitido
    prefiero no responder|no responde|non so|non risponde|nessuna risposta|non applicabile|não sei|não se aplica|sem resposta
    nvt|n.v.t.|weet niet|geen antwoord|geen mening|わからない|分からない|無回答|該当なし|모름|잘 모르겠음|무응답|해당 없음|nie wiem|brak odpowiedzi|vet ej
    """.strip()
    .replace("\n    ", "|")
    .split("|")
)
_GROUPS = {
    Group.PROMOTER: "promoters? promotor promotoren promotoras? promotores befürworter fürsprecher 推荐者 推薦者 推荐型 "
    "推荐 推薦 promoteurs? ambassadeurs?",
    Group.PASSIVE: "passives? passiv passiver neutrals? neutrale?r? indifferente?r? unentschiedene?r? 被动者 被動者 中立者 中立 "
    "被动 被動 passifs? pasivos? neutros? neutralny",
    Group.DETRACTOR: "detractors? detraktor detraktoren kritiker critics? 贬损者 貶損者 批评者 批評者 贬损 貶損 détracteurs? "
    "detractor[ae]s?",
}
_GROUP_PATTERNS = {
    group: re.compile(rf"(?:nps\s*)?(?:{'|'.join(words.split())})(?:\s*[(（\[:].*)?", re.IGNORECASE)
    for group, words in _GROUPS.items()
}


def is_no_answer(text: str) -> bool:
    """Whether the cell says that there is no score: blank, -99, "don't know", "不清楚", "#NULL!"."""
    return is_blank(text) or _is_code(text)


@lru_cache(maxsize=4096)
def parse_score(text: str) -> int | None:
    """The whole number in a cell, on any scale: `9`, `10.0`, `9 - Very likely`, `8/10`; `None` if there is no answer.

    Raises `ValueError` for anything else: `7.5`, `1,000`, `less than 3`, `>5`, `10/5`.
    """
    if is_no_answer(text):
        return None
    shown, text = text[:50], _plain_text(text)
    if match := _PLAIN.fullmatch(text):
        if int(match["decimals"] or 0) == 0:
            return int(match["number"])
        raise ValueError(f"score {shown!r} is not a whole number")
    if (match := _OUT_OF.fullmatch(text)) and int(match["number"]) <= int(match["best"]):
        return int(match["number"])
    if "/" not in text and (match := _LEADING.fullmatch(text)):
        return int(match["number"])
    if match := _TRAILING.fullmatch(text):
        return int(next(filter(None, match.groups())))
    raise ValueError(f"score {shown!r} is not a number")


@lru_cache(maxsize=1024)
def parse_group(text: str) -> Group | None:
    """Promoter, passive or detractor, as tools and people name the groups; `None` if there is no answer.

    Raises `ValueError` for anything else.
    """
    if is_no_answer(text):
        return None
    plain = _plain_text(text)
    for group, pattern in _GROUP_PATTERNS.items():
        if pattern.fullmatch(plain):
            return group
    raise ValueError(f"{text[:50]!r} is no group of NPS")


def _plain_text(text: str) -> str:
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_MINUS).strip()


def _is_code(text: str) -> bool:
    plain = _plain_text(text)
    if match := _PLAIN.fullmatch(plain):
        number = int(match["number"])
        return not int(match["decimals"] or 0) and (number < 0 or number in _CODES)
    key = plain.casefold().replace("’", "'")
    return not key or key.rstrip(".!") in _NO_ANSWERS or key in _NO_ANSWERS
