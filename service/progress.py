"""How a long use case reports its progress."""

from __future__ import annotations

from collections.abc import Callable

#: Called with the name of the stage, the amount done and the total amount (0 where the total is unknown).
Progress = Callable[[str, int, int], None]
