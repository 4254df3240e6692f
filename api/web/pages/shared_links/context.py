"""The context of the page of shared links."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that was just made: the only page that shows its address."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link, without its token. `revoke` is where the form leads that revokes it, None if it has ended."""

    name: str
    shows: str
    state: str
    facts: tuple[str, ...]
    revoke: str | None


@dataclass(frozen=True, slots=True)
class SharedLinks:
    """All links of the workspace, the latest first."""

    made: NewLink | None
    links: tuple[LinkLine, ...]
