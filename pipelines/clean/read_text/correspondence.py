"""Finds what of a letter is not the customer's statement: quoted mail, greeting, closing, signature, the question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.clean.spans import Span, merge

_LINE = re.compile(r"[^\n]*(?:\n|$)")

#: A line that begins the mail that was answered; all after it is that mail.
_QUOTED_MAIL = re.compile(
    r"^[ \t>*_-]*(?:-{2,} ?(?:original message|original[- ]?nachricht|ursprüngliche nachricht"
    r"|weitergeleitete nachricht|forwarded message"
    r"|message d['’]origine|原始邮件|原始郵件|转发邮件|轉寄郵件) ?-{2,}|_{10,}"
    r"|on .{4,80}(?:wrote|writes):|am .{4,80} schrieb(?: .{1,80})?:|le .{4,80} a écrit ?:|el .{4,80} escribió:"
    r"|[在於于] ?\d{4}.{4,80}(?:写道|寫道)[:：]|.{0,60}\d{4}年.{4,60}(?:写道|寫道)[:：]"
    r"|(?:from|von|de|发件人|寄件者|寄件人)[:：] ?.{1,120}\n[ \t>*]*(?:sent|date|to|subject|gesendet|datum|an|betreff"
    r"|发送时间|日期|收件人|主题|主旨|寄件日期|收件者|envoyé)[:：])",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINE = re.compile(r"^[ \t]*>+(?![ \t]*\d)[^\n]*(?:\n|$)", re.MULTILINE)
_QUOTE_MARK = re.compile(r"^[ \t]*>")
_DEVICE = re.compile(
    r"^[ \t]*(?:sent from my .{2,40}|get outlook for \w+|von meinem .{2,40} gesendet|gesendet von .{2,40}"
    r"|gesendet mit der .{2,40}app"
    r"|发自我的.{1,20}|從我的.{1,20}(?:傳送|寄出)|发送自.{1,20}|envoyé de mon .{2,40}"
    r"|enviado desde mi .{2,40})[.!]?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)

_GREETING = re.compile(
    r"^\s*(?:(?:dear|hi|hello|hey|good (?:morning|afternoon|evening|day))(?: (?:there|all|everyone|team|sir|madam"
    r"|sirs|sir or madam|sir/madam"
    r"|customer (?:service|support)|support|ladies and gentlemen|support team|mr\.? \w+|ms\.? \w+|mrs\.? \w+"
    r"|\w+ team)){0,2}"
    r"|sehr geehrter? .{2,60}?|guten (?:tag|morgen|abend)(?: (?:zusammen|liebes? .{2,30}?|frau \w+|herr \w+))?"
    r"|(?:hallo|hi|moin|servus|grüß gott)"
    r"(?: (?:zusammen|liebes team|ihr lieben|team|an alle|frau \w+|herr \w+|\w+-team))?|lieber? (?:frau|herr|team"
    r"|\w+-team)(?: \w+)?|liebes \w*-?team"
    r"|bonjour(?: (?:madame|monsieur|à tous))?|to whom it may concern)"
    r"[ \t]*(?:[,!.:]+|\n)\s*"
    r"|^\s*(?:您好|你好|尊敬的.{1,12}?|亲爱的.{1,12}?|親愛的.{1,12}?|敬启者|敬啟者|大家好|贵公司(?:您好|你好)?|貴公司(?:您好|你好)?|各位好|客服(?:您好|你好))[，,！!。：:\n]+\s*",
    re.IGNORECASE,
)

_CLOSING_WORDS = (
    r"(?:(?:best|kind|kindest|warm|warmest)(?: (?:regards|wishes))|regards|yours (?:sincerely|faithfully|truly)"
    r"|sincerely(?: yours)?|many thanks(?: and (?:best|kind) regards)?"
    r"|all the best|with (?:best|kind) regards|thank you and (?:best|kind) regards|cheers"
    r"|(?:mit )?(?:freundliche[nm]?|besten?|beste|herzliche[nm]?|viele[n]?|liebe[n]?|schöne[n]?"
    r"|sonnige[n]?) (?:grüße?n?|grüsse?n?|gruß|gruss)"
    r"|mit freundlichem gruß|freundlichst|hochachtungsvoll|mfg|m\.f\.g\.|vg|lg|gruß|gruss|grüße"
    r"|vielen dank und (?:viele|beste|freundliche) grüße"
    r"|cordialement|bien à vous|salutations|saludos(?: cordiales)?|atentamente"
    r"|此致(?:\s*敬礼|\s*敬禮)?|敬礼|敬禮|祝好|(?:顺颂|順頌|敬祝|敬颂|敬頌)\s*(?:商祺|商安|安康|台安|时祺|時祺)|敬上|谨上|謹上)"
)
_UPPER = r"[A-ZÀ-ÖØ-Þ]"
#: A closing on a line of its own, perhaps with a name behind it.
_CLOSING_LINE = re.compile(
    rf"^[ \t]*{_CLOSING_WORDS}[ \t]*[,.!，。！]?[ \t]*(?:(?-i:{_UPPER}[\w.’'-]*[ \t]*){{0,4}})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
#: A closing behind the last sentence, as in exports that have lost the line breaks.
_CLOSING_INLINE = re.compile(
    rf"(?<=[.!?…。！？,;])[ \t]+{_CLOSING_WORDS}[ \t]*[,.!，。！]?[ \t]*(?:(?-i:(?:Dr"
    rf"|Prof)\.[ \t]*)?(?-i:{_UPPER}[\w.’'-]*[ \t,]*){{0,4}})\s*$|"
    r"(?<=[。！？!?])\s*(?:此致敬礼|此致敬禮|此致|祝好)[！!。]?\s*$",
    re.IGNORECASE,
)
_DELIMITER = re.compile(r"^-- ?$", re.MULTILINE)
_POSTSCRIPT = re.compile(r"^[ \t]*(?:p\.? ?s\.?|nachtrag|又及|附[:：])[ \t:.]", re.IGNORECASE)
#: What a company adds under a signature, whatever its length.
_DISCLAIMER = re.compile(
    r"confidential|intended (?:only )?for|disclaimer|vertraulich|geschäftsführ|amtsgericht|\bhrb\b|ust-?id"
    r"|handelsregister|registered in"
    r"|please consider the environment|保密|机密|機密",
    re.IGNORECASE,
)
#: A line under a closing with more words is no part of a signature.
_SIGNATURE_WORDS = 9

_QUESTION = re.compile(
    r"^\s*(?:(?:q\d{0,2}[.:)]|question:|frage:|问[:：]|問[:：])\s*)?(?:"
    r"(?:what(?:['’]s| is| are| was)|please (?:tell us|explain|describe)|why did you|how (?:likely|could|can) (?:are"
    r"|we)|what (?:could|can|would|did)|can you tell us|would you (?:mind|say|please))"
    r"[^?？\n]{0,120}\b(?:reasons?|score|rating|recommend\w*|improve|better|why|like (?:most|least|best)"
    r"|experience)\b[^?？\n]{0,80}"
    r"|(?:was (?:ist|sind|war|können|könnten|hat|gefällt)|warum|weshalb|wieso|wie wahrscheinlich|bitte (?:begründen"
    r"|nennen|erläutern))[^?？\n]{0,120}"
    r"\b(?:(?:haupt)?gr(?:und|ünde)|bewertung|note|wert|weiterempfehl\w*|empfehlen|verbessern"
    r"|besser machen)\b[^?？\n]{0,80}"
    r"|(?:quelle|pourquoi)[^?？\n]{0,120}\b(?:raisons?|note|score|recommand\w*)\b[^?？\n]{0,80}"
    r"|(?:请问|請問)?(?:您|你)?[^?？\n，。]{0,30}(?:主要原因|原因|打分|评分|評分|分数|分數|推荐|推薦|改进|改進"
    r"|改善)[^?？\n。]{0,30}(?:什么|什麼|哪些|为何|為何|为什么|為什麼|吗|嗎|怎样|何)?"
    r")[?？]\s*(?:(?:a|answer|antwort|答)[.:)：]\s*)?",
    re.IGNORECASE,
)


def unwritten(text: str) -> list[Span]:
    """The parts of a text that are not the customer's statement: spans in order, without overlaps."""
    spans = [*_quotes(text), *_signatures(text)]
    spans += [match.span() for match in _DEVICE.finditer(text)]
    start = 0
    for pattern in (_GREETING, _QUESTION):
        if (match := pattern.match(text[start:])) and match.end():
            spans.append((start, start + match.end()))
            start += match.end()
    return merge(spans)


