"""Saved views: addresses of pages, with all that is chosen there, under a name that everybody in a workspace sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: Longest name and address of a view, in characters.
MAX_NAME = 60
MAX_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class SavedView:
    """A page with a query (`/?mark=new&sort=revenue`), below the folder that a proxy serves. Names are unique."""

    name: str
    address: str
    created_by: str
    created_at: datetime
    id: int = 0
