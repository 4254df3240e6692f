"""Values with their labels, as a list; `work.html.j2` has its macro."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A value with its label."""

    label: str
    value: str