def _quotes(text: str) -> Iterator[Span]:
    """The mail that was answered. Lines with a quotation mark are the customer's where there is nothing else."""
    mail = _QUOTED_MAIL.search(text)
    if mail:
        if text[: mail.start()].strip(" \t\n>"):
            yield mail.start(), len(text)
            return
        yield mail.start(), text.find("\n", mail.end()) if "\n" in text[mail.end() :] else mail.end()
    if ">" not in text:
        return
    quoted = [match.span() for match in _QUOTED_LINE.finditer(text)]
    rest = text
    for start, end in reversed(quoted):
        rest = rest[:start] + rest[end:]
    if rest.strip():
        yield from quoted
    else:
        for start, _ in quoted:
            if mark := _QUOTE_MARK.match(text[start:]):
                yield start, start + mark.end()


def _signatures(text: str) -> Iterator[Span]:
    """A closing and what is under it, but for a postscript and for long lines."""
    opening = _CLOSING_LINE.search(text) or _DELIMITER.search(text)
    if opening and text[: opening.start()].strip():
        start = opening.start()
        position = opening.end()
        for match in _LINE.finditer(text, opening.end()):
            line = match[0]
            is_statement = len(line.split()) > _SIGNATURE_WORDS and not _DISCLAIMER.search(line)
            if _POSTSCRIPT.match(line) or is_statement:
                break
            position = match.end()
        yield start, position
        return
    if inline := _CLOSING_INLINE.search(text):
        yield inline.span()
