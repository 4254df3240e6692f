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


@dataclass(frozen=True, slots=True)
class Shadow:
    """A version that runs in the shadow of the champion: of this share of the requests to classify, and with `analyses`
    of a sample of what analyses annotate, it answers too, and only how far it agrees is kept.
    """

    version: str
    share: float  # 0 … 1
    analyses: bool
    started_at: str  # ISO 8601
    started_by: str


class AgreementKind(StrEnum):
    """What two versions are compared by; `COMMENTS` are those that were compared, `DROPPED` those for which there was
    no time.
    """

    COMMENTS = "comments"
    SENTIMENT = "sentiment"
    THEMES = "themes"
    CAUSES = "causes"
    DROPPED = "dropped"


class ShadowOrigin(StrEnum):
    """Where comments were compared."""

    REQUESTS = "requests"
    ANALYSIS = "analysis"


@dataclass(frozen=True, slots=True)
class AgreementCount:
    """Of so many labels that either version gave, so many both gave; of sentiments, of comments."""

    language: str
    kind: AgreementKind
    compared: int
    agreed: int
