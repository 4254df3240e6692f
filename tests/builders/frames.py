"""A code frame that people wrote."""

from __future__ import annotations

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
