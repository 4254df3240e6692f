"""Versions of the models in a registry, and what was found when one was compared with the version that served."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Alias(StrEnum):
    """`CHAMPION` serves; `CANDIDATE` is the last that was retrained; `PREVIOUS` served before the champion."""

    CHAMPION = "champion"
    CANDIDATE = "candidate"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of a version: whether it passes against `champion`, on this test set, and if not, why."""

    champion: str
    passes: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version in the registry. `verdict` is None for one that was not retrained here."""

    name: str
    aliases: tuple[Alias, ...] = ()
    verdict: Verdict | None = None
