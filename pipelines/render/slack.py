"""Messages to Slack, in one of the four languages: blocks of plain text, in which nothing is a command.

Slack reads `<!channel>` as a mention of everybody, `<https://…|text>` as a link and `&` as the start of an entity, so
all three characters are escaped in every text, as its documentation asks for. Comments are plain text (no markup, no
emoji codes), and nothing is unfurled.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pipelines.render.event_words import words_of
from pipelines.render.wording import Wording, printable
from saywhy.webhook_data import Data, DigestData

#: Longest texts of Slack, in characters, after escaping.
_LONGEST_HEADER, _LONGEST_TEXT = 150, 3000


def slack_message(data: Data, wording: Wording, link: str | None = None) -> dict[str, Any]:
    """The body of a request to an incoming webhook. `link` is where a digest leads, an address of this server."""
    words = words_of(data, wording)
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(words.title, _LONGEST_HEADER)}]
    blocks += ({"type": "section", "text": _plain(text, _LONGEST_TEXT)} for text in words.paragraphs)
    if isinstance(data, DigestData) and link is not None:
        blocks.append({"type": "section", "text": _link(link, Wording(data.language)["digest.open"])})
    if words.facts:
        blocks.append({"type": "context", "elements": [_plain(fact, _LONGEST_TEXT) for fact in words.facts]})
    return {
        "text": escaped(words.title, _LONGEST_TEXT),  # for notifications
        "blocks": blocks,
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def escaped(text: str, longest: int) -> str:
    """The text as Slack shows it as it is, cut so that it is not longer than that when it is escaped."""
    shown = printable(text)
    while len(safe := shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")) > longest:
        excess = len(safe) - longest
        shown = shown[: -(excess // 5 + 2)] + "…"
    return safe


def _plain(text: str, longest: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": escaped(text, longest), "emoji": False}


def _link(address: str, label: str) -> dict[str, Any]:
    """The only markup of a message. What would end the address is written as %XX, as in any address."""
    safe = quote(address, safe="/?&=%+:#@,;~[]").replace("&", "&amp;")
    return {"type": "mrkdwn", "text": f"<{safe}|{label}>", "verbatim": True}
