"""E-mail, in one of the four languages: as plain text, and as HTML without scripts, images and requests.

Mail programs remove style sheets, so all styles are attributes; whatever customers write is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.render.event_words import Words, words_of
from pipelines.render.html import mail_page
from pipelines.render.wording import Wording, printable
from saywhy.webhook_data import Data, DigestData

#: Longest subject, in characters.
LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class MailText:
    """The subject, which is one line, and the same content as plain text and as HTML."""

    subject: str
    text: str
    html: str


def mail_text(data: Data, wording: Wording, link: str | None = None) -> MailText:
    """The message. A digest has the language of its own. `link` is where a digest leads, an address of this server."""
    digest = data if isinstance(data, DigestData) else None
    if digest is not None:
        wording = Wording(digest.language)
    else:
        link = None
    words = words_of(data, wording)
    end = wording("digest.end", author=digest.added_by, view=digest.view) if digest else wording["mail.end"]
    subject = " ".join(printable(words.title).split())
    if len(subject) > LONGEST_SUBJECT:
        subject = subject[: LONGEST_SUBJECT - 1] + "…"
    html = mail_page(wording, subject=subject, words=words, digest=digest, link=link, end=end)
    return MailText(subject, _plain(words, link, end, wording), html)


def _plain(words: Words, link: str | None, end: str, wording: Wording) -> str:
    leading = [f"{wording['digest.open']}: {link}"] if link else []
    paragraphs = [words.title, *words.paragraphs, *leading, "\n".join(words.facts), f"-- \n{end}"]
    return "\n\n".join(printable(paragraph) for paragraph in paragraphs if paragraph) + "\n"
