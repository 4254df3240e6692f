"""Code frames that people wrote."""

from __future__ import annotations

from datetime import UTC, datetime

from saywhy.code_frame import CodeFrame, LibraryCause, Theme
from saywhy.frame import Frame, FrameVersion, with_verdict
from saywhy.frame_changes import FrameChanges
from saywhy.frame_file import load_frame, read_frame, shipped_frames
from service.code_frames import ListedFrame
from service.frame_history import FrameHistory

#: Two themes and a cause.
SHOP = """id: shop
names: {en: Our shop, de: Unser Laden}
themes:
  - id: checkout
    names: {en: Checkout, de: Kasse}
    examples: [The queue at the till was endless, Paying by card failed, Only one of three tills was open]
  - id: bakery
    names: Bakery
    examples: {en: [The rolls are fresh, Stale bread again], de: [Das Brot ist hart]}
causes:
  - id: checkout.queue
    theme: checkout
    polarity: negative
    names: {en: Long queue, de: Lange Schlange}
    examples: [I queued for half an hour, Never ending line at the till, An der Kasse ewig angestanden]
changes:
  - {from: [till, payment], to: checkout}
  - {from: parking, to: []}
"""

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

CORE = ListedFrame("core", None, is_shipped=True, is_chosen=False)


def shipped(*, is_chosen: bool = False) -> ListedFrame:
    """The frame for employees as it ships."""
    frame = load_frame(shipped_frames()["employee"])
    return ListedFrame("employee", frame, is_shipped=True, is_chosen=is_chosen)


def hostile_history(text: str) -> FrameHistory:
    """The history of a frame that has a text wherever people can write one; it is the chosen one."""
    names = {"en": text}
    causes = tuple(LibraryCause(f"a.{kind}", "a", kind, names, names) for kind in ("negative", "positive"))
    code_frame = with_verdict(CodeFrame((Theme("a", names, names), Theme("b", {**names, "de": text}, {})), causes))
    examples = {"a": (text, "x", "y", "z"), "a.negative": ("x", "y", "z")}
    frame = Frame("shop", names, names, code_frame, examples, {}, text, "a" * 12)
    stored = [
        FrameVersion("shop", key * 12, read, text, NOW)
        for key, read in zip("abcd", (text, SHOP, SHOP, SHOP), strict=True)
    ]
    listed = ListedFrame("shop", frame, is_shipped=False, is_chosen=True, versions=tuple(stored))
    changes = FrameChanges((text, "a"), {"old": (), "till": (text,)}, (text,), 1, 2)
    return FrameHistory(listed, ((stored[0], changes), (stored[1], FrameChanges((), {}, (), 0, 0)), (stored[2], None)))


def shop() -> Frame:
    """The frame of `SHOP`."""
    return read_frame(SHOP)
