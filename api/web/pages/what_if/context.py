"""The context of "what if": everything that its template prints."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.downloads import FileLink
from api.web.selects import Select
from api.web.shell import Choice
from pipelines.render.context import GroupTable


@dataclass(frozen=True, slots=True)
class Pick:
    """A complaint that can be picked; `is_part`: of the theme above it."""

    key: str
    label: str
    label_language: str | None
    is_part: bool
    impact: str
    interval: str
    is_picked: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would be if the picked complaints were named that much less often. `table` has the NPS for each share."""

    names: tuple[str, ...]
    sentence: str
    nps: str
    interval: str
    gain: str
    gain_interval: str
    now: str
    table: GroupTable
    table_files: tuple[FileLink, ...]
    figure_files: tuple[FileLink, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The page. `outcome` is None while nothing is picked, and `no_picks` says why nothing can be."""

    is_empty: bool
    no_picks: str
    fields: tuple[Select, ...]
    shares: tuple[Choice, ...]
    picks: tuple[Pick, ...]
    outcome: Outcome | None
